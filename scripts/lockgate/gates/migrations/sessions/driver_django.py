"""Drive Django's migrations (3.2 and newer); loaded by driver.py in the project's Python."""

# ruff: noqa: ANN401 - what the project's packages give has no types here
from __future__ import annotations

import ast
import importlib
import sys
from functools import partial
from typing import Any

_KEPT_OPTIONS = {"options", "server_side_binding", "isolation_level", "client_encoding"}


class Tool:
    """Answer questions about one project, whose database is always the one that it is told to use."""

    def __init__(self, lines: Any, refused: Any) -> None:
        self.lines = lines
        self._refused = refused
        self._state: Any = None
        self._executor: Any = None
        self._connection: Any = None
        self._spans: dict[int, tuple[tuple[int, int], Any]] = {}

    def ask_open(self, asked: dict[str, Any]) -> Any:
        """Load the project's settings, put our database into them, and load its apps."""
        settings = importlib.import_module("django.conf").settings
        for alias, database in settings.DATABASES.items():
            self._redirect(alias, database, asked["database"])
        django = importlib.import_module("django")
        django.setup()
        self._db = importlib.import_module("django.db")
        self._connection = self._db.connections["default"]
        self._connection.ensure_connection()
        self._connection.execute_wrappers.append(self._tag)
        return {"version": django.get_version()}

    def _redirect(self, alias: str, database: dict[str, Any], ours: dict[str, str]) -> None:
        engine = database.get("ENGINE", "")
        postgres = any(word in engine for word in ("postg", "psycopg", "psqlextra", "timescale"))
        if not postgres and alias != "default":
            return
        if not postgres:
            if "sqlite" not in engine and "dummy" not in engine and engine:
                raise self._refused("the database of these settings is no PostgreSQL: " + engine)
            database["ENGINE"] = "django.db.backends.postgresql"
        options = database.get("OPTIONS") or {}
        database.update(
            NAME=ours["name"], USER=ours["user"], PASSWORD="", HOST=ours["host"], PORT=ours["port"],
            CONN_MAX_AGE=None, OPTIONS={key: options[key] for key in options if key in _KEPT_OPTIONS},
        )  # fmt: skip

    def _tag(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str):
            sql = self.lines.mark(sql)
        elif hasattr(sql, "as_string"):
            module = importlib.import_module(type(sql).__module__.partition(".")[0] + ".sql")
            sql = module.SQL(self.lines.mark("")) + sql
        return execute(sql, params, many, context)

    def _new_executor(self) -> Any:
        executor = importlib.import_module("django.db.migrations.executor")
        return executor.MigrationExecutor(self._connection)

    def ask_plan(self, _asked: dict[str, Any]) -> Any:
        """List all migrations in order, and apps whose history has several ends."""
        self._executor = self._new_executor()
        self._state = None
        graph = self._executor.loader.graph
        self._executor.recorder.ensure_schema()
        plan = self._executor.migration_plan(graph.leaf_nodes(), clean_start=True)
        migrations = [
            {"app": each.app_label, "name": each.name, "path": _path(each), "atomic": bool(each.atomic)}
            for each, _ in plan
        ]
        ends = self._executor.loader.detect_conflicts()
        return {"migrations": migrations, "ends": {app: sorted(names) for app, names in ends.items()}}

    def ask_apply(self, asked: dict[str, Any]) -> Any:
        """Apply one migration; those that it needs have been."""
        if self._executor is None:  # a session on a copy has made no plan
            self.ask_plan({})
        executor = self._executor
        migration = executor.loader.graph.nodes[(asked["app"], asked["name"])]
        if self._state is None:
            self._state = executor._create_project_state(with_applied_migrations=True)  # noqa: SLF001
            self._state.apps  # noqa: B018 - rendered once, as Django does before the first
        self._watch(migration, "database_forwards")
        state, self._state = self._state, None
        self._state = executor.apply_migration(state, migration)
        return {}

    def ask_revert(self, asked: dict[str, Any]) -> Any:
        """Undo one migration that nothing comes after."""
        executor = self._executor = self._new_executor()
        self._state = None
        migration = executor.loader.graph.nodes[(asked["app"], asked["name"])]
        self._watch(migration, "database_backwards")
        try:
            executor.migrate([], plan=[(migration, True)])
        except importlib.import_module("django.db.migrations.exceptions").IrreversibleError as error:
            self.lines.span = self._one_way(migration)
            raise self._refused(str(error), "irreversible") from error
        executor.loader.applied_migrations.pop((asked["app"], asked["name"]), None)  # Django reads it once
        return {}

    def ask_settle(self, _asked: dict[str, Any]) -> Any:
        """Do what `migrate` does after the last one: content types, permissions, the apps' own rows."""
        emit = importlib.import_module("django.core.management.sql").emit_post_migrate_signal
        emit(verbosity=0, interactive=False, db="default")
        return {}

    def ask_drift(self, _asked: dict[str, Any]) -> Any:
        """Give what `makemigrations` would write."""
        apps = importlib.import_module("django.apps").apps
        autodetector = importlib.import_module("django.db.migrations.autodetector")
        state = importlib.import_module("django.db.migrations.state")
        questioner = importlib.import_module("django.db.migrations.questioner")
        loader = importlib.import_module("django.db.migrations.loader").MigrationLoader(None)
        changes = autodetector.MigrationAutodetector(
            loader.project_state(),
            state.ProjectState.from_apps(apps),
            questioner.MigrationQuestioner(specified_apps=set(), dry_run=True),
        ).changes(graph=loader.graph)
        found = []
        for label, migrations in sorted(changes.items()):
            path = _models(apps.get_app_config(label))
            for operation in [each for migration in migrations for each in migration.operations]:
                line = _line_of(self.lines.tree(path), operation)
                found.append({"app": label, "words": operation.describe(), "path": path, "line": line})
        return found

    def _one_way(self, migration: Any) -> Any:
        """Give the lines of the first operation that cannot be undone."""
        spans = _operations(self.lines.tree(_path(migration)), len(migration.operations))
        both = zip(migration.operations, spans)  # noqa: B905 - 3.8 has no `strict`
        return next((span for operation, span in both if not operation.reversible), None)

    def _watch(self, migration: Any, method: str) -> None:
        """Let each operation say that it runs: what it makes Django run later is its own, too."""
        path = _path(migration)
        self.lines.begin(path)
        self._spans = {}
        spans = _operations(self.lines.tree(path), len(migration.operations))
        for operation, span in zip(migration.operations, spans):  # noqa: B905 - 3.8 has no `strict`
            inner = getattr(type(operation), method)
            setattr(operation, method, partial(self._run, partial(inner, operation), span))
            in_state = type(operation).state_forwards
            operation.state_forwards = partial(self._in_state, partial(in_state, operation), span)

    def _in_state(self, inner: Any, span: tuple[int, int], *states: Any) -> None:
        before, self.lines.span = self.lines.span, span
        inner(*states)
        self.lines.span = before

    def _run(
        self, inner: Any, span: tuple[int, int], app_label: str, schema_editor: Any, *states: Any
    ) -> None:
        self._follow(schema_editor)
        self.lines.span = span
        inner(app_label, schema_editor, *states)
        self.lines.span = None  # and where it raised, the lines are still known
        for late in schema_editor.deferred_sql:
            self._spans.setdefault(id(late), (span, late))

    def _follow(self, editor: Any) -> None:
        if "execute" in vars(editor):
            return
        execute = editor.execute

        def late(sql: Any, *args: Any, **kwargs: Any) -> Any:
            if self.lines.span is None and id(sql) in self._spans:
                self.lines.span = self._spans[id(sql)][0]
                result = execute(sql, *args, **kwargs)
                self.lines.span = None
                return result
            return execute(sql, *args, **kwargs)

        editor.execute = late


