"""Read the server's log: what clients said, and what the recorder (recorder.sql) told of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from lockgate.errors import ToolError
from lockgate.postgres.log import Entry
from lockgate.untrusted import cut, one_line

_TELLS = "lockgate {"
_SAID = re.compile(r"(?:statement|execute [^:\n]*): (.*)", re.DOTALL)
_REASONS = ((1, "persistence"), (2, "volatile default"), (4, "type change"), (8, "access method"))
_RELKINDS = {
    "table": "r", "index": "i", "sequence": "S", "view": "v", "materialized view": "m", "foreign table": "f",
}  # fmt: skip


class Held(msgspec.Struct, frozen=True, array_like=True):
    """Hold a lock as the recorder tells it; what has been dropped has no name."""

    oid: int
    name: str
    relkind: str
    mode: str


class Dropped(msgspec.Struct, frozen=True, array_like=True):
    """Hold a relation that a command has dropped."""

    oid: int
    name: str
    type: str

    @property
    def relkind(self) -> str:
        """Give `relkind` of `pg_class`, empty for a part of something else."""
        return _RELKINDS.get(self.type, "")


class Told(msgspec.Struct, frozen=True):
    """Hold one line of the recorder: a `command` on the schema has ended, a `commit` is near, and so on."""

    kind: str
    tag: str = ""
    objects: tuple[str, ...] = ()
    locks: tuple[Held, ...] = ()
    scanned: frozenset[int] = frozenset()
    lock_timeout: int = 0
    dropped: tuple[Dropped, ...] = ()
    oid: int = 0
    name: str | None = None
    bits: int = 0
    reason: str = ""

    @property
    def rewritten_for(self) -> str:
        """Say why a table is written anew."""
        return " and ".join(word for bit, word in _REASONS if self.bits & bit) or "unknown reason"


@dataclass(frozen=True, slots=True)
class Event:
    """Hold what the recorder told of one session of the server in one transaction."""

    pid: int
    transaction: str
    told: Told


@dataclass(frozen=True, slots=True)
class Said:
    """Hold the text of what a client sent in one message: one statement, or several."""

    pid: int
    transaction: str
    text: str


_DECODER = msgspec.json.Decoder(Told)


def heard(entries: Iterable[Entry]) -> Iterator[Event | Said]:
    """Give what clients said and what the recorder told of it, in order.

    Raise ToolError for what the recorder could not tell whole: then not everything was seen.
    """
    for entry in entries:
        if entry.level != "LOG":
            continue
        if entry.message.startswith(_TELLS):
            yield Event(entry.pid, entry.transaction, _told(entry.message))
        elif said := _SAID.match(entry.message):
            yield Said(entry.pid, entry.transaction, said[1])


def _told(message: str) -> Told:
    try:
        told = _DECODER.decode(message.removeprefix("lockgate "))
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise _trouble(str(error)) from error
    if told.kind == "trouble":
        raise _trouble(told.reason)
    return told


def _trouble(why: str) -> ToolError:
    return ToolError(
        f"the flight recorder failed: {cut(one_line(why), 200)}",
        cause="a migration wrote into the server's log what only the recorder writes, or took what it needs",
        todo="see what the migration does to the log and to event triggers; else report it",
    )
