"""Make a migration of a file's text, whatever is in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from lockgate.gates.migrations.model import Failure, Migration, Statement
from lockgate.gates.migrations.sessions.statements import SqlError, split

Read = Callable[[str], bytes | None]
"""Give a file's bytes by its path from the repository's top; None when it is not there."""
_MANY = 100_000


@dataclass(frozen=True, slots=True)
class Sql:
    """Hold a file's statements, or why it has none that can be applied."""

    statements: tuple[Statement, ...] = ()
    refused: Failure | None = None


def text_of(path: str, read: Read) -> str | None:
    """Read a file; bytes that are no UTF-8 stay as they are, for the server to refuse."""
    data = read(path)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def sql_of(text: str | None) -> Sql:
    """Cut a text into statements."""
    if text is None:
        return Sql(refused=Failure("the file cannot be read"))
    try:
        statements = split(text)
    except SqlError as error:
        return Sql(refused=Failure(error.what, error.line, "42601"))
    if len(statements) > _MANY:
        return Sql(refused=Failure(f"more than {_MANY:,} statements in one file"))
    return Sql(statements)


def blank(text: str, start: int, end: int) -> str:
    """Give a part of a text, with as many lines before it as there are in the whole text."""
    return "\n" * text.count("\n", 0, start) + text[start:end]


def migration(
    name: str, path: str, up: Sql, down: Sql | None = None, *, atomic: bool, whole: bool = False
) -> Migration:
    """Put a migration together. A way back that cannot be read is one whose statement the server refuses."""
    back = None
    if down is not None:
        fault = down.refused
        back = (Statement("'", fault.line, fault.line),) if fault else down.statements
    return Migration(name, path, up.statements, back, atomic=atomic, whole=whole, refused=up.refused)


def one_query(name: str, path: str, up: Sql, down: Sql | None = None) -> Migration:
    """Make one whose tool sends the file as one query: a transaction where there are several statements."""
    return migration(name, path, up, down, atomic=len(up.statements) > 1, whole=True)


def file_name(path: str) -> str:
    """Give a path's last part."""
    return PurePosixPath(path).name
