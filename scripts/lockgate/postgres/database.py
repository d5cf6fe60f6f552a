"""A database of a server, and how it is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from lockgate.errors import ToolError

Reach = Mapping[str, Any]
# What libpq would otherwise take from the variables PGOPTIONS, PGSSLMODE, … of whoever runs us.
_PLAIN: Reach = {"options": "", "gssencmode": "disable", "client_encoding": "UTF8"}
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Database:
    """Name a database; `url` is what DATABASE_URL gets, with a password where it needs one."""

    name: str
    url: str = field(repr=False)
    app: Reach = field(repr=False)
    superuser: Reach = field(repr=False)

    def connect(self, *, superuser: bool = False) -> psycopg.Connection[TupleRow]:
        """Connect in autocommit mode, as the role that owns the database or as superuser.

        Raise ToolError when the server is gone.
        """
        return connect(self.superuser if superuser else self.app, self.name)


def connect(reach: Reach, database: str) -> psycopg.Connection[TupleRow]:
    """Connect in autocommit mode; raise ToolError when that cannot be."""
    try:
        return psycopg.Connection.connect(
            **{**_PLAIN, **reach, "dbname": database, "connect_timeout": _SECONDS}, autocommit=True
        )
    except psycopg.Error as error:
        raise trouble(error) from error


def extend(database: Database, extensions: Sequence[str]) -> None:
    """Make extensions as superuser, with those that they need."""
    statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE")
    if extensions:
        with database.connect(superuser=True) as connection:
            for name in extensions:
                try:
                    connection.execute(statement.format(sql.Identifier(name)))
                except psycopg.Error as error:
                    raise ToolError(
                        f"the extension {name!r} cannot be made: {' '.join(str(error).split())}",
                        cause="a library that it stands on is not on this machine",
                        todo="install it, or give a `database-url` to a server that has the extension",
                    ) from error


def trouble(error: Exception) -> ToolError:
    """Say that the server does not do what it is there for."""
    return ToolError(
        f"the server did not do what it was asked for: {' '.join(str(error).split())}",
        cause="it has died, or the disk is full",
        todo="try again, with more space in the folder for temporary files",
    )