def _path(migration: Any) -> str:
    return str(getattr(sys.modules.get(migration.__module__), "__file__", None) or "")


def _models(config: Any) -> str:
    return str(getattr(config.models_module, "__file__", None) or config.path)


def _line_of(tree: Any, operation: Any) -> int:
    """Give the line of the field or the model that an operation is about, 0 where the file has neither."""
    name = str(getattr(operation, "name", ""))
    model = str(getattr(operation, "model_name", "") or name).lower()
    for node in ast.walk(tree or ast.Module([], [])):
        if isinstance(node, ast.ClassDef) and node.name.lower() == model:
            for each in node.body:
                names = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
                if any(isinstance(target, ast.Name) and target.id == name for target in names):
                    return each.lineno
            return node.lineno
    return 0


def _operations(tree: Any, count: int) -> list[Any]:
    """Give the lines of each operation in the file; of the class where they are not written out there."""
    for node in ast.walk(tree or ast.Module([], [])):
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            for each in node.body:
                names = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
                if any(isinstance(name, ast.Name) and name.id == "operations" for name in names):
                    listed = getattr(getattr(each, "value", None), "elts", [])
                    if len(listed) == count:
                        return [(item.lineno, item.end_lineno) for item in listed]
                    return [(each.lineno, each.end_lineno)] * count
            return [(node.lineno, node.lineno)] * count
    return [(1, 1)] * count
