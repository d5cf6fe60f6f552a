from urllib.parse import quote

import psycopg
import pytest

from lockgate.errors import InputError, ToolError
from lockgate.postgres.given import given


@pytest.fixture
def url(server):
    """Be the URL of a caller's server: ours, as superuser."""
    database = server.create("callers")
    secret = quote(database.superuser["password"])
    yield database.url.replace("app@", f"lockgate:{secret}@")
    server.drop("callers")


def names(url, query="SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles"):
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute(query)}


def test_databases_are_made_and_removed_in_the_end(url, server):
    before = names(url)
    with given(url) as callers:
        base = callers.create("base", extensions=frozenset({"dblink", "hstore"}))
        assert base.name.startswith("lockgate_")
        with base.connect() as connection:
            connection.execute("CREATE TABLE t (i int); CREATE EXTENSION hstore")
            assert connection.execute(
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (False,)
            connection.execute('CREATE DATABASE "shadow of a tool"')
        copy = callers.create("copy", "base")
        other = callers.create("other", base.name)
        assert len({base.name, copy.name, other.name}) == 3
        assert names(copy.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == {"t"}
        with other.connect(superuser=True) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("lockgate",)
        callers.drop("copy")
        assert copy.name not in names(url)
        callers.drop("callers")
        assert (callers.source, callers.version) == ("given", server.version)
        assert callers.entries() == []
    assert names(url) == before


def fail_with(url):
    with given(url) as callers:
        callers.create("base").connect()
        raise ZeroDivisionError


def test_they_are_removed_after_an_error_too(url):
    before = names(url)
    with pytest.raises(ZeroDivisionError):
        fail_with(url)
    assert names(url) == before


def test_another_user_is_refused(url):
    with (
        pytest.raises(InputError, match="is no superuser"),
        given(f"postgresql://app@{url.partition('@')[2]}"),
    ):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@db.example.org/app",
        "postgresql://u:geheim@10.0.0.1/app",
        "postgresql://u:geheim@127.0.0.1.example.org/app",
        "postgresql://u:geheim@localhost.example.org/app",
        "postgresql://u:geheim@0.0.0.0/app",
        "postgresql://u:geheim@[::]/app",
        "postgresql://u:geheim@[2001:db8::1]/app",
        "postgresql://u:geheim@localhost/app?hostaddr=10.0.0.1",
        "postgresql://u:geheim@localhost/app?host=db.example.org",
        "host=2130706433 user=u password=geheim",
    ],
)
def test_another_machine_is_refused(url):
    with pytest.raises(InputError, match="leads to another machine") as caught, given(url):
        pass
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql://u:geheim@/app",
        "postgresql://localhost/app",
        "postgresql://u:geheim@localhost,db.example.org/app",
        "postgresql://u:geheim@localhost/app?service=production",
        "postgresql://u:geheim@localhost/app?options=-cx",
        "postgresql://u:geheim@localhost/app?passfile=/x",
        "mysql://u:geheim@localhost/app",
        "postgresql+psycopg://u:geheim@localhost/app",
        "u:geheim@localhost",
        "postgresql://u:geheim@localhost:port:x/app",
    ],
)
def test_a_url_that_is_none_is_refused_and_not_shown(url):
    with pytest.raises(InputError) as caught, given(url):
        pass
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("place", ["127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1"])
def test_this_machine_is_reached_or_not_but_never_refused(place):
    with pytest.raises(ToolError) as caught, given(f"postgresql://u:geheim@{place}/app"):
        pass
    assert "geheim" not in str(caught.value)


def test_another_machine_may_be_allowed():
    with pytest.raises(ToolError), given("postgresql://u:geheim@192.0.2.1.invalid:1/app", remote=True):
        pass


def test_the_url_for_a_tool_is_not_shown(url):
    with given(url) as callers:
        database = callers.create("one")
        assert names(database.url, "SELECT current_database()") == {database.name}
        assert database.url not in repr(database)
        assert str(database.app["password"]) not in repr(database)
