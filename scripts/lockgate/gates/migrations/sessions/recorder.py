"""Listen to a server while any tool migrates: one step for each thing that was done to a database."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from lockgate.gates.migrations.catalogs.catalog import BOOKS, Catalog
from lockgate.gates.migrations.model import Lock, Rewrite, Step
from lockgate.gates.migrations.sessions.statements import split
from lockgate.gates.migrations.sessions.told import Event, Held, Said, Told, heard
from lockgate.gates.migrations.sessions.written import Spoken, resolve, spoken
from lockgate.postgres.log import Entry

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

SCHEMA = "lockgate_recorder"
_TABLES = frozenset("rp")
_COMMANDS = b"""
CREATE EVENT TRIGGER lockgate_starts ON ddl_command_start EXECUTE FUNCTION lockgate_recorder.starts();
CREATE EVENT TRIGGER lockgate_drops ON sql_drop EXECUTE FUNCTION lockgate_recorder.drops();
CREATE EVENT TRIGGER lockgate_ends ON ddl_command_end EXECUTE FUNCTION lockgate_recorder.ends();
"""


def install(connection: "Connection[TupleRow]", *, commands: bool = True) -> None:
    """Put the recorder into a database; the connection is the superuser's. A second time does nothing.

    Without `commands` it tells of rewrites alone, which costs nothing where each statement is watched anyway.
    """
    there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA]).fetchone()
    if not there:
        with connection.transaction():
            connection.execute(Path(__file__).with_suffix(".sql").read_bytes())
            if commands:
                connection.execute(_COMMANDS)


def events(entries: Iterable[Entry]) -> list[Event]:
    """Give what the recorder told. Raise ToolError for what it could not tell whole."""
    return [each for each in heard(entries) if isinstance(each, Event)]


def steps(entries: Iterable[Entry], catalog: Catalog | None = None, token: str = "") -> tuple[Step, ...]:
    """Say what each command on the schema did, and each statement that writes rows or locks by itself.

    `catalog` is that of before: it names what no event has named. Drivers of ours put the lines that a
    statement comes from before it, with the session's `token`, which nobody else knows; what the tool does
    for itself makes no step. Raise ToolError for what the recorder could not tell whole.
    """
    names = _Names(catalog or Catalog())
    marks = re.compile(rf"/\*lockgate {re.escape(token)}:(\d{{1,9}})-(\d{{1,9}})\*/ ") if token else None
    done: list[Step] = []
    numbers = count(1)
    clients: dict[int, _Client] = {}
    for each in heard(entries):
        if each.pid not in clients:
            clients[each.pid] = _Client(names, marks, done, numbers)
        clients[each.pid].hear(each)
    for client in clients.values():
        client.settle(len(client.queue), ())
    return tuple(done)


class _Names:
    """Know the name of each relation that was ever named, also after it has been dropped."""

    def __init__(self, catalog: Catalog) -> None:
        self._known = {oid: (each.full_name, each.relkind) for oid, each in catalog.relations.items()}
        self._tables = {oid: index.table for oid, index in catalog.indexes.items()}

    def learn(self, told: Told) -> None:
        self._known.update({lock.oid: (lock.name, lock.relkind) for lock in told.locks if lock.name})
        for each in told.dropped:
            if each.relkind:
                self._known.setdefault(each.oid, (each.name, each.relkind))

    def locks(self, held: Iterable[Held]) -> tuple[Lock, ...]:
        """Name locks; what has no name is a part of something else, such as what a rewrite left behind."""
        return tuple(self.lock(each.oid, each.mode) for each in held if each.oid in self._known)

    def lock(self, oid: int, mode: str) -> Lock:
        return Lock(oid, *self._known[oid], mode)

    def name(self, oid: int) -> str:
        return self._known[oid][0]

    def tables(self, targets: Iterable[str]) -> frozenset[int]:
        """Find tables by their names in a text; an index stands for its table."""
        names = [(oid, name) for oid, (name, _) in self._known.items()] if targets else []
        found = {resolve(target, names) for target in targets} - {0}
        return frozenset(self._tables.get(oid, oid) for oid in found)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Hold a statement that was said, the lines it comes from, and whether the tool said it for itself."""

    spoken: Spoken
    lines: tuple[int, int] = (0, 0)
    own: bool = False


