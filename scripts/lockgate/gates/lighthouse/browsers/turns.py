"""Let one run measure at a time on a machine: two at once slow each other down."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lockgate.errors import ToolError

_GLANCE = 0.2


@contextmanager
def turn(home: Path, seconds: float, waited: Callable[[float], object]) -> Iterator[None]:
    """Hold this machine's turn; tell `waited` how many seconds it took, where it took any.

    The system gives it back when this process ends, however that is. Raise ToolError after `seconds`.
    """
    place = home / "lighthouse.lock"
    start = time.monotonic()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with place.open("a") as file:
            while not _taken(file.fileno()):
                if time.monotonic() - start > seconds:
                    raise _busy(seconds)
                time.sleep(_GLANCE)
            if (took := time.monotonic() - start) >= 1:
                waited(took)
            yield
    except PermissionError as error:
        raise ToolError(
            f"{place} cannot be written: {error.strerror}",
            cause="it belongs to another user",
            todo="set LOCKGATE_HOME to a folder of your own",
        ) from error


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(seconds: float) -> ToolError:
    return ToolError(
        f"another run has measured pages on this machine for {seconds:g} seconds",
        cause="two runs at once would slow each other down, so this one has waited",
        todo="run it again when the other one has ended",
    )
