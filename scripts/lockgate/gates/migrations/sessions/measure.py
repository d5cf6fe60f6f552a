"""Apply a project's migrations: the base's to make what production has, the change's one by one, watched."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from lockgate.errors import ToolError
from lockgate.gates.migrations.catalogs.catalog import Catalog
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.model import Applied, Measured, Migration, Project, Session
from lockgate.gates.migrations.projects import CODE
from lockgate.gates.migrations.sessions import recorder
from lockgate.postgres.database import Database
from lockgate.postgres.given import AnyServer
from lockgate.postgres.server import Server
from lockgate.untrusted import shown

Connection = psycopg.Connection[Any]
Open = Callable[[Database], Session]

_MOST = 2_000  # a catalog is kept for each
_WORTH_KEEPING = 1.5  # seconds: to copy what was made takes about one

BASE, HEAD = "base", "head"
"""The databases: what the base's migrations make, and what the change's make of it."""


@dataclass(frozen=True, slots=True)
class Work:
    """Hold what is to be measured.

    `base` begins a session on what the base has, `head` one on the head; `is_new` picks the change's. With
    `whole` there is no base: all of the repository's are new, and each is judged by what those before it have
    made. `extensions` are those that the migrations make. `kept` is a folder for what the base has made. The
    work is `idle` when nothing is new, and what is left to be asked needs no tables.
    """

    project: Project
    base: Open
    head: Open
    is_new: Callable[[Migration], bool]
    whole: bool
    extensions: frozenset[str] = frozenset()
    kept: Path | None = None
    idle: bool = False


def measure(server: AnyServer, work: Work) -> Measured:
    """Measure a project; leaves the databases BASE and HEAD, which nobody uses.

    Raise ToolError where the base's own migrations fail, as then nothing can be said of the change's.
    """
    if not server.restored:
        _make_base(server, work)
    database = server.create(HEAD, BASE)
    with closing(work.head(database)) as session, database.connect(superuser=True) as control:
        # What the base does is not listened to, and SQL is watched by its own session: it takes time.
        recorder.install(control, commands=work.project.kind in CODE)
        before = snapshot(control)
        applied = tuple(_applied(session, work, control, before))
    return Measured(
        project=work.project,
        server=f"PostgreSQL {server.version} ({server.source})",
        before=before,
        applied=applied,
        existed=tuple(frozenset((each.before if work.whole else before).relations) for each in applied),
    )


def _make_base(server: AnyServer, work: Work) -> None:
    database = server.create(BASE, extensions=work.extensions)
    if work.whole or work.idle:
        return
    started = time.monotonic()
    with closing(work.base(database)) as session:
        for migration in session.plan():
            if work.project.kind == "command" or not work.is_new(migration):
                _replay(session, migration)
    server.entries()
    if work.kept and isinstance(server, Server) and time.monotonic() - started > _WORTH_KEEPING:
        server.keep(work.kept)


def _applied(session: Session, work: Work, control: Connection, before: Catalog) -> Iterator[Applied]:
    """Apply the change's migrations in order, to the first that fails."""
    plan = session.plan()
    if (count := sum(map(work.is_new, plan))) > _MOST:
        raise ToolError(
            f"{count:,} migrations are new, and no more than {_MOST:,} are measured at once",
            cause="there is no base to compare with, or the change brings a whole history along",
            todo="give a base; merge the history without this gate, then judge what follows it",
        )
    for migration in plan:
        if work.is_new(migration):
            trace = session.apply(migration)
            after = snapshot(control)
            yield Applied(migration, trace, before, after)
            if trace.failure:
                return
            before = after
        elif work.whole:
            _replay(session, migration)
            before = snapshot(control)


def _replay(session: Session, migration: Migration) -> None:
    failure = session.replay(migration)
    if failure:
        raise ToolError(
            f"the migration {shown(migration.name)}, which is not the change's, fails: {failure.message}",
            cause="it needs what a fresh database does not have: an extension, a role, rows, another version",
            todo="set `gates.migrations.postgres-version`, or mend it so that a fresh database can be made",
        )
