"""Every child process of this run: started here, so that all of them end when the run is told to end."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_PASSED_ON = ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
              "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")  # fmt: skip

Child = subprocess.Popen[bytes]

_lock = threading.Lock()
_live: set[Child] = set()
_ending = threading.Event()


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make a child's environment: what any program needs, `extra`, and nothing else of ours."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "LC_ALL": "C.UTF-8", **(extra or {})}


def start(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stderr: int | IO[bytes] = subprocess.PIPE,
) -> Child:
    """Start a child in a process group of its own; raise OSError when it cannot be, or the run is ending."""
    with _lock:
        if _ending.is_set():
            raise InterruptedError(0, "the run is ending")
        child = subprocess.Popen(
            list(argv), cwd=cwd, env=environment(env), start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip
        _live.add(child)
    return child


def end(child: Child) -> None:
    """End a child and whatever it started; one that has ended already is no error."""
    kill(child)
    child.wait()
    with _lock:
        _live.discard(child)


def kill(child: Child) -> None:
    """Send SIGKILL to a child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def end_all() -> None:
    """Kill every child and let no other start: the run has been told to end."""
    _ending.set()
    with _lock:
        for child in _live:
            kill(child)
