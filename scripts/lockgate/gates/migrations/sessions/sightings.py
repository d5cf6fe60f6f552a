"""See what a statement did, from inside its own transaction: locks, rewrites, whole reads, rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lockgate.gates.migrations.model import Lock, Rewrite, Statement, Step
from lockgate.gates.migrations.sessions.told import Told
from lockgate.gates.migrations.sessions.written import resolve, spoken

if TYPE_CHECKING:
    from psycopg import Connection

_OURS = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockgate_recorder')"
_ALL = f"""
SELECT c.oid::int8, n.nspname || '.' || c.relname, c.relkind::text, c.relfilenode::int8,
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_numscans(c.oid) ELSE 0 END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
UNION ALL
SELECT 0, pg_catalog.current_setting('lock_timeout'), '', 0, 0
"""  # noqa: S608 - constants
_HELD = f"""
SELECT l.relation::int8, l.mode, c.oid IS NULL OR {_OURS}, n.nspname || '.' || c.relname, c.relkind::text,
       c.relfilenode::int8, pg_catalog.pg_stat_get_xact_numscans(c.oid)
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
UNION ALL
SELECT 0, pg_catalog.current_setting('lock_timeout'), false, '', '', 0, 0
"""  # noqa: S608 - constants
_TABLES = frozenset("rmpf")
_STRONGEST = "AccessExclusiveLock"
_LIGHT = frozenset({"AccessShareLock", "RowShareLock", "RowExclusiveLock"})
_PLANNED = frozenset({
    "COPY", "DELETE", "EXECUTE", "EXPLAIN", "FETCH", "INSERT", "MERGE", "PREPARE", "SELECT", "TABLE",
    "UPDATE", "VALUES", "WITH",
})  # fmt: skip
"""What a planner reads whole or not, as the number of rows may be: on an empty table it says nothing."""
_HIDES = frozenset({"DO", "CALL", "SELECT", "EXECUTE"})
_UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1}
_TRUNCATES = re.compile(r"\btruncate\b", re.IGNORECASE)
_WHY = (
    (re.compile(r"\bset\s+(?:un)?logged\b", re.IGNORECASE), "persistence"),
    (re.compile(r"\bset\s+tablespace\b", re.IGNORECASE), "tablespace"),
    (re.compile(r"\baccess\s+method\b", re.IGNORECASE), "access method"),
    (re.compile(r"\btype\b", re.IGNORECASE), "type change"),
    (re.compile(r"\badd\b", re.IGNORECASE), "volatile default"),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    relkind: str
    filenode: int
    scans: int


class Sight:
    """Know what was there when a transaction began, and say of each of its statements what it changed."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self._connection = connection
        self._known: dict[int, _Seen] = {}
        self._held: tuple[Lock, ...] = ()
        self._timeout = 0

    def begin(self) -> None:
        """Look at all relations: after a transaction has begun, before its first statement."""
        *rows, (_, setting, *_) = self._connection.execute(_ALL).fetchall()
        self._timeout = milliseconds(setting)
        self._known = {oid: _Seen(*rest) for oid, *rest in rows}
        self._held = ()

    def after(self, statement: Statement, kind: str, number: int, told: Sequence[Told]) -> Step:
        """Say what the last statement of the open transaction did; `told` is what the recorder said of it."""
        *rows, (_, setting, *_) = self._connection.execute(_HELD).fetchall()
        before, now, timeout = self._known, self._now(rows), milliseconds(setting)
        names = {**before, **now}
        locks = tuple(
            sorted(
                (
                    Lock(oid, names[oid].name, names[oid].relkind, mode)
                    for oid, mode, *_ in rows
                    if oid in names
                ),
                key=lambda lock: (lock.oid, lock.mode),
            )
        )
        tables = {oid: seen for oid, seen in now.items() if seen.relkind in _TABLES}
        old = {oid: before[oid] for oid in tables if oid in before}
        changed = {oid: tables[oid] for oid in old if old[oid].filenode != tables[oid].filenode}
        read = {oid for oid, seen in tables.items() if seen.scans > (old[oid].scans if oid in old else 0)}
        emptied = frozenset(changed) if _empties(statement, kind, told) else frozenset()
        step = Step(
            what=statement.text, line=statement.line, end_line=statement.end_line, transaction=number,
            locks=locks,
            rewrites=() if emptied else tuple(_rewrites(changed, statement, kind, told)),
            scanned=_scanned(read, kind, locks, self._held),
            written=emptied | _written(statement, kind, locks, self._held),
            lock_timeout=self._timeout or timeout,
            objects=tuple(dict.fromkeys(name for each in told for name in each.objects)),
        )  # fmt: skip
        self._known, self._held, self._timeout = names, locks, timeout
        return step

    def alone(self, statement: Statement, kind: str, number: int) -> Step:
        """Say what a statement did that had transactions of its own: what it wrote anew was locked then."""
        before = self._known
        self.begin()
        changed = {
            oid: seen
            for oid, seen in self._known.items()
            if oid in before and seen.relkind in _TABLES and seen.filenode != before[oid].filenode
        }
        return Step(
            what=statement.text, line=statement.line, end_line=statement.end_line, transaction=number,
            locks=tuple(Lock(oid, seen.name, seen.relkind, _STRONGEST) for oid, seen in changed.items()),
            rewrites=tuple(_rewrites(changed, statement, kind, ())), lock_timeout=self._timeout,
        )  # fmt: skip

    @staticmethod
    def _now(rows: Sequence[Any]) -> dict[int, _Seen]:
        return {oid: _Seen(*rest) for oid, _, ours, *rest in rows if ours and rest[0]}  # else dropped


