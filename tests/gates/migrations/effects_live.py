"""Apply SQL to a live server and judge what it did: what the tests of effects and of safe forms share."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from lockgate.gates.judged import Judged
from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.model import Applied, Measured, Migration, Project, Statement

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from lockgate.postgres.database import Database
    from lockgate.postgres.server import Server

PLAIN = Project("sql", "db", "db", style="plain")
SCHEMA = """
CREATE TABLE users (id integer PRIMARY KEY, email text, age integer, name varchar(50), bio varchar(50));
CREATE INDEX users_email ON users (email);
CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, amount numeric(10, 2), state text);
CREATE TABLE lines (id integer PRIMARY KEY, order_id integer REFERENCES orders (id));
CREATE TABLE part (id integer NOT NULL, k integer) PARTITION BY RANGE (id);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE loose (id integer NOT NULL, k integer);
CREATE MATERIALIZED VIEW totals AS SELECT id, state FROM orders;
CREATE UNIQUE INDEX totals_id ON totals (id);
CREATE VIEW shown AS SELECT id FROM lines;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
"""
# Nobody listens to what is made beforehand, and it is the application's.
_BEGIN = (
    "SET session_replication_role = replica; SET ROLE app; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
)
_END = "RESET ROLE; RESET session_replication_role"
ROWS = """
INSERT INTO users SELECT g, g::text || '@example.com', g, 'n', 'b' FROM generate_series(1, 50) g;
INSERT INTO orders SELECT g, g, g, 'new' FROM generate_series(1, 50) g;
"""


@cache
def _database(server: "Server") -> "tuple[Database, Connection[TupleRow]]":
    """Make one database for all tests, as connecting and copying take longer than what they ask."""
    from lockgate.gates.migrations.sessions import recorder  # noqa: PLC0415 - psycopg

    database = server.create("effects")
    control = database.connect(superuser=True)
    recorder.install(control)
    return database, control


def migration(number: int, statements: Iterable[str], *, atomic: bool = True) -> Migration:
    """Make a migration of statements, one on each line."""
    up = tuple(Statement(text, line, line) for line, text in enumerate(statements, 1))
    return Migration(f"{number:04}", f"db/{number:04}.sql", up, atomic=atomic)


def measured(server: "Server", migrations: Sequence[Migration], project: Project = PLAIN) -> Measured:
    """Apply migrations to SCHEMA, which holds rows, in a database of their own."""
    from lockgate.gates.migrations.catalogs.snapshot import snapshot  # noqa: PLC0415 - psycopg
    from lockgate.gates.migrations.sessions.sql_session import SqlSession  # noqa: PLC0415 - psycopg

    database, control = _database(server)
    control.execute(f"{_BEGIN}{SCHEMA}{ROWS}{_END}".encode())
    with closing(SqlSession(database, tuple(migrations), seconds=20.0)) as session:
        base = catalog = snapshot(control)
        applied = []
        for each in migrations:
            trace = session.apply(each)
            after = snapshot(control)
            applied.append(Applied(each, trace, catalog, after))
            catalog = after
    existed = tuple(frozenset(base.relations) for _ in applied)
    return Measured(project, "PostgreSQL", base, tuple(applied), existed)


def judge(server: "Server", *statements: str, atomic: bool = True) -> list[Judged]:
    """Judge one migration."""
    return list(effects(measured(server, [migration(1, statements, atomic=atomic)])))


def rules(found: Iterable[Judged]) -> list[str]:
    """Give the rules of findings."""
    return sorted(each.finding.rule for each in found)
