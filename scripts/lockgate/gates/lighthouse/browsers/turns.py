"""Let one run measure at a time on a machine: two at once slow each other down."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from lockgate.errors import ToolError

_GLANCE = 0.05


@contextmanager
def turn(home: Path, seconds: float, waited: Callable[[float], object]) -> Iterator[None]:
    """Hold this machine's turn; tell `waited` how many seconds it took, where it took any.

    The system gives it back when this process ends, however that is. Raise ToolError after `seconds`.
    """
    start = time.monotonic()
    with ExitStack() as held:
        with _opened(home, "queue") as queue:  # whoever has just had a turn comes behind the one that waits
            _take(queue, start + seconds)
            turn_file = held.enter_context(_opened(home, "turn"))
            _take(turn_file, start + seconds)
        if (took := time.monotonic() - start) >= 1:
            waited(took)
        yield


def _opened(home: Path, name: str) -> IO[str]:
    place = home / f"lighthouse-{name}.lock"
    try:
        home.mkdir(parents=True, exist_ok=True)
        return place.open("a")
    except OSError as error:
        raise ToolError(
            f"{place} cannot be written: {error.strerror}",
            cause="it belongs to another user, or the disk is full",
            todo="set LOCKGATE_HOME to a folder of your own",
        ) from error


def _take(file: IO[str], deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _busy() from None
            time.sleep(_GLANCE)


def _busy() -> ToolError:
    return ToolError(
        "other runs measure pages on this machine, and their turns do not come to an end",
        cause="two runs at once would slow each other down, so this one has waited",
        todo="run it again when the others have ended",
    )
