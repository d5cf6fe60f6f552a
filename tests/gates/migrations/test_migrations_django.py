"""Django: the migrations of a real project are applied one by one, and each statement has its line."""

import ast
import sys
import venv
from pathlib import Path

import pytest

from gates.migrations.tool_projects import SHOP, applied, copied, opened, python_with
from lockgate.errors import ToolError
from lockgate.gates.migrations.kinds import django
from lockgate.gates.migrations.model import Failure, Step
from lockgate.gates.migrations.sessions import recorder
from lockgate.postgres.server import Server

MIGRATIONS = "people/migrations"
PLANTED = '''"""Everything at once."""
import os, time
from django.db import connection, migrations, models


def fill(apps, schema_editor):
    Person = apps.get_model("people", "Person")
    Person.objects.filter(
        age=None,
    ).update(age=1)


def behind(apps, schema_editor):
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN UPDATE people_letter SET text = ''; END $$")
    connection.connection.execute("UPDATE people_letter SET text = 'x'")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.AlterField(
            "Person", "age", models.BigIntegerField(null=True)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(behind, migrations.RunPython.noop),
        migrations.RunSQL("SET LOCAL lock_timeout = '2s'", ""),
        migrations.AddField(
            "Letter",
            "person",
            models.ForeignKey("people.Person", models.CASCADE, null=True),
        ),
    ]
'''


def one(operation: str, before: str = "0001_initial") -> str:
    """Write a migration with one operation, which stands on line 8."""
    planted = operation.startswith("migrations.")
    return f"""import os, time
from django.db import connection, migrations, models
def run(apps, editor):
    {"pass" if planted else operation}
class Migration(migrations.Migration):
    dependencies = [("people", "{before}")]
    operations = [
        {operation if planted else "migrations.RunPython(run)"},
    ]
"""


@pytest.fixture(scope="module")
def python() -> str:
    """Give our own, which has Django for the linters' sake."""
    return sys.executable


def tables(step: Step, mode: str) -> set[str]:
    return {lock.name for lock in step.locks if lock.mode == mode and lock.relkind == "r"}


def test_projects_are_found_by_manage_py() -> None:
    paths = [
        "manage.py", "a/migrations/0001_x.py", "a/migrations/__init__.py", "b/manage.py",
        "b/c/migrations/0001_y.py", "b/c/migrations/0002_z.sql", "b/notmigrations/0001_y.py", "d/unmanage.py",
    ]  # fmt: skip
    found = [(each.folder, each.path, each.files) for each in django.find(paths)]
    assert found == [
        ("", "manage.py", ("a/migrations/0001_x.py",)),
        ("b", "b/manage.py", ("b/c/migrations/0001_y.py",)),
    ]


def test_settings_are_read_from_manage_py() -> None:
    assert django.settings_of((SHOP / "manage.py").read_text()) == "shop.settings"
    assert django.settings_of("os.environ['DJANGO_SETTINGS_MODULE'] = name") == ""


def test_each_statement_has_its_lines(server: Server, python: str, tmp_path: Path) -> None:
    with opened(
        server, copied("django", tmp_path, {f"{MIGRATIONS}/0002_all.py": PLANTED}), python
    ) as session:
        done = applied(session)
        migration, trace = done["people.0002_all"]
        assert (migration.path, migration.atomic) == ("django/people/migrations/0002_all.py", True)
        assert trace.failure is None
        lines = [(step.line, step.end_line, step.what.split()[0]) for step in trace.steps]
        assert lines == [
            (22, 24, "ALTER"),  # the type
            (8, 10, "UPDATE"),
            (15, 15, "DO"),
            (0, 0, "UPDATE"),  # past Django, so that nobody knows the line
            (28, 32, "ALTER"),  # the column
            (28, 32, "CREATE"),  # what Django keeps for the end
        ]
        alter, filled, behind, unknown, column, _ = trace.steps
        assert [each.reason for each in alter.rewrites] == ["type change"]
        assert all(step.written for step in (filled, behind, unknown))
        assert "public.people_person" in tables(filled, "AccessExclusiveLock")
        assert tables(column, "ShareRowExclusiveLock") == {"public.people_person", "public.people_letter"}
        assert (alter.lock_timeout, column.lock_timeout) == (0, 2000)
        back = session.revert(migration)
        assert back.failure is None
        assert {step.line for step in back.steps} >= {22, 28}


