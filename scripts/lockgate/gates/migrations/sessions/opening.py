"""Begin sessions of a project's own kind: on a database that gets what the base has, and on the head's."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.config.model import MigrationsConfiguration
from lockgate.gates.migrations.kinds import sql_folder
from lockgate.gates.migrations.kinds.command import CommandSession
from lockgate.gates.migrations.kinds.sql_text import Read
from lockgate.gates.migrations.model import Project, Session
from lockgate.gates.migrations.sessions.interpreters import python_of_project
from lockgate.gates.migrations.sessions.measure import Open
from lockgate.gates.migrations.sessions.sql_session import SqlSession
from lockgate.gates.migrations.sessions.tool_session import open_project
from lockgate.gates.migrations.sides import Sides
from lockgate.postgres.database import Database
from lockgate.postgres.log import Entry

_SQLX_BOOKS = """
CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(),
    success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL
)
"""
"""What sqlx makes before the first migration: there are projects whose migrations write there."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Hold how sessions begin; a migration may take `seconds`, `entries` reads the server's log."""

    project: Project
    sides: Sides
    configuration: MigrationsConfiguration
    home: Path
    seconds: float
    entries: Callable[[], list[Entry]]

    @contextmanager
    def opened(self, merged: Mapping[str, bytes]) -> Iterator[tuple[Open, Open]]:
        """Give what begins a session for the base and one for the head; `merged` are the base's migrations.

        Raise ToolError where nothing can run the project.
        """
        if self.project.kind == "command":
            with TemporaryDirectory(prefix="lockgate-base-", ignore_cleanup_errors=True) as folder:
                self._check_out(Path(folder))
                yield self._command(Path(folder)), self._command(self.sides.beside.root)
            return
        if self.project.kind in {"alembic", "django"}:
            opens = self._tool(self.sides.beside.root)
            yield opens, opens
        else:  # what is removed or has another name has been applied all the same
            there = replace(self.project, files=tuple(sorted(merged)))
            yield (
                self._sql(there, lambda path: merged.get(path) or self.sides.base(path)),
                self._sql(self.project, self.sides.head),
            )

    def _sql(self, project: Project, read: Read) -> Open:
        migrations = sql_folder.migrations(project, read)

        def begin(database: Database) -> Session:
            if project.style == "sqlx":
                with database.connect() as connection:
                    connection.execute(_SQLX_BOOKS)
            return SqlSession(database, migrations, seconds=self.seconds)

        return begin

    @contextmanager
    def at_base(self) -> Iterator[Open]:
        """Give what begins a session of the base's own code, which is checked out for as long."""
        with TemporaryDirectory(prefix="lockgate-base-", ignore_cleanup_errors=True) as folder:
            self._check_out(Path(folder))
            yield self._tool(Path(folder))

    def _tool(self, root: Path) -> Open:
        own = self.sides.beside.root
        python = python_of_project(
            (own / self.project.path).parent,
            own,
            chosen=self.configuration.python,
            active="",
            home=self.home,
        )

        def begin(database: Database) -> Session:
            return open_project(
                database, self.project, root, python=python, variables=self.configuration.environment,
                entries=self.entries, seconds=self.seconds, instead_of=own,
            )  # fmt: skip

        return begin

    def _command(self, root: Path) -> Open:
        def begin(database: Database) -> Session:
            return CommandSession(
                database, self.project, root, self.configuration.command,
                variables=self.configuration.environment, entries=self.entries, seconds=self.seconds,
            )  # fmt: skip

        return begin

    def _check_out(self, folder: Path) -> None:
        """Write the base's files, and link what lies beside the head's untracked: installed packages."""
        paths = self.sides.beside.base_paths()
        for path, data in self.sides.code(paths):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        tracked = {*self.sides.beside.paths(), *paths}
        for place in {"", self.project.folder}:
            for entry in os.scandir(self.sides.beside.root / place):
                name = f"{place}/{entry.name}".strip("/")
                used = any(path == name or path.startswith(f"{name}/") for path in tracked)
                if not used and entry.name != ".git":
                    (folder / place).mkdir(parents=True, exist_ok=True)
                    (folder / name).symlink_to(entry.path)