def milliseconds(setting: str) -> int:
    """Read a time as PostgreSQL shows it, such as `2s` or `1500ms`."""
    number = setting.rstrip("adhimns")
    return int(number) * _UNITS[setting[len(number) :]]


def _empties(statement: Statement, kind: str, told: Sequence[Told]) -> bool:
    """Say whether tables have new files because it empties them."""
    if kind == "TRUNCATE":
        return True
    rewrites = any(each.kind == "rewrite" for each in told)
    return kind in _HIDES and not rewrites and bool(_TRUNCATES.search(statement.text))


def _rewrites(
    changed: dict[int, _Seen], statement: Statement, kind: str, told: Sequence[Told]
) -> Iterator[Rewrite]:
    reasons = {each.oid: each.rewritten_for for each in told if each.kind == "rewrite"}
    words = {"VACUUM": "vacuum full"}.get(kind, kind.lower())
    if kind == "ALTER TABLE":
        words = next((why for pattern, why in _WHY if pattern.search(statement.text)), "")
    for oid, seen in changed.items():
        yield Rewrite(oid, seen.name, reasons.get(oid) or words)


def _scanned(read: set[int], kind: str, locks: Sequence[Lock], before: Sequence[Lock]) -> frozenset[int]:
    """Give the tables that a change of the schema has read whole: it holds more than a reader's lock."""
    taken = set(locks).difference(before) if kind.split(" ", maxsplit=1)[0] in _PLANNED else locks
    return frozenset(lock.oid for lock in taken if lock.oid in read and lock.mode not in _LIGHT)


def _written(
    statement: Statement, kind: str, locks: Sequence[Lock], before: Sequence[Lock]
) -> frozenset[int]:
    """Give the tables whose rows it wrote: it newly holds the lock for that, or names them."""
    if kind == "LOCK":
        return frozenset()
    writers = [lock for lock in locks if lock.mode == "RowExclusiveLock" and lock.relkind in _TABLES]
    new = {lock.oid for lock in set(writers).difference(before)}
    said = spoken(statement.text)
    names = [(lock.oid, lock.name) for lock in writers]
    named = (
        {resolve(target, names) for target in said.targets} if said.writes or said.verb == "WITH" else set()
    )
    return frozenset((new | named) - {0})
