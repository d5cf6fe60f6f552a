"""Migrations that fail as soon as there are rows; no value of a row is ever shown."""

from gates.migrations.told_session import Told, migration
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column
from lockgate.gates.migrations.model import Applied, Failure, Migration, Trace
from lockgate.gates.migrations.rehearsals.seed import seed_of, seeded

SECRET = "jane@example"


def seed(text: str = "SELECT 1") -> Migration:
    found = seed_of("db/seed.sql", text.encode())
    assert isinstance(found, Migration)
    return found


def test_a_seed_that_is_no_sql_is_told_at_its_line() -> None:
    found = seed_of("db/seed.sql", f"SELECT 1;\nSELECT '{SECRET}".encode())
    assert isinstance(found, Judged)
    assert (found.finding.rule, found.finding.path, found.finding.line) == ("fails", "db/seed.sql", 2)
    assert isinstance(seed_of("db/seed.sql", b"\xff"), Judged)


def test_what_fails_without_rows_is_told_elsewhere() -> None:
    session = Told({"up m": Failure("no")})
    one = migration("m", "SELECT 1")
    change = [Applied(one, Trace(failure=Failure("no")), Catalog(), Catalog())]
    assert list(seeded(seed(), change, session.replay, session)) == []


def test_a_message_of_the_migration_itself_is_not_shown() -> None:
    session = Told({"up m": Failure(f"bad address {SECRET}", 4, "P0001")})
    change = [Applied(migration("m", "SELECT 1"), Trace(), Catalog(), Catalog())]
    (found,) = seeded(seed(), change, session.replay, session)
    message = "`m` goes through without rows, and fails on those of `db/seed.sql`: the server refuses it"
    assert found.finding.message == f"{message} (SQLSTATE P0001)"
    assert found.finding.line == 4


def test_of_a_message_with_details_names_alone_are_shown() -> None:
    message = f'duplicate "{SECRET}" in "t"\nDETAIL:  Key (email, n)=({SECRET}, 1) is there twice.'
    after = Catalog(
        columns={(1, at): Column(1, at, name, "text", False) for at, name in enumerate(("email", "n"))}
    )
    session = Told({"up m": Failure(message, 2, "23505")})
    change = [Applied(migration("m", "SELECT 1"), Trace(), Catalog(), after)]
    (found,) = seeded(seed(), change, session.replay, session)
    assert found.finding.message.endswith(
        ": a value that shall be unique is there twice (SQLSTATE 23505): `email`, `n`"
    )
