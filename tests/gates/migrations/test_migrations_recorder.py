"""The flight recorder: what any client does to a live server is told by the server itself."""

import json
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from gates.migrations.tool_projects import fresh
from lockgate.errors import ToolError
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.model import Step
from lockgate.gates.migrations.sessions import recorder
from lockgate.gates.migrations.sessions.written import spoken
from lockgate.postgres.database import Database
from lockgate.postgres.log import Entry
from lockgate.postgres.server import Server

TABLES = """
CREATE TABLE users (id serial PRIMARY KEY, email text, age int);
CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users, note text);
CREATE FUNCTION backfill() RETURNS void LANGUAGE sql AS $$ UPDATE users SET age = 1 $$;
"""
Short = tuple[str, list[tuple[str, str]], list[str], list[str], list[str]]


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    with fresh(server) as made:
        with made.connect() as connection:
            connection.execute(TABLES)
        yield made


def steps_of(server: Server, database: Database, *messages: str, token: str = "") -> tuple[Step, ...]:
    """Send messages as a client does, in order, and take them back where a transaction is left open."""
    with database.connect(superuser=True) as control:
        before = snapshot(control)
    server.entries()
    with database.connect() as connection:
        for message in messages:
            connection.execute(message)
    return recorder.steps(server.entries(), before, token)


def short(server: Server, database: Database, steps: Sequence[Step]) -> list[Short]:
    """Write steps with names in place of oids: first words, strong locks, rewritten, read, written."""
    with database.connect(superuser=True) as control:
        names = {oid: relation.name for oid, relation in snapshot(control).relations.items()}
    server.entries()
    return [
        (
            " ".join(step.what.split()[:2]),
            sorted(
                {
                    (lock.name.removeprefix("public."), lock.mode.removesuffix("Lock"))
                    for lock in step.locks
                    if lock.relkind == "r" and lock.mode != "RowExclusiveLock"
                }
            ),
            [f"{each.name.removeprefix('public.')}: {each.reason}" for each in step.rewrites],
            sorted(names[oid] for oid in step.scanned),
            sorted(names[oid] for oid in step.written),
        )
        for step in steps
    ]


USERS, ORDERS = ("users", "AccessExclusive"), ("orders", "AccessExclusive")
SHARE = ("users", "Share")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            ["ALTER TABLE users ALTER age TYPE bigint"],
            [("ALTER TABLE", [USERS, SHARE], ["users: type change"], ["users"], [])],
        ),
        (
            ["ALTER TABLE users ADD r float DEFAULT random()"],
            [("ALTER TABLE", [USERS, SHARE], ["users: volatile default"], ["users"], [])],
        ),
        (["ALTER TABLE users ADD n int DEFAULT 1"], [("ALTER TABLE", [USERS], [], [], [])]),
        (["CREATE INDEX ON users (email)"], [("CREATE INDEX", [SHARE], [], ["users"], [])]),
        (["CREATE INDEX CONCURRENTLY ON users (email)"], [("CREATE INDEX", [], [], ["users"], [])]),
        (["UPDATE users SET age = 2"], [("UPDATE users", [], [], [], ["users"])]),
        (["TRUNCATE orders"], [("TRUNCATE orders", [ORDERS], [], [], ["orders"])]),
        (["CLUSTER users USING users_pkey"], [("CLUSTER users", [USERS], ["users: cluster"], ["users"], [])]),
        (["VACUUM FULL users"], [("VACUUM FULL", [USERS], ["users: vacuum"], ["users"], [])]),
        (["SELECT * FROM users", "SHOW work_mem", "SET lock_timeout = '1s'", "BEGIN", "COMMIT"], []),
        (
            ["BEGIN", "ALTER TABLE users ADD a int", "UPDATE orders SET note = ''", "COMMIT"],
            [("ALTER TABLE", [USERS], [], [], []), ("UPDATE orders", [USERS], [], [], ["orders"])],
        ),
        (
            ["BEGIN", "ALTER TABLE orders ADD b int", "SELECT backfill()", "COMMIT"],
            [("ALTER TABLE", [ORDERS], [], [], []), ("SELECT backfill()", [ORDERS], [], [], ["users"])],
        ),
        (
            ["ALTER TABLE orders ADD c int; UPDATE users SET age = 3; ALTER TABLE orders ADD d int"],
            [
                ("ALTER TABLE", [ORDERS], [], [], []),
                ("UPDATE users", [ORDERS], [], [], ["users"]),
                ("ALTER TABLE", [ORDERS], [], [], []),
            ],
        ),
        (
            ["DO $$ BEGIN EXECUTE 'ALTER TABLE users ALTER age TYPE numeric'; DELETE FROM orders; END $$"],
            [
                ("ALTER TABLE", [USERS, SHARE], ["users: type change"], ["users"], []),
                ("DO $$", [USERS, SHARE], [], [], ["orders"]),
            ],
        ),
        (
            ["BEGIN", "LOCK TABLE users IN SHARE MODE", "INSERT INTO orders (note) VALUES ('x')", "COMMIT"],
            [("LOCK TABLE", [SHARE], [], [], []), ("INSERT INTO", [SHARE], [], [], ["orders"])],
        ),
        (
            ["BEGIN", "CREATE TABLE items (u int REFERENCES users)", "ROLLBACK"],
            [("CREATE TABLE", [("items", "AccessExclusive"), ("items", "ShareRowExclusive"),
                               ("users", "ShareRowExclusive")], [], [], [])],
        ),
    ],
)  # fmt: skip
def test_what_is_done_is_told(
    server: Server, database: Database, messages: list[str], expected: list[Short]
) -> None:  # fmt: skip
    assert short(server, database, steps_of(server, database, *messages)) == expected


