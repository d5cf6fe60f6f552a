"""What the gate says of a statement on tables without a row: statement by statement, and by listening."""

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass

import psycopg

from lockgate.gates.migrations.catalogs.catalog import Catalog
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.model import (
    BLOCKS_READS,
    BLOCKS_WRITES,
    Applied,
    Failure,
    Measured,
    Migration,
    Project,
    Trace,
)
from lockgate.gates.migrations.sessions import recorder
from lockgate.gates.migrations.sessions.sql_session import SqlSession
from lockgate.gates.migrations.sessions.statements import split
from lockgate.postgres.server import Database, Server

KINDS = {"rewrite-under-lock": "rewrite", "rows-under-lock": "rows", "scan-under-lock": "scan"}
_PATH = "one.sql"
_SECONDS = 60.0

Run = Callable[[Server, Database, Migration, Catalog], Trace]


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold the gate's answer in the words of the oracle, and all rules that speak."""

    kind: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    rules: tuple[str, ...]


def ours(server: Server, database: Database, statement: str, run: Run, *, atomic: bool) -> Answer:
    """Apply one statement to a database and judge what was seen."""
    migration = Migration("one", _PATH, split(statement), atomic=atomic)
    with database.connect(superuser=True) as control:
        before = snapshot(control)
        trace = run(server, database, migration, before)
        after = snapshot(control)
    applied = Applied(migration, trace, before, after)
    existed = frozenset(before.relations)
    project = Project("sql", "", _PATH, (_PATH,), "plain")
    measured = Measured(project, server.version, before, (applied,), (existed,))
    rules = {judged.finding.rule for judged in effects(measured)}
    kind = "fails" if trace.failure else next((KINDS[rule] for rule in KINDS if rule in rules), "instant")
    return Answer(kind, *_waited(applied), tuple(sorted(rules)))


def by_statement(_: Server, database: Database, migration: Migration, __: Catalog) -> Trace:
    """Apply a migration as files of SQL are applied."""
    with closing(SqlSession(database, (migration,), seconds=_SECONDS)) as session:
        return session.apply(migration)


def by_listening(server: Server, database: Database, migration: Migration, before: Catalog) -> Trace:
    """Send a migration as any tool would, and listen to the server."""
    failure = None
    with database.connect() as client:
        server.entries()
        try:
            with client.transaction() if migration.atomic else nullcontext():
                client.execute("; ".join(each.text for each in migration.up).encode())
        except psycopg.Error as error:
            failure = Failure(str(error), state=error.sqlstate or "")
    return Trace(recorder.steps(server.entries(), before), failure)


PATHS: dict[str, Run] = {"statement by statement": by_statement, "by listening": by_listening}


def _waited(applied: Applied) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the tables that others cannot read, or write; who reads a table needs its indexes too."""
    before, reads, writes = applied.before, set(), set()
    for step in applied.trace.steps:
        for lock in step.locks:
            index = before.indexes.get(lock.oid)
            relation = before.relations.get(index.table if index else lock.oid)
            if relation and lock.mode in BLOCKS_READS and relation.relkind in "rpmv":
                reads.add(relation.name)
            if relation and lock.mode in BLOCKS_WRITES and relation.relkind in "rp" and not index:
                writes.add(relation.name)
    return tuple(sorted(reads)), tuple(sorted(writes | {name for name in reads if _is_table(applied, name)}))


def _is_table(applied: Applied, name: str) -> bool:
    return any(each.name == name and each.relkind in "rp" for each in applied.before.relations.values())
