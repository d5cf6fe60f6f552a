"""What statements do to tables that existed, on a live server, and what is said of it."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gates.migrations.effects_live import judge, measured, migration, rules
from lockgate.finding import Severity
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column, Index, Relation
from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.effects.moments import Moment
from lockgate.gates.migrations.effects.table import tables
from lockgate.gates.migrations.model import (
    Applied,
    Failure,
    Kind,
    Lock,
    Measured,
    Migration,
    Project,
    Rewrite,
    Size,
    Step,
    Trace,
)

if TYPE_CHECKING:
    from lockgate.postgres.server import Server

REWRITE, SCAN, ROWS = "rewrite-under-lock", "scan-under-lock", "rows-under-lock"
LOCK, PARENT, SEVERAL = "lock-without-timeout", "parent-locked", "several-tables-locked"
MIXED = "data-and-schema"
SILENT = [
    "CREATE TABLE fresh (id integer)",
    "CREATE TABLE fresh (id integer); CREATE INDEX ON fresh (id); ALTER TABLE fresh ALTER id TYPE bigint",
    "CREATE TABLE fresh (id integer); INSERT INTO fresh SELECT id FROM users; UPDATE fresh SET id = 1",
    "CREATE TABLE copied AS SELECT * FROM users",
    "UPDATE users SET age = 1",
    "SET LOCAL lock_timeout = '2s'; ALTER TABLE users ADD flag boolean NOT NULL DEFAULT false",
    "SET LOCAL lock_timeout = '2s'; CREATE TABLE pets (id integer REFERENCES users)",
    "SET LOCAL lock_timeout = '2s'; ALTER TABLE users ADD CHECK (age >= 0) NOT VALID",
    "ALTER TABLE users SET (fillfactor = 70)",
    "COMMENT ON TABLE users IS 'people'",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1",
    "ALTER INDEX users_email RENAME TO users_mail",
]
SPEAKING = [
    ("ALTER TABLE users ALTER age TYPE bigint", [(REWRITE, 1)]),
    ("ALTER TABLE part ADD z double precision DEFAULT random()", [(REWRITE, 1)]),
    ("ALTER TABLE users ALTER email TYPE text COLLATE \"C\"", [(SCAN, 1)]),
    ("CREATE INDEX ON users (age)", [(SCAN, 1)]),
    ("ALTER TABLE users ADD EXCLUDE USING btree (email WITH =)", [(SCAN, 1)]),
    ("ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users", [(PARENT, 1), (SCAN, 1)]),
    ("ALTER TABLE users ADD flag boolean", [(LOCK, 1)]),
    ("ALTER TABLE users ADD flag boolean; ALTER TABLE users DROP age", [(LOCK, 1)]),
    ("ALTER TABLE part ADD z integer", [(LOCK, 1)]),
    ("CREATE OR REPLACE VIEW shown AS SELECT id FROM lines", [(LOCK, 1)]),
    ("LOCK TABLE users", [(LOCK, 1)]),
    ("TRUNCATE users", [(LOCK, 1)]),
    ("TRUNCATE orders CASCADE", [(LOCK, 1), (PARENT, 1)]),
    ("TRUNCATE orders, lines, users", [(LOCK, 1), (SEVERAL, 1)]),
    ("DROP VIEW shown; DROP TABLE lines", [(LOCK, 1), (LOCK, 2), (PARENT, 2)]),
    ("ALTER TABLE lines DROP CONSTRAINT lines_order_id_fkey", [(LOCK, 1), (PARENT, 1)]),
    ("CREATE TABLE pets (a integer REFERENCES users, b integer REFERENCES orders)", [(PARENT, 1)]),
    ("CREATE INDEX ON users (age); CREATE INDEX ON orders (state)", [(SCAN, 1), (SCAN, 2), (SEVERAL, 2)]),
    ("ALTER TABLE users ADD f boolean; UPDATE users SET f = true", [(LOCK, 1), (ROWS, 2)]),
    ("ALTER TABLE users ADD f boolean; DELETE FROM orders", [(LOCK, 1), (ROWS, 2)]),
    ("ALTER TABLE users ADD f boolean; CREATE TABLE x AS SELECT * FROM orders", [(LOCK, 1), (ROWS, 2)]),
    ("ALTER TABLE users ADD f boolean; INSERT INTO users (id) VALUES (99)", [(MIXED, 2), (LOCK, 1)]),
    ("UPDATE users SET age = 1; ALTER TABLE users ADD f boolean", [(MIXED, 1), (LOCK, 2)]),
    ("CREATE INDEX CONCURRENTLY x ON users (age)", [("concurrently-in-transaction", 1)]),
    ("COPY users FROM PROGRAM 'ls'", [("fails", 1)]),
    ("ALTER TABLE nowhere ADD f boolean", [("fails", 1)]),
]  # fmt: skip


def split(text: str) -> list[str]:
    return text.split("; ")


@pytest.mark.parametrize("text", SILENT)
def test_what_holds_nobody_up_is_silent(server: "Server", text: str) -> None:
    assert [each.finding for each in judge(server, *split(text))] == []


@pytest.mark.parametrize(("text", "expected"), SPEAKING, ids=[text[:50] for text, _ in SPEAKING])
def test_one_cause_gives_one_finding_at_its_line(
    server: "Server", text: str, expected: list[tuple[str, int]]
) -> None:
    found = judge(server, *split(text))
    assert sorted((each.finding.rule, each.finding.line) for each in found) == expected
    assert all(each.finding.path == "db/0001.sql" for each in found)


def test_a_rewrite_is_told_with_its_locks_its_types_and_what_it_blocks(server: "Server") -> None:
    [found] = judge(server, "ALTER TABLE users ALTER age TYPE bigint")
    assert found.finding.message == (
        "Holds ACCESS EXCLUSIVE on `users` and 2 indexes, rewrites it: type change `age` integer → bigint; "
        "blocks reads and writes for the time of the rewrite"
    )
    assert found.finding.severity == Severity.HIGH


def test_an_index_made_anew_keeps_readers_out_too(server: "Server") -> None:
    [found] = judge(server, "REINDEX TABLE users")
    assert found.finding.message == (
        "Holds ACCESS EXCLUSIVE on 2 indexes, SHARE on `users`, reads it whole; "
        "blocks reads and writes for the time of the read"
    )


def test_a_table_renamed_on_the_way_is_told_by_its_name_then(server: "Server") -> None:
    found = judge(server, "ALTER TABLE users RENAME TO people", "ALTER TABLE people ADD CHECK (age >= 0)")
    scan = next(each.finding for each in found if each.finding.rule == SCAN)
    assert scan.message.startswith("Holds ACCESS EXCLUSIVE on `people`, reads it whole")
    assert "`ALTER TABLE people ADD CONSTRAINT people_age_check CHECK ((age >= 0)) NOT VALID`" in scan.mend


def test_rows_written_again_and_again_are_one_finding(server: "Server") -> None:
    texts = ["ALTER TABLE users ADD f boolean", *["UPDATE users SET f = true"] * 3]
    [found] = [each.finding for each in judge(server, *texts) if each.finding.rule == ROWS]
    assert (found.line, [each.line for each in found.related]) == (2, [3, 4])


def test_an_index_that_is_left_invalid(server: "Server") -> None:
    found = judge(server, "CREATE UNIQUE INDEX CONCURRENTLY one_name ON users (name)", atomic=False)
    assert rules(found) == ["fails", "invalid-index"]
    assert "`one_name` of `users`" in found[1].finding.message
    assert judge(server, "CREATE INDEX part_k ON ONLY part (k)") == []


def test_one_that_is_mended_later_in_the_change_is_silent(server: "Server") -> None:
    texts = ["CREATE UNIQUE INDEX CONCURRENTLY one_name ON users (name)", "DROP INDEX CONCURRENTLY one_name"]
    both = [migration(number, [text], atomic=False) for number, text in enumerate(texts, 1)]
    assert rules(effects(measured(server, both))) == ["fails"]


def test_several_transactions_of_one_migration_are_several(server: "Server") -> None:
    found = judge(server, "CREATE INDEX ON users (age)", "CREATE INDEX ON orders (state)", atomic=False)
    assert rules(found) == [SCAN, SCAN]


@pytest.mark.parametrize(("kind", "atomic", "words"), [
    ("sql", True, "`SET LOCAL lock_timeout = '2s'`"),
    ("prisma", False, "`SET LOCAL lock_timeout = '2s'`"),
    ("sql", False, "`SET lock_timeout = '2s'`"),
])  # fmt: skip
def test_the_time_limit_is_set_as_the_transaction_asks(kind: Kind, atomic: bool, words: str) -> None:
    made = of(Step("DROP TABLE users", locks=(EXCLUSIVE,)))
    applied = replace(made.applied[0], migration=Migration("1", "1.sql", atomic=atomic))
    [found] = effects(replace(made, project=Project(kind, "", ""), applied=(applied,)))
    assert (found.finding.rule, words in found.finding.mend) == (LOCK, True)


def test_the_table_of_migrations(server: "Server") -> None:
    both = [
        migration(1, ["ALTER TABLE users ALTER age TYPE bigint", "UPDATE orders SET amount = 1"]),
        migration(2, ["CREATE TABLE fresh (id integer)"]),
    ]
    [table] = tables(measured(server, both))
    assert list(table.rows) == [
        ("0001", "ACCESS EXCLUSIVE", "users", "2 statements, rewrote 1 table, wrote rows of 1 table"),
        ("0002", "none", "", "1 statement"),
    ]


USERS, BIG = Relation(1, "public", "users", "r"), Relation(2, "public", "big", "r")
BEFORE = Catalog({1: USERS, 2: BIG}, {(1, 1): Column(1, 1, "age", "integer", False)})
AFTER = replace(BEFORE, columns={(1, 1): Column(1, 1, "age", "bigint", False)})
EXCLUSIVE = Lock(1, "public.users", "r", "AccessExclusiveLock")
CHANGED = Step("ALTER TABLE", locks=(EXCLUSIVE,), rewrites=(Rewrite(1, "public.users", "type change"),))


def of(*steps: Step, failure: Failure | None = None, after: Catalog = AFTER, path: str = "a.py") -> Measured:
    applied = Applied(Migration("shop.0002", path), Trace(steps, failure), BEFORE, after)
    project = Project("django", "backend", "backend/manage.py")
    return Measured(project, "PostgreSQL", BEFORE, (applied,), (frozenset(BEFORE.relations),))


def test_a_command_known_by_its_tag_alone_is_told_by_the_catalogs() -> None:
    [found] = effects(of(CHANGED))
    assert found.finding.message == (
        "Holds ACCESS EXCLUSIVE on `users`, rewrites it: type change `age` integer → bigint; "
        "blocks reads and writes for the time of the rewrite"
    )
    assert "`ALTER TABLE users ADD COLUMN age_new bigint`" in found.finding.mend
    assert "with `atomic = False`" in found.finding.mend
    assert (found.finding.path, found.finding.line) == ("a.py", 0)


def test_a_migration_without_a_file_is_placed_at_the_project() -> None:
    [found] = effects(of(CHANGED, path=""))
    assert found.finding.path == "backend/manage.py"


def test_it_is_the_same_finding_when_lines_and_numbers_move() -> None:
    [one] = effects(of(CHANGED))
    locks = (EXCLUSIVE, Lock(9, "public.other", "r", "AccessExclusiveLock"))
    [same] = effects(of(replace(CHANGED, line=7, end_line=9, transaction=3, locks=locks)))
    other = replace(CHANGED, rewrites=(Rewrite(2, "public.big", ""),))
    assert one.key == same.key
    assert one.key not in {each.key for each in effects(of(other))}


@pytest.mark.parametrize(
    ("size", "severity", "words"),
    [
        (Size(200, 40_000), Severity.LOW, "about 1 s at 40 kB, which is tiny"),
        (Size(20_000, 40_000), Severity.HIGH, "about 1 s at 40 kB"),
        (Size(1_000_000, 4_500_000_000), Severity.HIGH, "about 100 s at 4.5 GB"),
    ],
)
def test_sizes_tell_the_time_and_the_severity(size: Size, severity: Severity, words: str) -> None:
    [found] = effects(replace(of(CHANGED), sizes={"public.users": size, "public.big": Size(1, 1)}))
    assert found.finding.message.endswith(f"for the time of the rewrite, {words}")
    assert found.finding.severity == severity


@pytest.mark.parametrize(
    ("failure", "rule", "mend"),
    [
        (
            Failure("CREATE INDEX CONCURRENTLY cannot run", 3, "25001"),
            "concurrently-in-transaction",
            "atomic",
        ),
        (Failure("VACUUM cannot run inside a transaction block", 3, "25001"), "fails", "atomic"),
        (Failure("must be superuser to COPY to or from a PROGRAM", 3, "42501"), "fails", "no superuser"),
        (Failure("permission denied", 3, "42501"), "fails", "right"),
        (Failure("duplicate key", 3, "23505"), "fails", "Mend the rows"),
        (Failure("no such table", 3, "42P01"), "fails", ""),
        (Failure("canceled", 3, "57014", "timeout"), "takes-too-long", ""),
    ],
)
def test_how_a_migration_fails(failure: Failure, rule: str, mend: str) -> None:
    [found] = effects(of(failure=failure))
    assert (found.finding.rule, found.finding.line) == (rule, 3)
    assert mend in found.finding.mend
    assert failure.message in found.finding.message


def test_names_of_strangers_are_put_on_one_line() -> None:
    name = "public.a\n::error::`x`\x1b[31m" + "y" * 500
    lock, rewrite = replace(EXCLUSIVE, name=name), Rewrite(1, name, "\u202ebad\n")
    [found] = effects(of(Step("ALTER\nTABLE `x`\x00", locks=(lock,), rewrites=(rewrite,)), after=BEFORE))
    text = found.finding.message + found.finding.mend
    assert text.isprintable()
    assert "`x`" not in text
    assert len(text) < 1500


@pytest.mark.parametrize(
    ("text", "short", "fills"),
    [
        ("INSERT INTO t VALUES (1), (2)", True, False),
        ("-- rows\n/* of */ insert into t values ('select''s', 'table')", True, False),
        ("INSERT INTO t SELECT 1", False, False),
        ("INSERT INTO t VALUES ((select 1))", False, False),
        ("INSERT", False, False),
        ("UPDATE t SET a = 1", False, False),
        ("CREATE TABLE t AS SELECT 1", False, True),
        ("create unlogged table t as\n(with x as (select 1) table x)", False, True),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", False, True),
        ("CREATE TABLE AS", False, True),
        ("CREATE TABLE", False, False),
        ("CREATE TABLE t (a integer GENERATED ALWAYS AS (1) STORED)", False, False),
        ("CREATE VIEW v AS SELECT 1", False, False),
    ],
)
def test_how_many_rows_a_statement_can_write(text: str, short: bool, fills: bool) -> None:
    moment = Moment(Step(text), (), (), (), frozenset(), frozenset(), others=False, indexes=0)
    assert (moment.is_short, moment.fills) == (short, fills)


@pytest.mark.parametrize("word", ["AS ", "type ", "/*", "'", " ", "create table ", "--\n"])
def test_long_statements_take_linear_time(word: str) -> None:
    text = "ALTER TABLE users " + word * 200_000
    rewrite = replace(CHANGED, what=text)
    started = time.process_time()
    assert len(list(effects(of(rewrite, replace(CHANGED, what=word * 200_000))))) == 2
    assert time.process_time() - started < 5


def test_books_of_the_tool_and_rows_of_views_do_not_count() -> None:
    book = Relation(3, "public", "alembic_version", "r")
    view = Lock(2, "public.big", "m", "ExclusiveLock")
    catalog = replace(BEFORE, relations={**BEFORE.relations, 3: book})
    alter = Step("ALTER TABLE", lock_timeout=1, locks=(EXCLUSIVE, view))
    book_keeping = "UPDATE alembic_version SET version_num = 'x'"
    made = of(alter, Step(book_keeping, locks=(EXCLUSIVE,), written=frozenset({3})), after=catalog)
    applied = replace(made.applied[0], before=catalog)
    assert list(effects(replace(made, applied=(applied,), existed=(frozenset({1, 2, 3}),)))) == []


def test_an_invalid_index_is_told_whatever_made_it() -> None:
    index = Index(5, 1, "i", "CREATE INDEX i ON users (age)", unique=False, valid=False)
    [found] = effects(of(after=replace(AFTER, indexes={5: index})))
    assert found.finding.rule == "invalid-index"