class _Client:
    """Follow one client: what it says waits in the queue until an event, or what it says next, settles it."""

    def __init__(
        self, names: _Names, marks: "re.Pattern[str] | None", done: list[Step], numbers: "count[int]"
    ) -> None:
        self.queue: list[_Spot] = []
        self._names = names
        self._marks = marks
        self._done = done
        self._numbers = numbers
        self._transaction = ""
        self._number = 0
        self._held: tuple[Lock, ...] = ()
        self._timeout = self._kept_timeout = 0
        self._last = _Spot(spoken(""))
        self._rewrites: list[Rewrite] = []
        self._dropped: list[str] = []

    def hear(self, each: Event | Said) -> None:
        if isinstance(each, Said):
            if each.transaction != self._transaction:
                self.settle(len(self.queue), ())
                self._begin(each.transaction)
            self._said(each.text)
        else:
            self._names.learn(each.told)
            if each.transaction != self._transaction:  # what was said last has transactions of its own
                self._begin(each.transaction)
            self._told(each.told)

    def _begin(self, transaction: str) -> None:
        self._transaction, self._held = transaction, ()
        self._number = next(self._numbers)
        self._timeout = self._kept_timeout

    def _said(self, text: str) -> None:
        lines, own = (0, 0), False
        if self._marks and (mark := self._marks.match(text)):
            lines, text = (int(mark[1]), int(mark[2])), text[mark.end() :]
            own = lines == (0, 0)
        self.queue += [_Spot(spoken(each), lines, own) for each in _statements(text)]

    def _told(self, told: Told) -> None:
        locks = self._names.locks(told.locks)
        match told.kind:
            case "rewrite":
                self._rewrites.append(Rewrite(told.oid, told.name or "", told.rewritten_for))
            case "drop":
                self._dropped += told.objects
            case "command":
                self._command(told, locks)
                self._held, self._timeout = locks, told.lock_timeout
            case "commit":
                self.settle(len(self.queue), locks)
                self._held = locks

    def _command(self, told: Told, locks: tuple[Lock, ...]) -> None:
        self.settle(_place(self.queue, told.tag), locks)
        spot = self.queue[0] if self.queue else self._last
        whole = bool(self.queue) and spot.spoken.is_command(told.tag)
        if whole:
            self._last = self.queue.pop(0)
        if not spot.own:
            step = self._step(spot, locks, what=spot.spoken.text if whole else told.tag)
            rewrites = (*self._rewrites, *_refreshed(told.tag, locks, self._held))
            objects = (*told.objects, *self._dropped)
            self._done.append(
                replace(
                    step, rewrites=rewrites, scanned=told.scanned, lock_timeout=told.lock_timeout,
                    objects=objects,
                )
            )  # fmt: skip
        self._rewrites, self._dropped = [], []

    def settle(self, number: int, locks: Sequence[Lock]) -> None:
        """Say what the queue's first statements did of which no event told; `locks` are held after them."""
        spots, self.queue = self.queue[:number], self.queue[number:]
        written = _share(spots, _new_writes(locks, self._held), self._names)
        for spot, rows in zip(spots, written, strict=True):
            self._timeouts(spot.spoken)
            self._last = spot
            if not spot.own:
                self._by_itself(spot, rows)

    def _by_itself(self, spot: _Spot, rows: frozenset[int]) -> None:
        mode = spot.spoken.own_lock
        tables = self._names.tables(spot.spoken.targets) if mode else frozenset()
        if not (rows or tables):
            return
        mine = tuple(self._names.lock(oid, mode) for oid in sorted(tables))
        step = self._step(spot, (*self._held, *mine), what=spot.spoken.text)
        anew = spot.spoken.rewrites
        rewrites = tuple(Rewrite(lock.oid, lock.name, spot.spoken.verb.lower()) for lock in mine if anew)
        read = tables if anew or spot.spoken.verb == "REINDEX" else frozenset()
        self._done.append(replace(step, written=rows, rewrites=rewrites, scanned=read))
        self._held += mine

    def _timeouts(self, said: Spoken) -> None:
        if said.lock_timeout is not None:
            self._timeout = said.lock_timeout
            if "LOCAL" not in said.words:
                self._kept_timeout = self._timeout

    def _step(self, spot: _Spot, locks: tuple[Lock, ...], *, what: str) -> Step:
        return Step(
            what=what, line=spot.lines[0], end_line=spot.lines[1], transaction=self._number, locks=locks,
            lock_timeout=self._timeout,
        )  # fmt: skip


def _statements(text: str) -> tuple[str, ...]:
    if ";" not in text.rstrip("; \n"):
        return (text,)
    try:
        return tuple(statement.text for statement in split(text))
    except ValueError:  # the server has said so itself
        return (text,)


def _place(queue: Sequence[_Spot], tag: str) -> int:
    """Find the statement that an event is about: a command's own, or one that may run it inside."""
    said = [spot.spoken for spot in queue]
    fits = (
        [each.is_command(tag) for each in said],
        [each.verb == tag.partition(" ")[0] for each in said],
        [each.hides for each in said],
    )
    return next((each.index(True) for each in fits if True in each), 0)


def _refreshed(tag: str, locks: Iterable[Lock], before: Sequence[Lock]) -> Iterator[Rewrite]:
    """Name the views that are filled anew, of which no `table_rewrite` tells."""
    if tag == "REFRESH MATERIALIZED VIEW":
        for lock in locks:
            if lock.relkind == "m" and lock.mode == "AccessExclusiveLock" and lock not in before:
                yield Rewrite(lock.oid, lock.name, "refresh")


def _new_writes(locks: Iterable[Lock], before: Iterable[Lock]) -> set[int]:
    """Give the tables whose rows have been written since: only that takes this lock on a table."""
    held = {lock.oid for lock in before if lock.mode == "RowExclusiveLock"}
    now = {lock.oid for lock in locks if lock.mode == "RowExclusiveLock" and lock.relkind in _TABLES}
    return now - held


def _share(spots: Sequence[_Spot], new: set[int], names: _Names) -> list[frozenset[int]]:
    """Say which tables each statement wrote: those that it names, then what one may have written inside."""
    shares = [frozenset(_named(spot.spoken, new, names)) for spot in spots]
    left = {oid for oid in new.difference(*shares) if names.name(oid).partition(".")[2] not in BOOKS}
    for wanted in ("hides", "writes"):
        for at, spot in enumerate(spots):
            if left and not spot.own and getattr(spot.spoken, wanted):
                shares[at] |= left
                left = set()
    return shares


def _named(said: Spoken, new: set[int], names: _Names) -> Iterator[int]:
    if said.writes or said.may_write:
        yield from (oid for oid in new if said.names(names.name(oid).partition(".")[2]))
    if said.writes or said.verb == "WITH":
        yield from names.tables(said.targets)
