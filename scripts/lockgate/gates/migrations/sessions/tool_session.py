"""Let a project's own tool migrate a database, and say what was heard of it."""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lockgate.errors import ToolError
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.histories.drift import Drift
from lockgate.gates.migrations.kinds import alembic
from lockgate.gates.migrations.kinds.django import settings_of
from lockgate.gates.migrations.model import Failure, Migration, Project, Trace
from lockgate.gates.migrations.sessions.dialogue import Dialogue, DiedError
from lockgate.gates.migrations.sessions.recorder import steps
from lockgate.postgres.database import Database
from lockgate.postgres.log import Entry
from lockgate.untrusted import cut, one_line, shown

_DRIVER = Path(__file__).with_name("driver.py")
_LONGEST = 1000
_TERMINATE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND usename <> current_user
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """Say how a project's tool is run: by which Python, in which folder of which checkout.

    `env` holds the variables that the configuration names, `config` Alembic's file. `seconds` is the time
    that it has for one migration. What is installed of the checkout `instead_of` is taken from `root`.
    """

    kind: Literal["alembic", "django"]
    python: str
    folder: Path
    root: Path
    env: Mapping[str, str]
    config: str = ""
    seconds: float = 60.0
    instead_of: Path | None = None


class ToolSession:
    """Apply the migrations of a Django or Alembic project (see model.Session); `entries` reads the log.

    The project's code is run. It must have been decided before that it may be.
    """

    def __init__(self, database: Database, tool: Tool, entries: Callable[[], list[Entry]]) -> None:
        self._tool = tool
        self._entries = entries
        self._token = secrets.token_hex(16)
        self._control = database.connect(superuser=True)
        place = connection_of(database)
        argv = [tool.python, "-I", "-B", "-X", "utf8", str(_DRIVER), tool.kind, self._token]
        try:
            env = {**environment(database), **tool.env}
            self._dialogue = Dialogue(argv, cwd=tool.folder, env=env)
            moved = [str(tool.instead_of or tool.root), str(tool.root)]
            self._need("open", {"database": place, "config": tool.config, "moved": moved})
        except BaseException:
            self.close()
            raise

    def plan(self) -> Sequence[Migration]:
        """List all migrations in order; raise ToolError where the tool cannot: its graph has a hole."""
        answer = self._need("plan", {})
        return [self._migration(each) for each in answer["migrations"]]

    def apply(self, migration: Migration) -> Trace:
        """Apply the next one, watched."""
        return self._watched("apply", migration)

    def replay(self, migration: Migration) -> Failure | None:
        """Apply the next one, unwatched."""
        failure = self._ask("apply", _names(migration))
        self._entries()  # nobody reads them, and a long log would be taken for a loop
        return failure

    def stop(self, migration: Migration, statements: int) -> int | None:
        """Apply the next one and stop it behind some of its statements; give the line of the last of them.

        Give None where it has no more statements than that, or fails before.
        """
        answer = self._answer("apply", {**_names(migration), "until": statements})
        self._entries()
        stopped = answer.get("ok", {}).get("stopped")
        return None if stopped is None else int(stopped)

    def revert(self, migration: Migration) -> Trace:
        """Undo the last one that was applied."""
        return self._watched("revert", migration)

    def drift(self) -> tuple[Drift, ...]:
        """Say what the models have and the migrations do not make; Alembic wants all of them applied.

        A project of Alembic that names no models has none.
        """
        answer = self._answer("drift", {})
        failure = answer.get("failure")
        if failure and failure["kind"] == "unknown":
            return ()
        found = self._ok("drift", answer)
        return tuple(
            Drift(each["app"], each["words"], self._inside(each["path"]), each.get("line", 0))
            for each in found
        )

    def is_apart(self) -> bool:
        """Say whether no code of the other checkout has been loaded, which is installed in its place."""
        return bool(self._need("apart", {"folder": str(self._tool.instead_of or "")}))

    def identity(self) -> tuple[str, ...]:
        """Name what is installed beside the project: `name==version`, sorted."""
        return tuple(self._need("identity", {}))

    def close(self) -> None:
        """End the tool and our connection."""
        if hasattr(self, "_dialogue"):
            self._dialogue.close()
        with suppress(ToolError):  # what it has left behind may still be connected
            hang_up(self._control)
        self._control.close()

    def _watched(self, what: str, migration: Migration) -> Trace:
        before = snapshot(self._control)
        self._entries()
        failure = self._ask(what, _names(migration))
        heard = self._entries()
        if not heard and not failure:
            raise ToolError(
                "the server's log says nothing of a migration that was applied",
                cause="the server is not ours, so that its log cannot be read",
                todo="leave `database-url` out for projects whose migrations are code",
            )
        return Trace(steps(heard, before, self._token), failure)

    def _ask(self, what: str, more: Mapping[str, object]) -> Failure | None:
        try:
            answer = self._dialogue.ask({"ask": what, **more}, self._tool.seconds)
        except DiedError as error:
            hang_up(self._control)
            return Failure(f"{self._tool.kind} {error}", kind="timeout" if error.slow else "failed")
        failure = answer.get("failure")
        if not failure:
            return None
        hang_up(self._control, others=False)
        if failure["kind"] == "elsewhere":
            raise self._unusable(what, failure["message"])
        return _failure(failure)

    def _answer(self, what: str, more: Mapping[str, object]) -> dict[str, Any]:
        try:
            return self._dialogue.ask({"ask": what, **more}, self._tool.seconds)
        except DiedError as error:
            raise self._unusable(what, str(error)) from error

    def _need(self, what: str, more: Mapping[str, object]) -> Any:  # noqa: ANN401 - as the driver answers it
        return self._ok(what, self._answer(what, more))

    def _ok(self, what: str, answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the driver answers it
        if failure := answer.get("failure"):
            raise self._unusable(what, failure["message"])
        return answer["ok"]

    def _unusable(self, what: str, why: str) -> ToolError:
        words = f"{self._tool.kind} did not {what}{self._where}: {cut(one_line(why), _LONGEST)}"
        if why.startswith(("IndentationError: ", "SyntaxError: ", "TabError: ")):
            return ToolError(
                words,
                cause="a file that it loads is no Python that the project's Python can read",
                todo="mend that file, or name the Python that reads it in `gates.migrations.python`",
            )
        return ToolError(
            words,
            cause="a package or a variable that the project needs is missing, or its settings are wrong",
            todo="name its Python in `gates.migrations.python` and what it needs in "
            "`gates.migrations.environment`, or let its own program migrate, with `gates.migrations.command`",
        )

    @property
    def _where(self) -> str:
        inside = self._tool.folder.relative_to(self._tool.root).as_posix()
        return "" if inside == "." else f" in {shown(inside)}"

    def _migration(self, each: Mapping[str, Any]) -> Migration:
        name = f"{each['app']}.{each['name']}" if each["app"] else each["name"]
        return Migration(name, self._inside(each["path"]), atomic=each["atomic"])

    def _inside(self, path: str) -> str:
        """Give a path as the repository has it, empty for one outside, as of an installed package."""
        root = os.path.realpath(self._tool.root)
        real = os.path.realpath(path) if path else ""
        inside = real.startswith(root + os.sep) and "site-packages" not in Path(real).parts
        return Path(real).relative_to(root).as_posix() if inside else ""


def open_project(  # noqa: PLR0913 - what a tool needs
    database: Database,
    project: Project,
    root: Path,
    *,
    python: str,
    variables: Mapping[str, str],
    entries: Callable[[], list[Entry]],
    seconds: float,
    instead_of: Path | None = None,
) -> ToolSession:
    """Begin to talk with the tool of a Django or Alembic project of the checkout `root`.

    Raise ToolError where it cannot be loaded. `instead_of` is the checkout that the Python has installed
    where `root` is another one. `variables` name `DJANGO_SETTINGS_MODULE` where `manage.py`
    does not.
    """
    path = root / project.path
    if project.kind == "django":
        settings = settings_of(path.read_text("utf-8", "replace"))
        named = {"DJANGO_SETTINGS_MODULE": settings} if settings else {}
        tool = Tool("django", python, path.parent, root, {**named, **variables}, seconds=seconds)
    else:
        folder = alembic.folder_of(path, root)
        config = path.relative_to(folder).as_posix()
        tool = Tool("alembic", python, folder, root, variables, config=config, seconds=seconds)
    return ToolSession(database, replace(tool, instead_of=instead_of), entries)


def hang_up(control: "psycopg.Connection[Any]", *, others: bool = True) -> None:
    """End what others do in the database, which may go on although nobody waits for it.

    Raise ToolError where the server has died.
    """
    try:
        control.execute(_TERMINATE if others else "SELECT")
    except psycopg.Error as error:
        raise ToolError(
            "the server died while a migration was applied",
            cause="memory or disk ran short, or the migration made it crash",
            todo="run it again; when it dies again, see what the migration does",
        ) from error


def connection_of(database: Database) -> dict[str, str]:
    """Take a database's address apart."""
    parts = conninfo_to_dict(database.url)
    names = {"host": "host", "port": "port", "user": "user", "name": "dbname"}
    return {ours: str(parts.get(theirs) or "") for ours, theirs in names.items()}


def environment(database: Database) -> dict[str, str]:
    """Give the variables by which programs find a database."""
    place = connection_of(database)
    return {
        "DATABASE_URL": database.url, "PGHOST": place["host"], "PGPORT": place["port"] or "5432",
        "PGUSER": place["user"], "PGDATABASE": place["name"],
    }  # fmt: skip


def _names(migration: Migration) -> dict[str, str]:
    app, dot, name = migration.name.partition(".")
    return {"app": app, "name": name} if dot else {"app": "", "name": migration.name}


def _failure(told: Mapping[str, Any]) -> Failure:
    kind: Literal["failed", "irreversible"] = "irreversible" if told["kind"] == "irreversible" else "failed"
    return Failure(cut(one_line(told["message"]), _LONGEST), told["line"], told["state"], kind)
