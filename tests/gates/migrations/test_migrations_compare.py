"""What two catalogs of a live server differ in, for code that was written for the first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.gates.migrations.catalogs.catalog import (
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    Function,
    Index,
    Relation,
)
from lockgate.gates.migrations.catalogs.compare import changes
from lockgate.gates.migrations.catalogs.difference import Change
from lockgate.gates.migrations.catalogs.snapshot import snapshot

if TYPE_CHECKING:
    from psycopg import Connection

    from lockgate.postgres.server import Server

BASE = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN pos AS int CHECK (VALUE > 0);
CREATE TABLE users (id serial PRIMARY KEY, email varchar(100) NOT NULL UNIQUE, name text,
    age int NOT NULL DEFAULT 5, m mood, p pos, amount numeric(10, 2), seen timestamptz, big bigint,
    st text CHECK (st IN ('a', 'b')), code varchar(9) CHECK (code IN ('x', 'y')));
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int, note text);
CREATE TABLE parts (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW v AS SELECT id, name FROM users;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE SEQUENCE numbers;
"""


@pytest.fixture(scope="module")
def connection(server: "Server") -> Iterator["Connection"]:
    with server.create("compare").connect() as connection:
        connection.execute(BASE)
        yield connection
    server.drop("compare")


def differ(connection: "Connection", migration: str) -> tuple[Change, ...]:
    """Give what a migration changes, and take it back; a catalog differs from itself in nothing."""
    before = snapshot(connection)
    with connection.transaction(force_rollback=True):
        connection.execute(migration)
        after = snapshot(connection)
        connection.execute("SET LOCAL search_path = public")
    assert changes(after, after) == ()
    assert snapshot(connection) == before
    return changes(before, after)


def broken(connection: "Connection", migration: str) -> set[tuple[str, str, str]]:
    found = differ(connection, migration)
    return {
        (each.kind, each.what, ".".join(filter(None, (each.table.removeprefix("public."), *each.columns))))
        for each in found
        if each.kind != "expand"
    }


@pytest.mark.parametrize(
    ("migration", "what", "name"),
    [
        ("ALTER TABLE users DROP age", "column-removed", "users.age"),
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE users DROP ' || 'age'; END $$", "column-removed", "users.age"),
        ("ALTER TABLE users RENAME email TO mail", "column-renamed", "users.email"),
        ("ALTER TABLE users DROP age; ALTER TABLE users ADD age int", "column-replaced", "users.age"),
        ("DROP TABLE orders", "table-removed", "orders"),
        ("ALTER TABLE orders RENAME TO purchases", "table-renamed", "orders"),
        ("CREATE SCHEMA s; ALTER TABLE orders SET SCHEMA s", "table-moved", "orders"),
        ("DROP TABLE orders; CREATE TABLE orders (id int)", "table-replaced", "orders"),
        ("DROP VIEW v", "table-removed", "v"),
        ("DROP VIEW v; CREATE VIEW v AS SELECT id FROM users", "column-removed", "v.name"),
        ("ALTER TABLE parts RENAME id TO number", "column-renamed", "parts.id"),
        ("ALTER TABLE parts DROP id", "column-removed", "parts.id"),
        ("DROP TABLE parts", "table-removed", "parts"),
        ("DROP TABLE parts_1", "table-removed", "parts_1"),
        ("ALTER TYPE mood RENAME VALUE 'a' TO 'z'", "value-renamed", "mood"),
        ("ALTER TYPE mood RENAME TO feeling", "type-renamed", "mood"),
        ("DROP FUNCTION f", "function-removed", "f"),
        (
            "DROP FUNCTION f; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "function-removed",
            "f",
        ),
        ("DROP SEQUENCE numbers", "sequence-removed", "numbers"),
    ],
)
def test_what_code_no_longer_finds(connection: "Connection", migration: str, what: str, name: str) -> None:
    assert broken(connection, migration) == {("contract", what, name)}


