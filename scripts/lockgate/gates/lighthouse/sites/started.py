"""Let a program of the project serve the site, and end it in any case."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult

import requests

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.sites.building import arguments, last_words
from lockgate.gates.lighthouse.sites.given import PORT, ready
from lockgate.process import children, network
from lockgate.untrusted import shown

_PAUSE = 0.1
_PATIENCE = 2.0
_CHUNK = 64 * 1024
_MOST_KEPT = 64 * 1024


@contextlib.contextmanager
def started(line: str, address: str, *, folder: Path, seconds: float) -> Iterator[str]:
    """Run a program in `folder` while this lasts, and give the origin that it serves, once it answers.

    `{port}` in the program's arguments and in its `address` is a free port, which is in PORT, too. Raise
    ToolError where the program ends, or does not answer with less than a 500 within `seconds`; or where
    something else answers there already. Raise ConfigurationError for what is no program or no address.
    """
    port = _free_port()
    place = ready(address, port)
    argv = [each.replace(PORT, str(port)) for each in arguments(line, "start")]
    _see_free(place)
    env = {**network(), "CI": "1", "PORT": str(place.port or 80)}
    try:
        child = children.start(argv, cwd=folder, env=env)
    except (OSError, ValueError) as error:
        raise _failed(line, f"could not be started: {getattr(error, 'strerror', None) or error}") from error
    try:
        said = _Said(child)
        _wait(child, place, line, seconds, said.end)
        yield f"{place.scheme}://{place.netloc}"
    finally:
        children.end(child)


class _Said:
    """Take what a program says, so that no pipe of it fills up, and keep the end."""

    def __init__(self, child: children.Child) -> None:
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._drain, args=(pipe,), daemon=True)
            for pipe in (child.stdout, child.stderr)
            if pipe
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> bytes:
        """Give the last of it; a program that has ended has a moment to say it."""
        for thread in self._threads:
            thread.join(_PAUSE)
        with self._lock:
            return bytes(self._kept)

    def _drain(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):  # it is closed at the end
            while chunk := pipe.read(_CHUNK):
                with self._lock:
                    self._kept += chunk
                    del self._kept[:-_MOST_KEPT]


def _wait(
    child: children.Child, place: SplitResult, line: str, seconds: float, said: Callable[[], bytes]
) -> None:
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between us and this machine
        while not _answers(session, place):
            if child.poll() is not None:
                raise _failed(line, f"ended with code {child.returncode}: {last_words(said())}")
            if time.monotonic() > until:
                why = f"did not answer at {shown(place.geturl())} within {seconds:g} seconds"
                raise _failed(line, f"{why}: {last_words(said())}")
            time.sleep(_PAUSE)
    if child.poll() is not None:
        raise _failed(line, f"ended with code {child.returncode}, and something else answers")


def _answers(session: requests.Session, place: SplitResult) -> bool:
    try:
        with session.get(place.geturl(), timeout=_PATIENCE, allow_redirects=False, stream=True) as response:
            return response.status_code < 500
    except requests.RequestException:
        return False


def _see_free(place: SplitResult) -> None:
    """Refuse a port that somebody else serves: the page would not be this change's."""
    with contextlib.suppress(OSError), socket.create_connection(_of(place), _PATIENCE):
        raise ToolError(
            f"something answers at {shown(place.geturl())} already, before `gates.lighthouse.start` has run",
            cause="a server of an earlier step or run is still there",
            todo="end it, or write `{port}` in `start` and `ready`: each run then has a port of its own",
        )


def _of(place: SplitResult) -> tuple[str, int]:
    return place.hostname or "", place.port or 80


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _failed(line: str, how: str) -> ToolError:
    return ToolError(
        f"{shown(line)} of `gates.lighthouse.start` {how}",
        cause="it is not built, its port is taken, or it wants a variable: only PATH, HOME, TMPDIR, CI, PORT "
        "and those of proxies, certificates and mirrors are passed on",
        todo="run it in a fresh clone; set a variable with `env NAME=value` in front of the program",
    )