def test_what_is_dropped_keeps_its_name(server: Server, database: Database) -> None:
    (made,) = steps_of(server, database, "CREATE TABLE gone (id int, user_id int REFERENCES users)")
    (step,) = steps_of(server, database, "DROP TABLE gone")
    locks = {(lock.name, lock.mode) for lock in step.locks}
    assert {("public.gone", "AccessExclusiveLock"), ("public.users", "AccessExclusiveLock")} <= locks
    assert made.objects == step.objects == ("public.gone",)


def test_transactions_and_timeouts_are_told_apart(server: Server, database: Database) -> None:
    messages = [
        "BEGIN", "SET LOCAL lock_timeout = '2s'", "ALTER TABLE users ADD e int", "TRUNCATE orders", "COMMIT",
        "TRUNCATE orders", "ALTER TABLE users ADD f int",
    ]  # fmt: skip
    steps = steps_of(server, database, *messages)
    assert [step.lock_timeout for step in steps] == [2000, 2000, 0, 0]
    first, second, third, fourth = (step.transaction for step in steps)
    assert first == second < third < fourth


def test_lines_are_believed_with_the_token_alone(server: Server, database: Database) -> None:
    said = "/*lockgate {}:{}*/ ALTER TABLE users ADD {} int"
    messages = [
        said.format("abc", "7-9", "g"),
        said.format("xyz", "3-4", "h"),
        said.format("abc", "0-0", "i"),
    ]
    steps = steps_of(server, database, *messages, token="abc")
    assert [(step.line, step.end_line) for step in steps] == [(7, 9), (0, 0)]


def test_the_role_of_the_application_cannot_silence_it(server: Server, database: Database) -> None:
    attempts = [
        "DROP SCHEMA lockgate_recorder CASCADE", "DROP EVENT TRIGGER lockgate_ends",
        "ALTER EVENT TRIGGER lockgate_ends DISABLE", "SET session_replication_role = replica",
        "DELETE FROM lockgate_recorder.ends", "SELECT lockgate_recorder.scans()",
        "CREATE OR REPLACE FUNCTION lockgate_recorder.locks() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL'",
        "SET log_statement = none", "SET log_min_messages = panic",
    ]  # fmt: skip
    for attempt in attempts:
        with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
    (step,) = steps_of(server, database, "ALTER TABLE users ADD j int")
    assert step.what.startswith("ALTER TABLE")


def test_functions_of_the_same_name_are_not_taken_for_postgresqls(server: Server, database: Database) -> None:
    messages = [
        "CREATE FUNCTION public.jsonb_agg(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        "SET search_path = public, pg_catalog", "ALTER TABLE users ADD k int",
    ]  # fmt: skip
    assert [lock.name for lock in steps_of(server, database, *messages)[-1].locks] == ["public.users"]


def test_it_is_installed_once(database: Database) -> None:
    with database.connect(superuser=True) as control:
        recorder.install(control)
        found = control.execute(
            "SELECT count(*) FROM pg_event_trigger WHERE evtname ~ '^lockgate_'"
        ).fetchone()
    assert found == (4,)


@pytest.mark.parametrize("message", ["lockgate {", 'lockgate {"kind": 1}', 'lockgate {"kind": "trouble"}'])
def test_what_is_not_told_whole_is_no_measurement(message: str) -> None:
    entries = [Entry(1, "2/3", "x", "LOG", message)]
    with pytest.raises(ToolError, match="flight recorder"):
        recorder.events(entries)
    assert recorder.events([Entry(1, "2/3", "x", "NOTICE", message)]) == []


def test_a_forged_line_only_adds() -> None:
    told = json.dumps({"kind": "rewrite", "oid": 7, "name": "public.\u202eusers", "bits": 3})
    (event,) = recorder.events([Entry(1, "2/3", "x", "LOG", f"lockgate {told}")])
    assert (event.told.oid, event.told.rewritten_for) == (7, "persistence and volatile default")


@pytest.mark.parametrize(
    ("text", "targets", "mode"),
    [
        ('UPDATE ONLY "My Table" SET a = 1', ("My Table",), ""),
        ("-- UPDATE a\n/* DELETE FROM b */ delete from Public.C", ("public.c",), ""),
        ("TRUNCATE TABLE a, b.\"C\" CASCADE", ("a", "b.C"), "AccessExclusiveLock"),
        ("LOCK a IN ROW EXCLUSIVE MODE", ("a",), "RowExclusiveLock"),
        ("LOCK TABLE a", ("a",), "AccessExclusiveLock"),
        ("VACUUM (FULL, ANALYZE) a", ("a",), "AccessExclusiveLock"),
        ("VACUUM a", ("a",), ""),
        ("REINDEX INDEX CONCURRENTLY a", ("a",), "ShareUpdateExclusiveLock"),
        ("REINDEX TABLE a", ("a",), "ShareLock"),
        ("COPY a (b) FROM STDIN", ("a",), ""),
        ("WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x", ("a", "b"), ""),
        ("", (), ""),
    ],
)  # fmt: skip
def test_a_text_says_what_it_is_about(text: str, targets: tuple[str, ...], mode: str) -> None:
    assert (spoken(text).targets, spoken(text).own_lock) == (targets, mode)


@pytest.mark.parametrize("text", ["/*" * 9_000, " " * 20_000, "UPDATE " * 3_000, "TRUNCATE a" + ",a" * 9_000])
def test_a_hostile_text_takes_no_time(text: str) -> None:
    assert len(spoken(text).targets) < 10_000


def test_a_copy_to_somewhere_writes_nothing() -> None:
    assert not spoken("COPY users TO STDOUT").writes
    assert spoken("COPY users FROM STDIN").writes
