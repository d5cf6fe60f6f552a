"""Every child process of this run: started here, so that all of them end when the run is told to end."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PASSED_ON = ("HOME", "TMPDIR")
_NETWORK = re.compile(
    r"SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|PIP_CERT"
    r"|PIP_INDEX_URL|UV_INDEX_URL|UV_DEFAULT_INDEX|(?i:npm_config_registry|(http|https|all|no)_proxy)"
)

Child = subprocess.Popen[bytes]


class _Live:
    """Hold what lives; a signal handler may come in at any moment, so the lock lets its owner in again."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.children: set[Child] = set()
        self.calls: list[Callable[[], object]] = []
        self.ending = False


_live = _Live()


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make a child's environment: what any program needs, `extra`, and nothing else of ours."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "PATH": _search_path(), "LC_ALL": "C.UTF-8", **(extra or {})}


def network() -> dict[str, str]:
    """Give the variables of ours that an installer reaches the network by: proxies, certificates, mirrors."""
    return {name: value for name, value in os.environ.items() if _NETWORK.fullmatch(name)}


def which(program: str) -> str | None:
    """Find a program where a child would."""
    return shutil.which(program, path=_search_path())


def _search_path() -> str:
    """Leave relative folders out of PATH: from a scanned checkout they lead into it."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder).is_absolute()) or os.defpath


def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stderr: int = subprocess.PIPE,
    ends_itself: bool = False,
) -> Child:
    """Start a child in a session of its own; raise OSError when it cannot be, or the run is ending.

    Its pipes have no buffers on our side. One that `ends_itself` when its input ends is not killed by
    `end_all`: it has to tidy up. Raise ValueError for arguments that no program can be given.
    """
    with _live.lock:
        if _live.ending:
            raise InterruptedError(0, "the run is ending")
        child = subprocess.Popen(
            list(argv), cwd=cwd, env=environment(env), start_new_session=True, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip
        if not ends_itself:
            _live.children.add(child)
    return child


def end(child: Child) -> None:
    """End a child and its process group, and close its pipes; one that has ended already is no error."""
    kill(child)
    child.wait()
    with _live.lock:
        _live.children.discard(child)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe:
            pipe.close()


def kill(child: Child) -> None:
    """Send SIGKILL to a child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


@contextlib.contextmanager
def at_end(call: Callable[[], object]) -> Iterator[None]:
    """While this lasts, call something when the run is told to end: threads may wait for what it ends."""
    with _live.lock:
        _live.calls.append(call)
    try:
        yield
    finally:
        with _live.lock:
            _live.calls.remove(call)


def end_all() -> None:
    """Kill every child and let no other start: the run has been told to end."""
    _live.ending = True
    with _live.lock:
        for child in tuple(_live.children):
            kill(child)
        for call in tuple(_live.calls):
            call()


def end_with_signals() -> None:
    """From now on, end every child and unwind when this process is told to end; nothing is left behind."""
    for number in _SIGNALS:
        signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    for each in _SIGNALS:  # no second signal disturbs the unwinding
        signal.signal(each, signal.SIG_IGN)
    end_all()
    raise SystemExit(128 + number)