@pytest.mark.parametrize(
    ("migration", "what", "name"),
    [
        ("ALTER TABLE users ADD x int NOT NULL", "column-required", "users"),
        (
            "ALTER TABLE users ADD x int NOT NULL DEFAULT 1; ALTER TABLE users ALTER x DROP DEFAULT",
            "column-required",
            "users",
        ),
        ("ALTER TABLE users ALTER big SET NOT NULL", "not-null", "users.big"),
        ("ALTER TABLE parts ALTER d SET NOT NULL", "not-null", "parts.d"),
        ("ALTER TABLE users ALTER age DROP DEFAULT", "default-removed", "users.age"),
        ("ALTER TABLE users ALTER email TYPE varchar(50)", "type-narrower", "users.email"),
        ("ALTER TABLE users ALTER big TYPE int", "type-narrower", "users.big"),
        ("ALTER TABLE users ALTER amount TYPE numeric(8, 2)", "type-narrower", "users.amount"),
        ("ALTER TABLE users ALTER amount TYPE numeric(10, 4)", "type-narrower", "users.amount"),
        ("ALTER TABLE users ALTER seen TYPE timestamp", "type-narrower", "users.seen"),
        ("ALTER TABLE users ALTER age TYPE text", "type-narrower", "users.age"),
        (
            (
                "ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('a');"
                "ALTER TABLE users ALTER m TYPE mood USING m::text::mood; DROP TYPE old"
            ),
            "type-narrower",
            "users.m",
        ),
        ("ALTER TABLE users ALTER big TYPE pos", "type-narrower", "users.big"),
        ("ALTER DOMAIN pos ADD CHECK (VALUE < 9)", "domain-stricter", "users.p"),
        ("CREATE UNIQUE INDEX ON users (age)", "constraint-added", "users.age"),
        ("ALTER TABLE users ADD UNIQUE (age)", "constraint-added", "users.age"),
        ("ALTER TABLE users ADD CHECK (age > 0) NOT VALID", "constraint-added", "users.age"),
        ("ALTER TABLE users ADD EXCLUDE (age WITH =)", "constraint-added", "users.age"),
        (
            "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users",
            "constraint-added",
            "orders.user_id",
        ),
        (
            (
                "ALTER TABLE users DROP CONSTRAINT users_st_check;"
                "ALTER TABLE users ADD CONSTRAINT users_st_check CHECK (st IN ('a'))"
            ),
            "constraint-added",
            "users.st",
        ),
        (
            (
                "ALTER TABLE users DROP CONSTRAINT users_st_check;"
                "ALTER TABLE users ADD CONSTRAINT users_st_check CHECK (st IN ('a', 'b') AND st <> 'c')"
            ),
            "constraint-added",
            "users.st",
        ),
        (
            (
                "ALTER TABLE orders RENAME note TO text; ALTER TABLE orders ADD note text"
                " GENERATED ALWAYS AS (upper(text)) STORED"
            ),
            "computed",
            "orders.note",
        ),
    ],
)
def test_what_code_can_no_longer_write(
    connection: "Connection", migration: str, what: str, name: str
) -> None:
    assert broken(connection, migration) == {("writer", what, name)}


@pytest.mark.parametrize(
    "migration",
    [
        "CREATE TABLE other (id int NOT NULL PRIMARY KEY, m mood NOT NULL, u int REFERENCES users)",
        "ALTER TABLE users ADD x int",
        "ALTER TABLE users ADD x int NOT NULL DEFAULT 1",
        "ALTER TABLE users ADD x int GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE users ADD x bigserial",
        "ALTER TABLE users ALTER email DROP NOT NULL",
        "ALTER TABLE users ALTER email TYPE varchar(200)",
        "ALTER TABLE users ALTER email TYPE text",
        "ALTER TABLE users ALTER code TYPE varchar(20)",
        "ALTER TABLE users ALTER code TYPE text",
        "ALTER TABLE users ALTER age TYPE bigint",
        "ALTER TABLE users ALTER amount TYPE numeric(12, 4)",
        "ALTER TABLE users ALTER amount TYPE numeric",
        "ALTER TABLE users ALTER m TYPE text",
        "ALTER TABLE users ALTER p TYPE int",
        "ALTER TYPE mood ADD VALUE 'c'",
        "DROP FUNCTION f; CREATE FUNCTION f(a int, b int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "CREATE UNIQUE INDEX ON users (email, name)",
        "CREATE INDEX ON users (name)",
        "ALTER TABLE orders ADD u int REFERENCES users",
        "ALTER TABLE orders ADD u int, ADD UNIQUE (user_id, u)",
        (
            "CREATE UNIQUE INDEX CONCURRENTLY_LATER ON users (email);"
            "ALTER TABLE users ADD CONSTRAINT k UNIQUE USING INDEX CONCURRENTLY_LATER"
        ),
        (
            "ALTER TABLE users DROP CONSTRAINT users_st_check;"
            "ALTER TABLE users ADD CONSTRAINT users_st_check CHECK (st IN ('a', 'b', 'c'))"
        ),
        (
            "ALTER TABLE users DROP CONSTRAINT users_code_check;"
            "ALTER TABLE users ADD CONSTRAINT users_code_check CHECK (code IN ('x', 'y', 'z'))"
        ),
        "ALTER TABLE users DROP CONSTRAINT users_st_check",
        "ALTER INDEX users_email_key RENAME TO another",
        "ALTER TABLE orders RENAME TO purchases; CREATE VIEW orders AS SELECT * FROM purchases",
        "ALTER TABLE orders RENAME user_id TO old; ALTER TABLE orders ADD user_id bigint",
        "CREATE TABLE parts_2 PARTITION OF parts DEFAULT",
        "ALTER TABLE users RENAME CONSTRAINT users_st_check TO another",
    ],
)
def test_what_breaks_nobody(connection: "Connection", migration: str) -> None:
    assert broken(connection, migration) == set()


