"""What is tried on copies of the databases, once the change has been measured."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Protocol

from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.model import Applied, Failure, Migration, Project, Session
from lockgate.gates.migrations.projects import CODE
from lockgate.gates.migrations.rehearsals.second_run import commits, second_run, second_run_of_code, stays
from lockgate.gates.migrations.rehearsals.seed import seeded
from lockgate.gates.migrations.rehearsals.way_back import way_back
from lockgate.gates.migrations.sessions.sql_session import SqlSession
from lockgate.gates.migrations.sessions.tool_session import ToolSession
from lockgate.postgres.database import Database


class Copies(Protocol):
    """Make copies of databases that nobody uses: a server of ours, or the caller's."""

    def create(self, name: str, template: str = "") -> Database:
        """Make a database as a copy of another one."""

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold what was measured, and where: `base` and `head` name the databases before and after the change.

    `opens` begins a session of the project's tool; a migration may take `seconds`.
    """

    server: Copies
    project: Project
    opens: Callable[[Database], Session]
    applied: Sequence[Applied]
    base: str
    head: str
    seconds: float


def back(stage: Stage) -> Iterator[Judged]:
    """Undo the change, and apply it again."""
    with (
        _copy(stage, stage.head) as database,
        closing(stage.opens(database)) as session,
        database.connect(superuser=True) as control,
    ):
        yield from way_back(stage.project, session, stage.applied, lambda: snapshot(control))


def twice(stage: Stage) -> Iterator[Judged]:
    """Stop each of the change's migrations that has no transaction on its way, then run it as a whole."""
    code = stage.project.kind in CODE
    stops = [commits(one) if code else bool(stays(one.migration)) for one in stage.applied]
    if not any(stops):
        return
    last = len(stops) - stops[::-1].index(True)
    with _copy(stage, stage.base) as far:
        for one, stopped in zip(stage.applied[:last], stops, strict=False):
            if one.trace.failure:
                return
            if stopped:
                yield from _second_run(stage, one, far.name)
            if one is not stage.applied[last - 1]:
                _Program(stage, far).replay(one.migration)


def _second_run(stage: Stage, one: Applied, of: str) -> Iterator[Judged]:
    if stage.project.kind in CODE:
        return second_run_of_code(one, lambda: _program(stage, of))
    return second_run(one.migration, lambda: _fresh(stage, of))


def on_rows(stage: Stage, seed: Migration) -> Iterator[Judged]:
    """Apply the change to a database that holds the rows of a seed."""
    with (
        _copy(stage, stage.base) as database,
        closing(SqlSession(database, (), seconds=stage.seconds)) as loader,
        closing(stage.opens(database)) as session,
    ):
        yield from seeded(seed, stage.applied, loader.replay, session)


@contextmanager
def _copy(stage: Stage, of: str) -> Iterator[Database]:
    database = stage.server.create(f"copy_{secrets.token_hex(6)}", of)
    try:
        yield database
    finally:
        stage.server.drop(database.name)


@contextmanager
def _fresh(stage: Stage, of: str) -> Iterator[Callable[[Migration], Failure | None]]:
    with _copy(stage, of) as database:
        yield lambda migration: _run(database, migration, stage.seconds)


@contextmanager
def _program(stage: Stage, of: str) -> Iterator["_Program"]:
    with _copy(stage, of) as database:
        yield _Program(stage, database)


@dataclass(frozen=True, slots=True)
class _Program:
    """Begin the project's tool anew for each thing that it is told: no run leaves the next one anything."""

    stage: Stage
    database: Database

    def stop(self, migration: Migration, statements: int) -> int | None:
        with closing(self.stage.opens(self.database)) as session:
            return session.stop(migration, statements) if isinstance(session, ToolSession) else None

    def replay(self, migration: Migration) -> Failure | None:
        with closing(self.stage.opens(self.database)) as session:
            return session.replay(migration)


def _run(database: Database, migration: Migration, seconds: float) -> Failure | None:
    with closing(SqlSession(database, (migration,), seconds=seconds)) as session:
        return session.replay(migration)
