"""The log of a server of ours, entry by entry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import ToolError

# PostgreSQL puts a tab behind each line break of a message, so that no message begins an entry of its own.
PREFIX = "\x1e%p\x1f%v\x1f%e\x1f%d\x1f"
_ENTRY = re.compile(r"\x1e(\d+)\x1f([\d/]*)\x1f(\w{5})\x1f([^\x1f]*)\x1f([A-Z]+\d?):  (.*)", re.DOTALL)
_MOST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry of the server's log.

    `pid` is the backend's, `transaction` its virtual transaction (`%v`), empty outside of one. `level` is
    LOG, ERROR, …, or DETAIL, HINT, CONTEXT for what belongs to the entry before it. `state` is SQLSTATE.
    """

    pid: int
    transaction: str
    database: str
    level: str
    message: str
    state: str = ""


def read(log: Path, start: int, most: int = _MOST) -> tuple[list[Entry], int]:
    """Give the whole entries of a log from an offset on, and the offset behind them.

    Raise ToolError when it is gone, or has grown by more than `most` bytes.
    """
    try:
        with log.open("rb") as file:
            file.seek(start)
            data = file.read(most + 1)
    except OSError as error:
        raise ToolError(
            "the server's log cannot be read",
            cause="the server has died",
            todo="try again, with more space in the folder for temporary files",
        ) from error
    if len(data) > most:
        raise ToolError(
            f"the server's log grew by more than {most // 1024 // 1024} MiB",
            cause="a migration runs statements or writes messages in a loop",
            todo="let it write less",
        )
    end = data.rfind(b"\n") + 1
    return list(_entries(data[:end])), start + end


def _entries(data: bytes) -> Iterator[Entry]:
    for piece in (b"\n" + data).split(b"\n\x1e"):
        match = _ENTRY.fullmatch("\x1e" + piece.removesuffix(b"\n").decode("utf-8", "replace"))
        if match:  # else it is of a program that the server runs
            pid, transaction, state, database, level, message = match.groups()
            yield Entry(int(pid), transaction, database, level, message.replace("\n\t", "\n"), state)
