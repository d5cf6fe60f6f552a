import os
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from lockgate.errors import ToolError
from lockgate.postgres.server import serve
from postgres_server import any_programs


@pytest.fixture
def database(server, request):
    yield server.create(request.node.name)
    server.drop(request.node.name)


def rows(database, *statements, superuser=False):
    """Give what the last of some statements gives."""
    with database.connect(superuser=superuser) as connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        return connection.execute(statements[-1]).fetchall()


def test_a_database_belongs_to_a_role_that_is_no_superuser(database):
    role = "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert rows(database, role) == [("app", False, True, True)]
    assert [each[:2] for each in rows(database, role, superuser=True)] == [("lockgate", True)]
    owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 't'"
    assert rows(database, "CREATE TABLE t (i int)", owner) == [("app",)]


def test_any_client_gets_in_by_the_url_alone(database):
    with psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (
            "app",
            database.name,
        )


def test_the_superuser_is_behind_a_password_that_is_not_shown(database):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(database.url.replace("app@", "lockgate@"))
    assert database.superuser["password"] not in repr(database)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY pg_class FROM PROGRAM 'id'",
        "COPY pg_class TO '/tmp/x'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'abort'",
        "SET log_statement = none",
        "ALTER SYSTEM SET fsync = on",
        "ALTER ROLE app SUPERUSER",
        "SET ROLE lockgate",
    ],
)
def test_the_role_may_do_nothing_outside(server, statement):
    with (
        closing(server.create("outside").connect()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
    server.drop("outside")


def test_the_servers_settings(database):
    names = (
        "fsync",
        "timezone",
        "listen_addresses",
        "autovacuum",
        "jit",
        "lock_timeout",
        "statement_timeout",
    )
    settings = [rows(database, f"SHOW {name}")[0][0] for name in names]
    assert settings == ["off", "UTC", "", "off", "off", "0", "0"]


def test_a_copy_has_what_its_template_has(server, database):
    rows(database, "CREATE TABLE t (i int)", "SELECT 1")
    copy = server.create('a "copy" %?', database.name)
    assert rows(copy, "SELECT count(*) FROM t") == [(0,)]
    with psycopg.connect(copy.url) as connection:
        assert connection.info.dbname == 'a "copy" %?'
    server.drop(copy.name)
    server.drop(copy.name)
    with pytest.raises(ToolError):
        copy.connect()


def test_a_database_that_is_there_cannot_be_made_again(server, database):
    with pytest.raises(ToolError, match="already exists"):
        server.create(database.name)


def test_what_the_role_does_is_logged_and_what_we_do_is_not(server, database):
    server.entries()
    with database.connect() as connection, connection.transaction():
        connection.execute("SELECT 1\n;SELECT 2")
        connection.execute("DO $$ BEGIN RAISE LOG 'lockgate %', E'{}\\n\x1e'; END $$")
        with pytest.raises(psycopg.errors.UndefinedTable), connection.transaction():
            connection.execute("SELECT * FROM nowhere")
        pid = connection.info.backend_pid
    rows(database, "SELECT 'ours'", superuser=True)
    entries = [entry for entry in server.entries() if entry.database == database.name]
    assert {entry.pid for entry in entries} == {pid}
    told = [(entry.level, entry.state, entry.message) for entry in entries]
    assert [each for each in told if '"_pg3' not in each[2]] == [
        ("LOG", "00000", "statement: BEGIN"),
        ("LOG", "00000", "statement: SELECT 1\n;SELECT 2"),
        ("LOG", "00000", "statement: DO $$ BEGIN RAISE LOG 'lockgate %', E'{}\\n\x1e'; END $$"),
        ("LOG", "00000", "lockgate {}\n\x1e"),
        ("CONTEXT", "00000", "PL/pgSQL function inline_code_block line 1 at RAISE"),
        ("LOG", "00000", "statement: SELECT * FROM nowhere"),
        ("ERROR", "42P01", 'relation "nowhere" does not exist at character 15'),
        ("LOG", "00000", "statement: COMMIT"),
    ]  # fmt: skip
    assert len({entry.transaction for entry in entries}) == 1
    assert server.entries() == []


def test_an_extension_that_only_a_superuser_may_make_is_there_before(server):
    both = server.create("extended", extensions=frozenset({"dblink", "hstore"}))
    assert rows(both, "SELECT extname FROM pg_extension ORDER BY 1") == [("dblink",), ("plpgsql",)]
    rows(both, "CREATE EXTENSION hstore", "CREATE EXTENSION IF NOT EXISTS dblink", "SELECT 1")
    server.drop(both.name)


def test_an_extension_that_is_not_there_is_an_error(server):
    with pytest.raises(ToolError, match="novel"):
        server.create("unextended", extensions=frozenset({"novel"}))
    server.drop("unextended")


def test_variables_of_the_caller_change_nothing(database, monkeypatch):
    for name, value in {
        "PGOPTIONS": "-c jit=on",
        "PGHOST": "nowhere",
        "PGUSER": "x",
        "PGSSLMODE": "require",
    }.items():
        monkeypatch.setenv(name, value)
    assert rows(database, "SHOW jit") == [("off",)]


def test_what_was_kept_is_there_again(tmp_path):
    place = tmp_path / "kept" / "key"
    with serve(any_programs(), place) as server:
        rows(server.create("base"), "CREATE TABLE t (i int)", "SELECT 1")
        assert not server.restored
        server.keep(place)
        assert rows(server.database("base"), "SELECT count(*) FROM t") == [(0,)]
    with serve(any_programs(), place) as server:
        assert server.restored
        assert rows(server.create("copy", "base"), "SELECT count(*) FROM t") == [(0,)]
        server.keep(place)  # another run was faster
    assert sorted(path.name for path in place.parent.iterdir()) == ["key"]
    control = place / "data" / "base" / "1" / "1259"
    control.write_bytes(b"\0" * control.stat().st_size)
    with serve(any_programs(), place) as server:
        assert not server.restored
        assert not place.exists()


@pytest.mark.full
def test_what_another_version_kept_is_not_used(tmp_path):
    programs = any_programs()
    with serve(programs) as server:
        server.keep(tmp_path / "key")
    with serve(replace(programs, version="99.1"), tmp_path / "key") as server:
        assert not server.restored
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_five_are_kept(tmp_path):
    with serve(any_programs()) as server:
        for number in range(7):
            server.keep(tmp_path / f"key{number}")
            os.utime(tmp_path / f"key{number}", (number, number))
        server.keep(tmp_path / "last")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key3", "key4", "key5", "key6", "last"]