def test_a_rule_that_was_refused_before_already_is_nothing_new(connection: "Connection") -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE public.users ADD CONSTRAINT n CHECK (big IS NOT NULL) NOT VALID")
        before = snapshot(connection)
        connection.execute("ALTER TABLE public.users VALIDATE CONSTRAINT n")
        connection.execute("ALTER TABLE public.users ALTER big SET NOT NULL")
        connection.execute("ALTER TABLE public.users DROP CONSTRAINT n")
        found = changes(before, snapshot(connection))
    assert {each.kind for each in found} == {"expand"}


def test_a_view_under_the_old_name_has_to_have_all_columns(connection: "Connection") -> None:
    migration = "ALTER TABLE orders RENAME TO x; CREATE VIEW orders AS SELECT id, note FROM x"
    assert broken(connection, migration) == {("contract", "column-removed", "orders.user_id")}


def test_words_name_both_sides(connection: "Connection") -> None:
    (change,) = differ(connection, "ALTER TABLE users RENAME email TO mail")
    assert change.words == "column `email` of `public.users` becomes `mail`"
    (change,) = differ(connection, "ALTER TABLE users ALTER big TYPE int")
    assert "`bigint` becomes `integer`" in change.words


NAMES = st.sampled_from(["a", "b", "c d", "x"])
OIDS = st.integers(1, 6)
NUMBERS = st.integers(1, 3)
TYPES = st.sampled_from(["integer", "text", "character varying(9)", "numeric(4,2)", "s.e", "broken("])
RELATIONS = st.builds(Relation, OIDS, NAMES, NAMES, st.sampled_from("rpvmfSi"), st.integers(0, 6))
COLUMNS = st.builds(
    Column, OIDS, NUMBERS, NAMES, TYPES, st.booleans(), NAMES, st.booleans(), st.booleans(), OIDS
)
COLUMN_LISTS = st.lists(NUMBERS, max_size=2).map(tuple)
CONSTRAINTS = st.builds(
    Constraint, OIDS, OIDS, NAMES, st.sampled_from("cfpux"), NAMES, st.booleans(), COLUMN_LISTS
)
INDEXES = st.builds(Index, OIDS, OIDS, NAMES, NAMES, st.booleans(), st.booleans(), COLUMN_LISTS)


def keyed(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=5).map(lambda items: {item.oid: item for item in items})


def whole(catalog: Catalog) -> Catalog:
    """Leave out what no server has: a table's second column of a name, what hangs on a table that is not."""
    columns = {(item.table, item.name): item for item in catalog.columns.values()}.values()
    return Catalog(
        catalog.relations,
        {(item.table, item.number): item for item in columns if item.table in catalog.relations},
        {key: item for key, item in catalog.constraints.items() if item.table in catalog.relations},
        {key: item for key, item in catalog.indexes.items() if item.table in catalog.relations},
        catalog.enums,
        catalog.domains,
        catalog.functions,
    )


CATALOGS = st.builds(
    Catalog,
    keyed(RELATIONS),
    st.lists(COLUMNS, max_size=6).map(lambda items: {(item.table, item.number): item for item in items}),
    keyed(CONSTRAINTS),
    keyed(INDEXES),
    keyed(st.builds(Enum, OIDS, NAMES, st.lists(NAMES, unique=True).map(tuple))),
    keyed(st.builds(Domain, OIDS, NAMES, TYPES, OIDS, st.booleans(), st.frozensets(NAMES))),
    keyed(st.builds(Function, OIDS, NAMES, NAMES, st.lists(OIDS, max_size=2).map(tuple), st.integers(0, 2))),
).map(whole)


@given(CATALOGS, CATALOGS)
def test_any_two_catalogs_can_be_compared(before: Catalog, after: Catalog) -> None:
    found = changes(before, after)
    assert list(found) == sorted(found, key=lambda change: (change.identity, change.words))
    assert changes(after, before) is not None


@given(CATALOGS)
def test_a_catalog_does_not_differ_from_itself(catalog: Catalog) -> None:
    assert changes(catalog, catalog) == ()
