"""Migrations of Django and Alembic that are stopped on their way, and run again, on copies of a database."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gates.migrations.told_session import fresh
from gates.migrations.tool_projects import PROJECTS, copied, python_with
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.kinds import alembic, django
from lockgate.gates.migrations.model import Applied, Migration
from lockgate.gates.migrations.rehearsals.rehearsals import Stage, on_rows, twice
from lockgate.gates.migrations.rehearsals.seed import seed_of
from lockgate.gates.migrations.sessions import recorder
from lockgate.gates.migrations.sessions.tool_session import ToolSession, open_project
from lockgate.postgres.database import Database
from lockgate.postgres.server import Server

NEW = "0002_new"


def of_django(*operations: str, atomic: bool = False) -> str:
    lines = "".join(f"        {each},\n" for each in operations)
    return (
        "from django.contrib.postgres.operations import AddIndexConcurrently\n"
        "from django.db import migrations, models\n\n\n"
        f"class Migration(migrations.Migration):\n    atomic = {atomic}\n"
        f'    dependencies = [("people", "0001_initial")]\n    operations = [\n{lines}    ]\n'
    )


def of_alembic(up: str) -> str:
    return (
        'from alembic import op\n\nrevision = "c3"\ndown_revision = "b2"\n\n\n'
        f"def upgrade():\n{up}\n\ndef downgrade():\n    pass\n"
    )


@contextmanager
def staged(server: Server, root: Path, python: str, path: str) -> Iterator[Stage]:
    """Apply what a checkout has but one, the last, which is watched."""
    paths = [str(each.relative_to(root)) for each in root.rglob("*") if each.is_file()]
    (project,) = [*django.find(paths), *alembic.find(paths)]

    def opens(database: Database) -> ToolSession:
        return open_project(
            database, project, root, python=python, variables={}, entries=server.entries, seconds=60
        )

    base = server.create(fresh())
    with closing(opens(base)) as session:
        for migration in session.plan():
            if migration.path != path:
                assert session.replay(migration) is None
    head = server.create(fresh(), base.name)
    with closing(opens(head)) as session, head.connect(superuser=True) as control:
        recorder.install(control)
        before = snapshot(control)
        (new,) = [migration for migration in session.plan() if migration.path == path]
        trace = session.apply(new)
        assert trace.failure is None
        applied = (Applied(new, trace, before, snapshot(control)),)
    yield Stage(server, project, opens, applied, base.name, head.name, 60)
    server.drop(base.name)
    server.drop(head.name)


def of_two_runs(server: Server, root: Path, python: str, path: str) -> list[Judged]:
    with staged(server, root, python, path) as stage:
        return list(twice(stage))


ONE, TWO = (
    f'AddIndexConcurrently("person", models.Index(fields=["{column}"], name="by_{column}"))'
    for column in ("age", "email")
)


@pytest.mark.parametrize(
    ("operations", "lines"),
    [
        pytest.param((ONE, TWO), [9], id="two"),
        pytest.param((ONE,), [], id="one", marks=pytest.mark.full),
        pytest.param(
            tuple(
                f'migrations.RunSQL("CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON people_person (age)")'
                for name in "ab"
            ),
            [],
            id="may be run again",
            marks=pytest.mark.full,
        ),
    ],
)
def test_django_without_a_transaction(
    server: Server, tmp_path: Path, operations: tuple[str, ...], lines: list[int]
) -> None:
    path = f"people/migrations/{NEW}.py"
    root = copied("django", tmp_path, {path: of_django(*operations)})
    found = of_two_runs(server, root, sys.executable, f"django/{path}")
    assert [(one.finding.rule, one.finding.path, one.finding.line) for one in found] == [
        ("not-rerunnable", f"django/{path}", line) for line in lines
    ]
    assert all("stopped behind line 9, " in one.finding.message for one in found)
    assert all("already exists" in one.finding.message for one in found)


IN_BLOCK = """    op.execute("CREATE TABLE IF NOT EXISTS words (id int)")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY{} by_id ON words (id)")
    op.execute("ALTER TABLE words ADD COLUMN text text")
"""


@pytest.mark.full
@pytest.mark.parametrize(("words", "lines"), [("", [10]), (" IF NOT EXISTS", [])])
def test_alembic_with_a_block_outside_its_transaction(
    server: Server, tmp_path: Path, words: str, lines: list[int]
) -> None:
    path = "migrations/versions/c3.py"
    root = copied("alembic", tmp_path, {path: of_alembic(IN_BLOCK.format(words))})
    python = python_with(PROJECTS / "alembic")
    found = of_two_runs(server, root, python, f"alembic/{path}")
    assert [(one.finding.rule, one.finding.line) for one in found] == [
        ("not-rerunnable", line) for line in lines
    ]
    assert all("stopped behind line 10, " in one.finding.message for one in found)


def test_code_in_a_transaction_is_not_run_again_and_its_rows_are_those_of_a_seed(
    server: Server, tmp_path: Path
) -> None:
    path = f"people/migrations/{NEW}.py"
    unique = 'migrations.AlterField("Person", "age", models.IntegerField(null=True, unique=True))'
    root = copied("django", tmp_path, {path: of_django(unique, unique, atomic=True)})
    rows = b"INSERT INTO people_person (email, age) VALUES ('a', 1), ('b', %d)"
    with staged(server, root, sys.executable, f"django/{path}") as stage:
        assert list(twice(stage)) == []
        seeds = [seed_of("seed.sql", rows % age) for age in (1, 2)]
        found = [list(on_rows(stage, seed)) for seed in seeds if isinstance(seed, Migration)]
    assert [[one.finding.rule for one in each] for each in found] == [["fails-on-data"], []]
    assert "is there twice (SQLSTATE 23505)" in found[0][0].finding.message
