"""The way back, the second run and the seed on copies of real databases."""

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gates.migrations.told_session import fresh, migration
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.model import Applied, Migration, Project
from lockgate.gates.migrations.rehearsals.seed import seed_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lockgate.gates.migrations.rehearsals.rehearsals import Stage
    from lockgate.postgres.database import Database
    from lockgate.postgres.server import Server

GOOSE = Project("sql", "db", "db", style="goose")
BASE = migration(
    "1_base", "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (email text, n int)", "SELECT 1"
)
SECRET = "jane@example"
ROWS = f"INSERT INTO p VALUES (1);\nINSERT INTO t VALUES ('{SECRET}', 1), ('{SECRET}', NULL), ('x', 7);"


@pytest.fixture(scope="module")
def base(server: "Server") -> "Iterator[Database]":
    from lockgate.gates.migrations.sessions.sql_session import SqlSession  # noqa: PLC0415

    database = server.create(fresh())
    with closing(SqlSession(database, (BASE,), seconds=10)) as session:
        assert session.replay(BASE) is None
    yield database
    server.drop(database.name)


@pytest.fixture
def head(server: "Server", base: "Database") -> "Iterator[Database]":
    database = server.create(fresh(), base.name)
    yield database
    server.drop(database.name)


def stage(server: "Server", base: "Database", head: "Database", one: Migration) -> "Stage":
    from lockgate.gates.migrations.catalogs.snapshot import snapshot  # noqa: PLC0415
    from lockgate.gates.migrations.rehearsals.rehearsals import Stage  # noqa: PLC0415
    from lockgate.gates.migrations.sessions.sql_session import SqlSession  # noqa: PLC0415

    def opens(database: "Database") -> SqlSession:
        return SqlSession(database, (BASE, one), seconds=10)

    with closing(opens(head)) as session, head.connect(superuser=True) as control:
        before, trace = snapshot(control), session.apply(one)
        applied = (Applied(one, trace, before, snapshot(control)),)
    assert trace.failure is None
    return Stage(server, GOOSE, opens, applied, base.name, head.name, 10)


@pytest.mark.parametrize(
    ("up", "down", "words"),
    [
        ("ALTER TABLE t ADD m int; CREATE INDEX ti ON t (m)", "ALTER TABLE t DROP m", ""),
        ("ALTER TABLE t ADD m int", "ALTER TABLE t DROP k", "cannot be undone: `column 'k' of relation 't'"),
        (
            "ALTER TABLE t ALTER n TYPE bigint",
            "SELECT 1",
            "`column public.t.n integer` not restored; `column public.t.n bigint` left behind",
        ),
        (
            "CREATE TABLE u (y int)",
            "SELECT 1",
            "not wholly: `table public.u` left behind; it cannot be applied again: `relation 'u' already",
        ),
        (
            "CREATE TYPE e AS ENUM ('a')",
            "SELECT 1",
            "`type public.e: a` left behind; it cannot be applied again",
        ),
        ("ALTER TABLE t ADD m int", None, "cannot be undone, nor can what was applied before it"),
    ],
)
def test_the_way_back(
    server: "Server", base: "Database", head: "Database", up: str, down: str | None, words: str
) -> None:
    from lockgate.gates.migrations.rehearsals.rehearsals import back  # noqa: PLC0415

    messages = [
        one.finding.message.replace('"', "'")
        for one in back(stage(server, base, head, migration("2_x", up, down)))
    ]
    assert [words in message for message in messages] == ([True] if words else [])


