"""What a statement does to a schema full of rows: seen from outside, by what others can and cannot do.

Nothing of the gate is used here. One session runs the statement in a transaction, a second one tries to read
and to write each table, and what was read, written and made anew is taken from the server's own counters and
from the sizes of files.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

_ALONE = re.compile(r"\b(CONCURRENTLY\b(?! sums)|VACUUM)")
_WAIT = 10.0

_TABLES = """
SELECT c.oid::int8, c.oid::regclass::text, c.relkind::text, c.relfilenode::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'm', 'v', 'i') ORDER BY c.oid
"""
_COUNTS = """
SELECT relid::int8, seq_tup_read, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE schemaname = 'public'
"""
_LOCKS = """
SELECT DISTINCT relation::int8 FROM pg_locks
WHERE pid = %s AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Database(Protocol):
    """Be one database of a server."""

    def connect(self, *, superuser: bool = False) -> Connection:
        """Open a session, in autocommit."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Hold what a statement does: `rewrite`, `rows`, `scan`, `instant`, or `fails` with its SQLSTATE.

    The first three are for as long as a table has rows and while somebody waits; `reads` and `writes` are
    the tables that others cannot read or write until its transaction ends.
    """

    kind: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class _Relation:
    name: str
    relkind: str
    node: int


class Oracle:
    """Ask a database full of rows; `transactional` statements leave it as it was."""

    def __init__(self, database: Database) -> None:
        self._actor = database.connect()
        self._other = database.connect(superuser=True)
        self._writer = database.connect(superuser=True)
        self._other.prepare_threshold = None  # a plan that is kept does not open the indexes again
        self._other.execute("SET lock_timeout = '15ms'")
        self._before = _relations(self._other)
        self._tables: dict[int, int] = dict(
            self._other.execute("SELECT indexrelid::int8, indrelid::int8 FROM pg_index")
        )
        self._rows = {
            oid: _one(self._other, f"SELECT count(*) FROM ONLY {each.name}")  # noqa: S608 - names are ours
            for oid, each in self._before.items()
            if each.relkind in "rm"
        }

    def close(self) -> None:
        """End the sessions."""
        for connection in (self._actor, self._other, self._writer):
            connection.close()

    def ask(self, statement: str) -> Truth:
        """Run a statement; one that cannot be in a transaction changes the database for good."""
        return self._alone(statement) if alone(statement) else self._within(statement)

    def _within(self, statement: str) -> Truth:
        self._actor.execute("BEGIN")
        try:
            counted = self._counts()
            self._actor.execute(statement.encode())
            after = self._counts()
            read = {oid for oid, (read, _) in after.items() if read - counted.get(oid, (0, 0))[0] > 0}
            written = {oid for oid, (_, rows) in after.items() if rows > counted.get(oid, (0, 0))[1]}
            blocked = self._blocked()
            return self._judge(blocked, read, written, _relations(self._actor))
        except psycopg.Error as error:
            return Truth("fails", state=error.sqlstate or "")
        finally:
            self._actor.execute("ROLLBACK")

    def _judge(
        self,
        blocked: tuple[tuple[str, ...], tuple[str, ...]],
        read: set[int],
        written: set[int],
        now: dict[int, _Relation],
    ) -> Truth:
        anew = {oid for oid, was in self._before.items() if oid in now and now[oid].node != was.node}
        # What TRUNCATE empties gets a new file too, but nothing is copied into it.
        copied = {oid for oid in anew if self._before[oid].relkind in "rm" and self._size(oid) > 0}
        built = {oid for oid in anew if self._tables.get(oid) and self._size(self._tables[oid]) > 0}
        if not any(blocked):
            kind = "instant"
        elif copied:
            kind = "rewrite"
        elif written & self._rows.keys():
            kind = "rows"
        elif built or any(self._rows.get(oid) for oid in read):
            kind = "scan"
        else:
            kind = "instant"
        return Truth(kind, *blocked)

    def _alone(self, statement: str) -> Truth:
        """Let it meet somebody who writes: where it has to wait, others try while it does."""
        tables = [each.name for each in self._before.values() if each.relkind in "rp"]
        failed: list[psycopg.Error] = []

        def act() -> None:
            try:
                self._actor.execute(statement.encode())
            except psycopg.Error as error:
                failed.append(error)

        thread = threading.Thread(target=act, daemon=True)
        with self._writer.transaction():
            self._writer.execute(f"LOCK TABLE {', '.join(tables)} IN ROW EXCLUSIVE MODE".encode())
            thread.start()
            self._until_it_waits(thread)
            blocked = self._blocked() if thread.is_alive() else ((), ())
        thread.join(_WAIT)
        if failed:
            return Truth("fails", state=failed[0].sqlstate or "")
        return self._judge(blocked, set(), set(), _relations(self._other))

    def _until_it_waits(self, thread: threading.Thread) -> None:
        until = time.monotonic() + _WAIT
        asked = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
        while thread.is_alive() and time.monotonic() < until:
            if _one(self._other, asked, self._actor.info.backend_pid):
                return
            time.sleep(0.002)

    def _counts(self) -> dict[int, tuple[int, int]]:
        return {oid: (read, rows) for oid, read, rows in self._actor.execute(_COUNTS)}

    def _size(self, oid: int) -> int:
        return int(_one(self._actor, f"SELECT pg_relation_size({oid})") or 0)

    def _blocked(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Try to read and to write what is locked; an index counts with its table, as reading needs both."""
        locked = {oid for (oid,) in self._other.execute(_LOCKS, [self._actor.info.backend_pid])}
        indexes = "SELECT indrelid::int8 FROM pg_index WHERE indexrelid = ANY(%s)"
        locked |= {oid for (oid,) in self._other.execute(indexes, [list(locked)])}
        near = [each for oid, each in self._before.items() if oid in locked and each.relkind != "i"]
        reads = [each.name for each in near if self._waits(f"SELECT FROM ONLY {each.name} LIMIT 1")]
        writes = [
            each.name
            for each in near
            if each.relkind in "rp" and self._waits(f"DELETE FROM ONLY {each.name} WHERE false")  # noqa: S608
        ]
        return tuple(sorted(reads)), tuple(sorted(writes))

    def _waits(self, statement: str) -> bool:
        try:
            self._other.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return True
        return False


def alone(statement: str) -> bool:
    """Say whether a statement cannot be in a transaction."""
    return bool(_ALONE.search(statement))


@contextmanager
def asking(database: Database) -> Iterator[Oracle]:
    """Open an oracle on a database."""
    oracle = Oracle(database)
    try:
        yield oracle
    finally:
        oracle.close()


def _relations(connection: Connection) -> dict[int, _Relation]:
    return {oid: _Relation(*rest) for oid, *rest in connection.execute(_TABLES)}


def _one(connection: Connection, statement: str, *values: object) -> int | None:
    row = connection.execute(statement.encode(), values or None).fetchone()
    return row[0] if row else None


def pack(found: Mapping[str, Mapping[str, Truth]]) -> dict[str, list[dict[str, Any]]]:
    """Write the truth down by statement: what it does, and on which versions."""
    packed: dict[str, list[dict[str, Any]]] = {}
    for major, truths in found.items():
        for case, true in truths.items():
            row = {name: value for name, value in asdict(true).items() if value}
            alike = next(
                (each for each in packed.setdefault(case, []) if {**each, "on": 0} == {**row, "on": 0}), None
            )
            if alike:
                alike["on"].append(major)
            else:
                packed[case].append({"on": [major], **row})
    return packed


def unpack(packed: Mapping[str, Any]) -> dict[str, dict[str, Truth]]:
    """Read it back, by version."""
    found: dict[str, dict[str, Truth]] = {}
    for case, rows in packed["cases"].items():
        for row in rows:
            for major in row["on"]:
                found.setdefault(major, {})[case] = Truth(
                    row["kind"],
                    tuple(row.get("reads", ())),
                    tuple(row.get("writes", ())),
                    row.get("state", ""),
                )
    return found
