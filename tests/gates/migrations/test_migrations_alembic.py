"""Alembic: the revisions of a real project are applied one by one, and each statement has its line."""

import sys
from pathlib import Path

import pytest

from gates.migrations.tool_projects import PROJECTS, applied, copied, opened, python_with
from lockgate.errors import ToolError
from lockgate.gates.migrations.kinds import alembic
from lockgate.postgres.server import Server

VERSIONS = "migrations/versions"


def revision(name: str, after: str, up: str, down: str = "pass") -> str:
    head = "import time\nimport sqlalchemy as sa\nfrom alembic import op\n"
    head += f"revision = {name!r}\ndown_revision = {after!r}\n"
    return f"{head}def upgrade():\n    {up}\ndef downgrade():\n    {down}\n"


@pytest.fixture(scope="module")
def python() -> str:
    return python_with(PROJECTS / "alembic")


def test_projects_are_found_by_their_template() -> None:
    paths = [
        "api/alembic.ini", "api/db/env.py", "api/db/script.py.mako", "api/db/versions/2024/a.py",
        "api/db/versions/__init__.py", "pyproject.toml", "jobs/env.py", "jobs/script.py.mako",
        "jobs/versions/b.py", "other/versions/c.py", "api/db/versions/readme.txt",
    ]  # fmt: skip
    found = [(each.folder, each.path, each.files) for each in alembic.find(paths)]
    assert found == [
        ("api", "api/alembic.ini", ("api/db/versions/2024/a.py",)),
        ("", "pyproject.toml", ("jobs/versions/b.py",)),
    ]


@pytest.mark.full
def test_each_statement_has_the_lines_of_its_call(server: Server, python: str, tmp_path: Path) -> None:
    root = copied("alembic", tmp_path, {})
    with opened(server, root, python) as session:
        done = applied(session)
        assert list(done) == ["a1", "b2"]
        migration, trace = done["b2"]
        assert migration.path == "alembic/migrations/versions/b2_wider.py"
        wider, filled = trace.steps
        assert (wider.line, wider.end_line, [each.reason for each in wider.rewrites]) == (
            11,
            15,
            ["type change"],
        )
        assert (filled.line, filled.end_line, len(filled.written)) == (16, 16, 1)
        assert ("public.users", "AccessExclusiveLock") in {(lock.name, lock.mode) for lock in filled.locks}
        assert session.drift() == ()
        back = session.revert(migration)
        assert back.failure is None
        assert [step.line for step in back.steps] == [20]


@pytest.mark.full
def test_what_the_models_have_and_no_revision_makes_is_drift(
    server: Server, python: str, tmp_path: Path
) -> None:
    models = (PROJECTS / "alembic/models.py").read_text().replace('"email", Text', '"mail", Text')
    root = copied("alembic", tmp_path, {"models.py": models})
    with opened(server, root, python) as session:
        applied(session)
        assert {each.words.split()[0] for each in session.drift()} == {"add_column", "remove_column"}


@pytest.mark.full
@pytest.mark.parametrize(
    ("up", "line", "state", "words"),
    [
        ("op.execute('ALTER TABLE nobody ADD x int')", 7, "42P01", "nobody"),
        ("raise ValueError('no: 7')", 7, "", "ValueError: no: 7"),
        ("raise SystemExit(0)", 7, "", "SystemExit"),
    ],
)
def test_a_revision_that_fails_says_where(
    server: Server, python: str, tmp_path: Path, up: str, line: int, state: str, words: str
) -> None:  # fmt: skip
    root = copied("alembic", tmp_path, {f"{VERSIONS}/c3.py": revision("c3", "b2", up)})
    with opened(server, root, python) as session:
        failure = applied(session)["c3"][1].failure
    assert failure
    assert (failure.line, failure.state, failure.kind) == (line, state, "failed")
    assert words in failure.message


@pytest.mark.full
@pytest.mark.parametrize(
    "up",
    [
        "op.execute('SELECT pg_sleep(1e9)')",
        "time.sleep(1e6)",
        "op.execute('DO $$ BEGIN LOOP END LOOP; END $$')",
    ],
)
def test_a_revision_without_end_is_stopped(server: Server, python: str, tmp_path: Path, up: str) -> None:
    root = copied("alembic", tmp_path, {f"{VERSIONS}/c3.py": revision("c3", "b2", up)})
    with opened(server, root, python, seconds=4) as session:
        failure = applied(session)["c3"][1].failure
        assert failure
        assert failure.kind == "timeout"
        with pytest.raises(ToolError):
            session.plan()


@pytest.mark.full
@pytest.mark.parametrize(
    ("down", "line"), [("pass", -1), ("'''There is none.'''", -1), ("raise NotImplementedError", 0)]
)
def test_no_way_back_is_said(server: Server, python: str, tmp_path: Path, down: str, line: int) -> None:
    up = "op.add_column('users', sa.Column('x', sa.Text))"
    text = revision("c3", "b2", up, down)
    root = copied("alembic", tmp_path, {f"{VERSIONS}/c3.py": text})
    with opened(server, root, python) as session:
        migration, _ = applied(session)["c3"]
        failure = session.revert(migration).failure
    assert failure
    body = text.splitlines().index("def downgrade():") + 2
    assert (failure.kind, failure.line) == ("irreversible", body + line)


@pytest.mark.full
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (revision("c3", "zz", "pass"), "zz"),
        ("import nothing_like_that\n", "nothing_like_that"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_history_that_cannot_be_read_is_no_measurement(
    server: Server, python: str, tmp_path: Path, text: str, words: str
) -> None:  # fmt: skip
    root = copied("alembic", tmp_path, {f"{VERSIONS}/c3.py": text})
    with opened(server, root, python) as session, pytest.raises(ToolError) as raised:
        session.plan()
    assert words in str(raised.value)


@pytest.mark.full
def test_a_project_that_connects_elsewhere_is_no_measurement(
    server: Server, python: str, tmp_path: Path
) -> None:
    env = (PROJECTS / "alembic/migrations/env.py").read_text()
    start = env.index("engine = ")
    env = env.replace(env[start : env.index("\n", start)], "engine = sqlalchemy.create_engine('sqlite://')")
    root = copied("alembic", tmp_path, {"migrations/env.py": f"import sqlalchemy\n{env}"})
    with opened(server, root, python) as session, pytest.raises(ToolError, match="sqlite"):
        applied(session)


def test_a_python_without_alembic_is_no_measurement(server: Server, tmp_path: Path) -> None:
    root = copied("alembic", tmp_path, {})
    with pytest.raises(ToolError, match="alembic did not open"), opened(server, root, sys.executable):
        pytest.fail("it was opened")