@pytest.mark.parametrize(
    ("up", "line", "words"),
    [
        (
            "CREATE TABLE a (x int);\n\nCREATE TABLE b (x int);",
            1,
            "behind line 1, it fails at its second run",
        ),
        ("CREATE TABLE IF NOT EXISTS a (x int);\nALTER TABLE a ADD y int;\nSELECT 1", 2, "behind line 2"),
        ("CREATE TABLE IF NOT EXISTS a (x int);\nALTER TABLE a ADD IF NOT EXISTS y int;\nSELECT 1", 0, ""),
        (
            "CREATE INDEX CONCURRENTLY ti ON t (n);\nCREATE INDEX CONCURRENTLY tj ON t (n)",
            1,
            "already exists",
        ),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS ti ON t (n);\nDROP INDEX CONCURRENTLY IF EXISTS tj", 0, ""),
    ],
)
def test_the_second_run(
    server: "Server", base: "Database", head: "Database", up: str, line: int, words: str
) -> None:
    from lockgate.gates.migrations.rehearsals.rehearsals import twice  # noqa: PLC0415

    found = list(twice(stage(server, base, head, migration("2_x", up, atomic=False))))
    assert [(one.finding.rule, one.finding.line) for one in found] == (
        [("not-rerunnable", line)] if line else []
    )
    assert all(words in one.finding.message for one in found)
    assert all(one.finding.severity is Severity.MEDIUM for one in found)


def seeded(server: "Server", base: "Database", head: "Database", up: str, rows: str = ROWS) -> list[Judged]:
    from lockgate.gates.migrations.rehearsals.rehearsals import on_rows  # noqa: PLC0415

    seed = seed_of("db/seed.sql", rows.encode())
    assert isinstance(seed, Migration)
    found = list(on_rows(stage(server, base, head, migration("2_x", up)), seed))
    assert SECRET not in repr(found)
    return found


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER n SET NOT NULL", "holds NULL (SQLSTATE 23502): `n`, `t`"),
        ("ADD CONSTRAINT once UNIQUE (email)", "is there twice (SQLSTATE 23505): `once`"),
        ("ADD CONSTRAINT few CHECK (n < 5)", "a row breaks a check (SQLSTATE 23514): `few`, `t`"),
        ("ADD FOREIGN KEY (n) REFERENCES p", "(SQLSTATE 23503): `t`, `t_n_fkey`"),
        (
            "ALTER email TYPE int USING email::int",
            "a value cannot be read as its column's type (SQLSTATE 22P02)",
        ),
        ("ALTER email TYPE varchar(3)", "a text is too long for its column (SQLSTATE 22001)"),
    ],
)
def test_what_fails_on_rows_is_told_at_its_line(
    server: "Server", base: "Database", head: "Database", statement: str, words: str
) -> None:
    (found,) = seeded(server, base, head, f"SELECT 1;\nALTER TABLE t {statement}")
    finding = found.finding
    assert (finding.rule, finding.path, finding.line) == ("fails-on-data", "db/2_x.sql", 2)
    assert finding.severity is Severity.HIGH
    assert finding.message.endswith(words)


def test_rows_that_break_what_is_not_valid_yet(server: "Server", base: "Database", head: "Database") -> None:
    (found,) = seeded(server, base, head, "ALTER TABLE t ADD CONSTRAINT few CHECK (n < 5) NOT VALID")
    assert (found.finding.rule, found.finding.severity) == ("fails-on-data", Severity.MEDIUM)
    assert "break the constraint `few`, which is not valid yet" in found.finding.message


def test_what_suits_the_rows_is_silent(server: "Server", base: "Database", head: "Database") -> None:
    up = "ALTER TABLE t ADD z int; ALTER TABLE t ADD CONSTRAINT few CHECK (n < 9) NOT VALID"
    assert seeded(server, base, head, up) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"INSERT INTO gone VALUES ('{SECRET}')", "`relation 'gone' does not exist` (SQLSTATE 42P01)"),
        (
            f"INSERT INTO p VALUES ('{SECRET}')",
            "`a value cannot be read as its column's type` (SQLSTATE 22P02)",
        ),
        (f"'{SECRET}'", "the base's database (SQLSTATE 42601)"),
    ],
)
def test_a_seed_that_does_not_fit_the_base(
    server: "Server", base: "Database", head: "Database", row: str, words: str
) -> None:
    (found,) = seeded(server, base, head, "ALTER TABLE t ADD z int", f"SELECT 1;\n{row}")
    assert (found.finding.rule, found.finding.path, found.finding.line) == ("fails", "db/seed.sql", 2)
    assert found.finding.message.replace('"', "'").endswith(words)