@pytest.mark.full
@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("migrations.RunSQL('ALTER TABLE nobody ADD x int')", Failure("", 8, "42P01")),
        ("connection.cursor().execute('SELECT 1 / 0')", Failure("", 4, "22012")),
        ("raise ValueError('no')", Failure("", 4)),
        ("os._exit(3)", Failure("", 0)),
        ("time.sleep(1e9)", Failure("", 0, kind="timeout")),
        ("connection.cursor().execute('SELECT pg_sleep(1e9)')", Failure("", 0, kind="timeout")),
        ("connection.cursor().execute(\"COPY people_person FROM PROGRAM 'id'\")", Failure("", 4, "42501")),
        ("connection.cursor().execute('DROP SCHEMA lockgate_recorder CASCADE')", Failure("", 4, "42501")),
    ],
)
def test_a_migration_that_fails_says_where(
    server: Server, python: str, tmp_path: Path, operation: str, expected: Failure
) -> None:  # fmt: skip
    root = copied("django", tmp_path, {f"{MIGRATIONS}/0002_bad.py": one(operation)})
    with opened(server, root, python, seconds=6) as session:
        failure = applied(session)["people.0002_bad"][1].failure
    assert failure
    assert (failure.line, failure.state, failure.kind) == (expected.line, expected.state, expected.kind)
    assert failure.message


@pytest.mark.full
def test_no_way_back_is_said(server: Server, python: str, tmp_path: Path) -> None:
    root = copied("django", tmp_path, {f"{MIGRATIONS}/0002_once.py": one("pass")})
    with opened(server, root, python) as session:
        migration, trace = applied(session)["people.0002_once"]
        failure = session.revert(migration).failure
    assert trace.failure is None
    assert failure
    assert (failure.kind, failure.line) == ("irreversible", 8)


@pytest.mark.full
def test_what_the_models_have_and_no_migration_makes_is_drift(
    server: Server, python: str, tmp_path: Path
) -> None:  # fmt: skip
    models = (
        "from django.db import models\nclass Person(models.Model):\n    email = models.TextField(null=True)\n"
    )
    models += "    id = models.BigAutoField(primary_key=True)\n"
    with opened(server, copied("django", tmp_path, {"people/models.py": models}), python) as session:
        found = session.drift()
    assert {(each.app, each.path) for each in found} == {("people", "django/people/models.py")}
    assert sorted((each.words, each.line) for each in found) == [
        ("Alter field email on person", 3),
        ("Delete model Letter", 0),
        ("Remove field age from person", 2),
    ]


@pytest.mark.full
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (one("pass", before="0007_gone"), "0007_gone"),
        ("import nothing_like_that", "nothing_like_that"),
        ("print('{\"ok\": 1}')\nraise SystemExit", "SystemExit"),
    ],
)
def test_a_history_that_cannot_be_read_is_no_measurement(
    server: Server, python: str, tmp_path: Path, text: str, words: str
) -> None:  # fmt: skip
    root = copied("django", tmp_path, {f"{MIGRATIONS}/0002_bad.py": text})
    with opened(server, root, python) as session, pytest.raises(ToolError) as raised:
        session.plan()
    assert words in str(raised.value)


@pytest.mark.full
def test_two_ends_of_a_history_are_both_applied(server: Server, python: str, tmp_path: Path) -> None:
    ends = {f"{MIGRATIONS}/{name}.py": one("pass") for name in ("0002_left", "0002_right")}
    with opened(server, copied("django", tmp_path, ends), python) as session:
        done = applied(session)
    assert list(done) == ["people.0001_initial", "people.0002_left", "people.0002_right"]
    assert [trace.failure for _, trace in done.values()] == [None] * 3


@pytest.mark.full
def test_the_shop_is_replayed(server: Server) -> None:
    with opened(server, SHOP.parent, python_with(SHOP)) as session:
        plan = session.plan()
        failures = [session.replay(migration) for migration in plan]
        assert session.drift() == ()
        assert "Django==5.2" in {each[:11] for each in session.identity()}
    own = {str(path.relative_to(SHOP.parent)) for path in SHOP.glob("*/migrations/0*.py")}
    assert own == {migration.path for migration in plan if migration.path}
    assert not any(failures)


def test_a_python_without_django_is_no_measurement(server: Server, tmp_path: Path) -> None:
    root = copied("django", tmp_path, {})
    venv.create(tmp_path / "empty", symlinks=True)
    bare = str(tmp_path / "empty/bin/python")
    with pytest.raises(ToolError, match="django did not open"), opened(server, root, bare):
        pytest.fail("it was opened")


def test_a_server_that_is_gone_is_no_measurement(server: Server, python: str, tmp_path: Path) -> None:
    with opened(server, copied("django", tmp_path, {}), python) as session:
        (migration,) = session.plan()
        with server.create("other").connect(superuser=True) as control:
            control.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'"
            )
        server.drop("other")
        with pytest.raises(ToolError):
            session.apply(migration)
        with pytest.raises(ToolError, match="the server died"):
            session.replay(migration)


@pytest.mark.parametrize("name", ["driver.py", "driver_alembic.py", "driver_django.py"])
def test_what_an_old_python_runs_has_nothing_newer_in_it(name: str) -> None:
    text = Path(recorder.__file__).with_name(name).read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert "__future__" in modules
    assert {str(module).partition(".")[0] for module in modules} <= set(sys.stdlib_module_names)
