"""The caller's own server, in databases of ours that are removed in the end."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from urllib.parse import quote

import psycopg
from psycopg import conninfo, sql
from psycopg.rows import TupleRow

from lockgate.errors import InputError, ToolError
from lockgate.postgres.database import Database, Reach, connect, extend, trouble
from lockgate.postgres.log import Entry
from lockgate.postgres.server import Server
from lockgate.process.children import at_end

_KNOWN = frozenset({"host", "hostaddr", "port", "user", "password", "dbname", "sslmode"})


class Given:
    """Hold the caller's server. It is used as `Server` is; what it logs is not ours to read.

    The databases have random names, and belong to a role with a random name that may make databases.
    """

    source = "given"
    restored = False

    def __init__(self, reach: Reach, admin: psycopg.Connection[TupleRow], role: str) -> None:
        number = admin.info.server_version
        self.version = f"{number // 10000}.{number % 10000}"
        self._superuser = reach
        self._admin = admin
        self._app: Reach = {**reach, "user": role, "password": secrets.token_urlsafe(24)}
        self._names: dict[str, str] = {}

    def create(self, name: str, template: str = "", extensions: frozenset[str] = frozenset()) -> Database:
        """Make a database, empty or as a copy of one that was made here; its own name is another one."""
        real = f"lockgate_{secrets.token_hex(8)}"
        source = self._names.get(template, template) or "template1"
        self._run("CREATE DATABASE {} OWNER {} TEMPLATE {}", real, str(self._app["user"]), source)
        self._names[name] = self._names[real] = real
        database = self.database(name)
        if template:  # a copy has its owner, or has lost that schema
            return database
        with database.connect(superuser=True) as connection:
            owner = sql.Identifier(str(self._app["user"]))
            connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
        extend(database, self._untrusted(extensions))
        return database

    def database(self, name: str) -> Database:
        """Give a database that was made here."""
        real = self._names[name]
        return Database(real, self._url(real), self._app, self._superuser)

    def drop(self, name: str) -> None:
        """Remove a database that was made here, whoever uses it."""
        if name in self._names:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._names[name])

    def entries(self) -> list[Entry]:
        """Give nothing."""
        return []

    def set_up(self) -> None:
        """Make the role."""
        role, password = str(self._app["user"]), str(self._app["password"])
        self._run("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}", role, sql.Literal(password))

    def shut_out(self) -> None:
        """End what our role does, and let it do nothing more."""
        role = str(self._app["user"])
        with (
            suppress(psycopg.Error, ToolError),
            connect(self._superuser, str(self._superuser["dbname"])) as own,
        ):
            own.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
            own.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [role])

    def close(self) -> None:
        """Remove the databases, those too that were made as our role, and the role."""
        role = str(self._app["user"])
        with suppress(psycopg.Error, ToolError):
            owned = self._admin.execute(
                "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE rolname = %s",
                (role,),
            )
            for (name,) in owned.fetchall():
                self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", str(name))
            self._run("DROP ROLE IF EXISTS {}", role)
        self._admin.close()

    def _untrusted(self, extensions: frozenset[str]) -> list[str]:
        query = (
            "SELECT DISTINCT name FROM pg_available_extension_versions WHERE name = ANY(%s) AND NOT trusted"
        )
        try:
            rows = self._admin.execute(query, (sorted(extensions),)).fetchall()
        except psycopg.Error as error:
            raise trouble(error) from error
        return sorted(str(name) for (name,) in rows)

    def _url(self, name: str) -> str:
        host, port = str(self._app.get("hostaddr") or self._app["host"]), str(self._app.get("port", 5432))
        login = f"{self._app['user']}:{self._app['password']}"
        if host.startswith("/"):
            return f"postgresql://{login}@/{name}?host={quote(host, safe='/')}&port={port}"
        place = f"[{host}]" if ":" in host else host
        mode = f"?sslmode={self._app['sslmode']}" if "sslmode" in self._app else ""
        return f"postgresql://{login}@{place}:{port}/{name}{mode}"

    def _run(self, statement: str, *names: str | sql.Literal) -> None:
        parts = [sql.Identifier(name) if isinstance(name, str) else name for name in names]
        try:
            self._admin.execute(sql.SQL(statement).format(*parts))
        except psycopg.Error as error:
            raise trouble(error) from error


AnyServer = Server | Given


@contextmanager
def given(url: str, *, remote: bool = False) -> Iterator[Given]:
    """Use the caller's server as long as the context lasts; leave nothing in it.

    Raise InputError for a URL that leads to another machine and may not be `remote`, or whose
    user is no superuser, and ToolError when the server cannot be reached. Neither shows the URL.
    """
    reach = _reach(url, remote=remote)
    with _admin(reach) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            raise InputError(
                "the user of `database-url` is no superuser",
                cause="what a migration locks can be recorded by a superuser alone",
                todo="name the superuser of a throw-away server, such as `postgres` of a service container",
            )
        server = Given(reach, admin, f"lockgate_{secrets.token_hex(8)}")
        try:
            server.set_up()
            with at_end(server.shut_out):
                yield server
        finally:
            server.close()


def _admin(reach: Reach) -> psycopg.Connection[TupleRow]:
    try:
        return connect(reach, str(reach["dbname"]))
    except ToolError as error:
        raise ToolError(
            f"`database-url` cannot be reached: {error.what}",
            cause="the server is not running, or user and password are wrong",
            todo="start it before this gate runs, and try the URL with psql",
        ) from error


def _reach(url: str, *, remote: bool) -> Reach:
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise _wrong("is no URL such as postgresql://user:password@localhost:5432/name") from None
    named = {name: str(value) for name, value in parts.items() if value is not None}
    if unknown := sorted(named.keys() - _KNOWN):
        raise _wrong(f"has parameters that are not taken: {', '.join(unknown)}")
    hosts = [named[name] for name in ("host", "hostaddr") if named.get(name)]
    if not hosts or not named.get("user") or any("," in host for host in hosts):
        raise _wrong("does not name one host and a user")
    if not named.get("port", "5432").isdecimal():
        raise _wrong("has a port that is no number")
    if not remote and not _is_near(hosts):
        raise InputError(
            "`database-url` leads to another machine, or may do so",
            cause="migrations are applied there, and a mistake in the URL could reach production",
            todo="use a socket's folder, localhost or 127.0.0.1; or set `remote-database` to `allow`",
        )
    return {"dbname": "postgres", "port": "5432", **named}


def _is_near(hosts: Sequence[str]) -> bool:
    """Say whether all hosts are on this machine, by what they say; no name is resolved."""
    for host in hosts:
        if host.startswith(("/", "@")) or host == "localhost":
            continue
        try:
            if not ip_address(host).is_loopback:
                return False
        except ValueError:
            return False
    return True


def _wrong(what: str) -> InputError:
    return InputError(
        f"`database-url` {what}",
        cause="it is mistyped, or made for one driver alone",
        todo="write postgresql://user:password@localhost:5432/name",
    )
