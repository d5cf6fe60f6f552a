"""Start a PostgreSQL of one's own for one run, and make databases in it."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from lockgate.errors import ToolError
from lockgate.postgres.database import Database, Reach, connect, extend, trouble
from lockgate.postgres.log import PREFIX, Entry, read
from lockgate.postgres.programs import Programs
from lockgate.process.children import at_end
from lockgate.process.kept import Kept

__all__ = ["Database", "Server", "serve"]

APP, SUPERUSER = "app", "lockgate"
_PORT = 5432
_MOST_KEPT = 5
_START, _END = 150.0, 15.0
_KEEPER = [sys.executable, "-I", "-X", "utf8", "-m", "lockgate.postgres.keeper"]
_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "lc_messages": "C",
    "listen_addresses": "",
    "log_destination": "stderr",
    "log_line_prefix": PREFIX,
    "log_min_error_statement": "panic",  # the statement has been logged already
    "log_parameter_max_length": "0",
    "log_statement": "all",
    "log_timezone": "UTC",
    "max_connections": "20",
    "max_logical_replication_workers": "0",
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_wal_senders": "0",
    "port": str(_PORT),
    "restart_after_crash": "off",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "wal_level": "minimal",
    "wal_recycle": "off",
}


class Server:
    """Hold a running server.

    `version` is as in `17.10`, `source` says where its programs are from; it is `restored` when it started
    with the databases of one that was kept. The role `app`, no superuser, owns the databases.
    """

    def __init__(self, programs: Programs, keeper: Kept, state: dict[str, Any]) -> None:
        self.version = programs.version
        self.source = programs.source
        self.restored = bool(state["restored"])
        self._programs = programs
        self._keeper = keeper
        self._folder = str(state["folder"])
        self._app: Reach = {"host": self._folder, "port": _PORT, "user": APP, "sslmode": "disable"}
        self._superuser: Reach = {**self._app, "user": SUPERUSER, "password": str(state["password"])}
        self._read = 0
        if not self.restored:
            self._set_up()
        self._admin = connect(self._superuser, "postgres")
        self._read = self._log.stat().st_size

    def create(self, name: str, template: str = "", extensions: frozenset[str] = frozenset()) -> Database:
        """Make a database that the role `app` owns, empty or as a copy of another one that nobody uses.

        Of the extensions those are made in it that only a superuser may make. Raise ToolError.
        """
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        self._run(statement, name, APP, template or "template1")
        database = self.database(name)
        extend(database, [each for each in sorted(extensions) if not self._programs.trusts(each)])
        return database

    def database(self, name: str) -> Database:
        """Give a database that is there: that of a server that was kept."""
        url = f"postgresql://{APP}@/{quote(name, safe='')}?host={quote(self._folder, safe='/')}"
        return Database(name, url, self._app, self._superuser)

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def entries(self) -> list[Entry]:
        """Give what the server logged since the last call, of all databases, in order; raise ToolError."""
        entries, self._read = read(self._log, self._read)
        return entries

    def keep(self, place: Path) -> None:
        """Write all databases to a folder that `serve` can start from; all connections have to be closed.

        Where that fails the next run is slower, and nothing else. Raise ToolError when the server is gone.
        """
        self._admin.close()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            answer = self._keeper.ask({"keep": str(place)}, _START)
        except OSError as error:
            raise trouble(error) from error
        if "problem" in answer:
            raise _not_started(self._programs, answer["problem"])
        self._admin = connect(self._superuser, "postgres")
        _thin_out(place.parent)

    def close(self) -> None:
        """Close the connection of our own."""
        self._admin.close()

    @property
    def _log(self) -> Path:
        return Path(self._folder, "log")

    def _set_up(self) -> None:
        app, superuser = sql.Identifier(APP), sql.Identifier(SUPERUSER)
        with connect(self._superuser, "template1") as template:
            template.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(app))
            template.execute(sql.SQL("ALTER ROLE {} SET log_statement = none").format(superuser))
            if template.info.server_version < 150000:  # later ones give it to the owner of the database
                template.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(app))

    def _run(self, statement: sql.SQL, *names: str) -> None:
        try:
            self._admin.execute(statement.format(*map(sql.Identifier, names)))
        except psycopg.Error as error:
            raise trouble(error) from error


@contextmanager
def serve(programs: Programs, kept: Path | None = None) -> Iterator[Server]:
    """Run a server as long as the context lasts, on what `Server.keep` wrote to `kept` where that is there.

    Nothing of it is left afterwards, however this process ends. Raise ToolError when it cannot start.
    """
    try:
        keeper = Kept(_KEEPER)
    except OSError as error:
        raise _not_started(programs, error) from error
    state: dict[str, Any] = {}
    try:
        with at_end(keeper.hang_up):
            state = _started(keeper, programs, kept)
            with closing(Server(programs, keeper, state)) as server:
                yield server
    finally:
        keeper.close(_END)
        if state:
            _clear(Path(state["folder"]), int(state["pid"]))


def _started(keeper: Kept, programs: Programs, kept: Path | None) -> dict[str, Any]:
    """Let the keeper start a server, and give what it says of it."""
    order = {
        "bin": str(programs.bin),
        "top": str(programs.top),
        "options": [f"-c{name}={value}" for name, value in _SETTINGS.items()],
        "kept": str(kept) if kept and kept.is_dir() else "",
        "identity": f"{programs.version} {programs.source} {os.uname().machine}",
    }
    try:
        state = keeper.ask(order, _START)
    except OSError as error:
        raise _not_started(programs, error) from error
    if "problem" in state:
        raise _not_started(programs, state["problem"])
    return state


def _clear(folder: Path, pid: int) -> None:
    """Do what the keeper could not do, for it was killed; its server ends with it, or is told to."""
    deadline = time.monotonic() + _END
    while folder.exists() and time.monotonic() < deadline:
        with suppress(OSError):
            if (folder / "data" / "postmaster.pid").exists():
                os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.01)


def _thin_out(parent: Path) -> None:
    """Leave those that were used last."""
    with suppress(OSError):
        kept = [folder for folder in parent.iterdir() if (folder / "digest").is_file()]
        for folder in sorted(kept, key=lambda one: one.stat().st_mtime)[:-_MOST_KEPT]:
            shutil.rmtree(folder, ignore_errors=True)


def _not_started(programs: Programs, why: object) -> ToolError:
    return ToolError(
        f"PostgreSQL {programs.version} ({programs.source}) could not be started: {why}",
        cause="it is not made for this machine, or the disk or the memory is full",
        todo="name another `postgres-version`, or give a `database-url`",
    )
