"""What the histories of real projects showed: each of these was wrong with one of them."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gates.migrations import gate_runs, tool_projects
from gates.migrations.test_migrations_contract import BASE, Use, Uses, applied, findings, measured
from gates.migrations.test_migrations_safe_forms import BEFORE
from lockgate.finding import Severity
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column, Constraint, Index
from lockgate.gates.migrations.effects.moments import moments
from lockgate.gates.migrations.effects.safe import Case, Part, Safe, mend
from lockgate.gates.migrations.effects.safe_forms import safe_form
from lockgate.gates.migrations.histories.graph import left_out
from lockgate.gates.migrations.kinds import alembic, sql_folder
from lockgate.gates.migrations.model import Applied, Migration, Project, Step, Trace
from lockgate.gates.migrations.sessions import driver
from lockgate.gates.migrations.sessions.tool_session import ToolSession, open_project

if TYPE_CHECKING:
    from lockgate.postgres.database import Database
    from lockgate.postgres.server import Server

DJANGO = Project("django", "", "manage.py")
EMPTY = "from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = []\n"


@pytest.mark.parametrize(
    ("name", "text", "folder"),
    [
        ("alembic.ini", "[alembic]\nscript_location = store/db\n", "."),
        ("alembic.ini", "[alembic]\nscript_location = db\n", "store"),
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/../db\n", "store/db"),
        ("alembic.ini", "[alembic]\nscript_location = store:db\n", "store/db"),
        ("alembic.ini", "[alembic]\nscript_location = nowhere\n", "store/db"),
        ("alembic.ini", "no ini at all", "store/db"),
        ("pyproject.toml", "[tool.alembic]\nscript_location = 'store/db'\n", "."),
        ("pyproject.toml", "[tool]\nalembic = 1\n", "store/db"),
    ],
)
def test_alembic_is_run_where_its_scripts_are_found(
    tmp_path: Path, name: str, text: str, folder: str
) -> None:
    (tmp_path / "store/db").mkdir(parents=True)
    (tmp_path / "store/db/env.py").touch()
    configuration = tmp_path / "store/db" / name
    configuration.write_text(text)
    assert alembic.folder_of(configuration, tmp_path) == (tmp_path / folder)


def test_alembics_revisions_for_another_database_are_none() -> None:
    top = "oracle/db"
    names = ("env.py", "script.py.mako", "versions/postgresql/a.py", "versions/sqlite/a.py", "versions/b.py")
    (found,) = alembic.find(["alembic.ini", *(f"{top}/{name}" for name in names)])
    assert found.files == (f"{top}/versions/b.py", f"{top}/versions/postgresql/a.py")


def test_a_folder_of_migrations_for_postgres_beside_those_for_others_is_found() -> None:
    names = ("postgres", "mysql", "sqlite")
    found = sql_folder.find(f"queue/migrations/{name}/2022_a.sql" for name in (*names, "other"))
    assert [each.folder for each in found] == ["queue/migrations/postgres"]


def test_a_migration_that_its_tool_does_not_know_is_told() -> None:
    head = {f"{app}/migrations/0001_a.py": EMPTY.encode() for app in ("shop", "apart", "old")}
    head["apart/migrations/0002_b.py"] = EMPTY.replace("[]", "[('apart', '0001_a')]").encode()
    head["apart/migrations/words.py"] = b"X = 1\n"
    new = {path: path.startswith("shop") for path in head if not path.startswith("old")}
    (found,) = (one.finding for one in left_out(DJANGO, head, lambda _: None, new))
    assert (found.rule, found.path, found.line) == ("not-measured", "apart/migrations/0001_a.py", 3)
    assert found.severity is Severity.HIGH
    assert found.message.startswith("`apart.0001_a`, `apart.0002_b` are not among what django applies")
    assert not [*left_out(Project("sql", "db", "db"), {"db/1.sql": b""}, lambda _: None, {"db/1.sql": False})]


def test_the_index_of_a_new_column_has_the_form_of_an_index() -> None:
    index = Index(8, 1, "t_other", "CREATE INDEX t_other ON t (other)", unique=False, valid=True)
    after = Catalog(
        BEFORE.relations,
        {**BEFORE.columns, (1, 2): Column(1, 2, "other", "integer", not_null=False)},
        indexes={**BEFORE.indexes, 8: index},
    )
    step = Step('CREATE INDEX "t_other" ON "t" ("other")', scanned=frozenset({1}))
    one = Applied(Migration("2", "2.py"), Trace((step,)), BEFORE, after)
    (moment,) = moments(one, frozenset({1}))
    safe = safe_form(Case(one, moment, 1))
    assert safe == Safe((Part(("CREATE INDEX CONCURRENTLY t_other ON t (other)",), atomic=False),), "index")


def test_the_end_of_a_safe_form_is_not_cut_off() -> None:
    statement = f"ALTER TABLE {'t' * 60} ADD CONSTRAINT {'c' * 60} FOREIGN KEY (a) REFERENCES {'r' * 60} (b)"
    words = mend(Safe((Part((f"{statement} DEFERRABLE INITIALLY DEFERRED NOT VALID",)),)), DJANGO)
    assert "INITIALLY DEFERRED NOT VALID`" in words


def test_a_place_that_names_a_constraints_column_is_not_said_to_name_the_constraint() -> None:
    unique = Constraint(5, 1, "users_email_uniq", "u", "UNIQUE (email)", True, (2,))
    after = Catalog(BASE.relations, BASE.columns, {5: unique}, enums=BASE.enums)
    (found,) = findings(measured(applied(BASE, after)), Uses((Use(1, "a.py", 5),)))
    assert [each.message for each in found.related] == ["`email` is named here"]


def test_our_mark_is_not_shown_in_what_a_tool_says() -> None:
    error = ValueError("it failed [SQL: /*lockgate 0af9:12-13*/ ALTER TABLE t]")
    told = driver.failure(error, driver.Lines("0af9"))
    assert told["message"] == "ValueError: it failed [SQL: ALTER TABLE t]"


def test_a_change_that_adds_no_migration_is_looked_at_all_the_same(server: "Server", tmp_path: Path) -> None:
    change = gate_runs.change(
        tmp_path, {"migrations/001_a.up.sql": gate_runs.TABLES, "migrations/001_a.down.sql": ""}, server
    )
    verdict = change.judge({"migrations/001_a.up.sql": f"-- words\n{gate_runs.TABLES}"})
    assert (verdict.exit_code, gate_runs.found(verdict)) == (0, [])


@pytest.mark.full
def test_a_session_that_only_undoes_knows_the_revisions_beside_a_module_logging(
    server: "Server", tmp_path: Path
) -> None:
    tool_projects.copied("alembic", tmp_path, {"logging.py": "raise ImportError('the wrong one')"})
    python = tool_projects.python_with(tool_projects.PROJECTS / "alembic")
    project = Project("alembic", "alembic", "alembic/alembic.ini")

    def begin(database: "Database") -> ToolSession:
        return open_project(
            database, project, tmp_path, python=python, variables={}, entries=server.entries, seconds=60.0
        )

    with tool_projects.fresh(server) as database:
        with closing(begin(database)) as session:
            *_, last = tool_projects.applied(session).values()
        with closing(begin(database)) as session:
            assert session.revert(last[0]).failure is None


@pytest.mark.full
def test_an_operation_that_its_models_do_not_fit_has_its_line(server: "Server", tmp_path: Path) -> None:
    text = EMPTY.replace("[]", "[('people', '0001_initial')]\n    operations = [\n")
    text += "        migrations.RemoveField('nobody', 'x'),\n    ]\n"
    root = tool_projects.copied("django", tmp_path, {"people/migrations/0002_x.py": text})
    with tool_projects.opened(server, root, tool_projects.python_with(tool_projects.SHOP)) as session:
        failure = tool_projects.applied(session)["people.0002_x"][1].failure
    assert failure
    assert (failure.line, failure.message) == (6, "KeyError: ('people', 'nobody')")


@pytest.mark.full
def test_what_was_undone_is_applied_again_on_the_models_of_before(server: "Server", tmp_path: Path) -> None:
    text = EMPTY.replace("[]", "[('people', '0001_initial')]\n    operations = [\n")
    text += "        migrations.RemoveField('Person', 'age'),\n    ]\n"
    root = tool_projects.copied("django", tmp_path, {"people/migrations/0002_x.py": text})
    with tool_projects.opened(server, root, tool_projects.python_with(tool_projects.SHOP)) as session:
        *_, (migration, trace) = tool_projects.applied(session).values()
        done = [trace.failure, session.revert(migration).failure, session.apply(migration).failure]
    assert (migration.name, done) == ("people.0002_x", [None] * 3)


@pytest.mark.full
def test_drift_that_the_base_has_is_not_the_changes(tmp_path: Path) -> None:
    python = tool_projects.python_with(tool_projects.PROJECTS / "alembic")
    folder = tool_projects.PROJECTS / "alembic"
    files = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    models = files["models.py"].replace('Column("age"', 'Column("years"')
    change = gate_runs.change(tmp_path, {**files, "models.py": models}, code="run", python=python)
    new = "from alembic import op\nrevision = 'c3'\ndown_revision = 'b2'\n"
    new += "def upgrade():\n    op.execute('CREATE TABLE apart (id int)')\n"
    new += "def downgrade():\n    op.execute('DROP TABLE apart')\n"
    table = 'Table("apart", METADATA, Column("id", Integer))\n'
    kept = models.replace("import BigInteger", "import Integer, BigInteger")
    verdict = change.judge({"migrations/versions/c3.py": new, "models.py": f"{kept}{table}"})
    assert (verdict.exit_code, gate_runs.found(verdict), gate_runs.told(verdict)) == (0, [], [])
    verdict = change.judge({"models.py": f"{kept}{table}".replace('"id", Integer', '"number", Integer')})
    (found,) = verdict.findings
    assert (found.rule, "years" in found.message, "number" in found.message) == ("drift", False, True)
