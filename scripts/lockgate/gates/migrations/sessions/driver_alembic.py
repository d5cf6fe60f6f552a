"""Drive Alembic's migrations; loaded by driver.py in the project's Python."""

# ruff: noqa: ANN401 - what the project's packages give has no types here
from __future__ import annotations

import ast
import importlib
import importlib.util
import warnings
from typing import Any


class Tool:
    """Answer questions about one project, whose database is always the one that it is told to use."""

    def __init__(self, lines: Any, refused: Any) -> None:
        self.lines = lines
        self._refused = refused
        self._ours: dict[str, str] = {}
        self._stranger = ""
        self._known: dict[str, Any] = {}

    def ask_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Read the configuration, and lead each connection that SQLAlchemy makes to our database."""
        self._ours = asked["database"]
        sqlalchemy = importlib.import_module("sqlalchemy")
        alembic = importlib.import_module("alembic")
        self._command = importlib.import_module("alembic.command")
        name = asked["config"]
        toml = {"toml_file": name} if name.endswith(".toml") else {"file_": name}
        self._config = importlib.import_module("alembic.config").Config(**toml)
        self._config.set_main_option("sqlalchemy.url", self._url().replace("%", "%%"))
        if not importlib.util.find_spec("psycopg2") and importlib.util.find_spec("psycopg"):
            registry = importlib.import_module("sqlalchemy.dialects").registry
            registry.register("postgresql", "sqlalchemy.dialects.postgresql.psycopg", "dialect")
        event, engine = sqlalchemy.event, importlib.import_module("sqlalchemy.engine").Engine
        event.listen(engine, "do_connect", self._connects)
        event.listen(engine, "before_cursor_execute", self._executes, retval=True)
        return {"version": alembic.__version__}

    def _url(self) -> str:
        """Keep the driver that the configuration names, where it is one for PostgreSQL."""
        given = self._config.get_main_option("sqlalchemy.url", "") or ""
        scheme = given.partition("://")[0] if given.startswith("postgresql") else "postgresql"
        return "{}://{}@/{}?host={}".format(
            scheme, self._ours["user"], self._ours["name"], self._ours["host"].replace("/", "%2F")
        )

    def _connects(self, dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]) -> None:
        if dialect.name != "postgresql":
            self._stranger = dialect.name
            return
        kept: dict[str, Any] = {
            key: options[key] for key in ("options", "server_settings", "application_name") if key in options
        }
        database = "database" if dialect.driver in ("asyncpg", "pg8000") else "dbname"
        if dialect.driver == "pg8000":
            place = {"unix_sock": "{}/.s.PGSQL.{}".format(self._ours["host"], self._ours["port"])}
        else:
            place = {"host": self._ours["host"], "port": self._ours["port"] or "5432"}
        args[:] = []
        options.clear()
        options.update(kept, user=self._ours["user"], **place)
        options[database] = self._ours["name"]

    def _executes(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> Any:
        return self.lines.mark(statement), parameters

    def ask_plan(self, _asked: dict[str, Any]) -> dict[str, Any]:
        """List all revisions in order, and the ends of their history."""
        directory = importlib.import_module("alembic.script").ScriptDirectory.from_config(self._config)
        self._ready(directory)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self._known = {each.revision: each for each in directory.walk_revisions("base", "heads")}
        revisions = [
            {"app": "", "name": each.revision, "path": each.path, "atomic": True}
            for each in reversed(list(self._known.values()))
        ]
        heads = sorted(directory.get_heads())
        return {
            "migrations": revisions,
            "ends": {"": heads} if len(heads) > 1 else {},
            "warnings": [str(each.message) for each in told],
        }

    def _ready(self, directory: Any) -> None:
        """Run env.py with nothing to do: it may say where the revisions are."""
        environment = importlib.import_module("alembic.runtime.environment").EnvironmentContext
        self._stranger = ""
        with environment(self._config, directory, fn=lambda *_: []):
            directory.run_env()
        self._none_strange()

    def _none_strange(self) -> None:
        if self._stranger:
            raise self._refused("env.py does not connect to PostgreSQL but to " + self._stranger, "elsewhere")

    def ask_apply(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Apply one revision; those that it needs have been."""
        self._run(asked["name"], self._command.upgrade, asked["name"])
        return {}

    def ask_revert(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Undo one revision that nothing comes after."""
        script = self._script(asked["name"])
        tree = self.lines.tree(script.path)
        if _does_nothing(tree, "downgrade") and not _does_nothing(tree, "upgrade"):
            self.lines.span = _span(tree, "downgrade")
            raise self._refused("its downgrade() does nothing", "irreversible")
        before = script.down_revision
        target = before[0] if isinstance(before, (tuple, list)) else before
        try:
            self._run(asked["name"], self._command.downgrade, target or "base")
        except NotImplementedError as error:
            self.lines.span = (self.lines.blame(error), 0)
            raise self._refused(f"its downgrade() is not written: {error}", "irreversible") from error
        return {}

    def _script(self, name: str) -> Any:
        if not self._known:  # a session that only undoes has made no plan
            self.ask_plan({})
        return self._known[name]

    def _run(self, name: str, command: Any, target: str) -> None:
        self._stranger = ""
        self.lines.begin(self._script(name).path)
        command(self._config, target)
        self._none_strange()

    def ask_settle(self, _asked: dict[str, Any]) -> dict[str, Any]:
        """Do nothing: `alembic upgrade` does no more than its revisions."""
        return {}

    def ask_drift(self, _asked: dict[str, Any]) -> list[dict[str, str]]:
        """Give what `alembic revision --autogenerate` would write."""
        errors = importlib.import_module("alembic.util.exc")
        try:
            self._command.check(self._config)
        except getattr(errors, "AutogenerateDiffsDetected", ()) as error:
            found = getattr(error, "diffs", None) or [str(error)]
            return [{"app": "", "words": _words(each), "path": ""} for each in found]
        except errors.CommandError as error:
            if "MetaData" in str(error):
                raise self._refused("env.py names no `target_metadata`", "unknown") from error
            raise
        return []


def _words(difference: Any) -> str:
    """Write one difference in words: `add_column users email`."""
    if isinstance(difference, list):
        return ", ".join(map(_words, difference))
    if not isinstance(difference, tuple):
        return str(difference)
    parts = [getattr(each, "name", each) for each in difference[:6]]
    return " ".join(str(part) for part in parts if isinstance(part, (str, bool)) and part)


def _span(tree: Any, name: str) -> Any:
    """Give the lines of a function of the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return (node.lineno, node.end_lineno)
    return None


def _does_nothing(tree: Any, name: str) -> bool:
    """Say whether a function of the file has nothing but `pass` and its docstring."""
    for node in ast.walk(tree or ast.Module([], [])):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return all(
                isinstance(each, ast.Pass)
                or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
                for each in node.body
            )
    return True
