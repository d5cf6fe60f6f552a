"""Goose: both ways in one file, marked by comments; each statement is sent by itself."""

import re

from lockgate.gates.migrations.kinds.sql_text import Read, Sql, blank, file_name, migration, sql_of, text_of
from lockgate.gates.migrations.model import Failure, Migration, Statement

_MARK = re.compile(r"^--[ \t]*\+goose[ \t]+(.*?)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_NO_UP = Failure("goose wants a line `-- +goose Up` before the first statement", 1)


def is_marked(text: str) -> bool:
    """Say whether a file is one of goose's."""
    return any(mark[1].lower() == "up" for mark in _MARK.finditer(text))


def read_one(path: str, read: Read) -> Migration:
    """Read a file."""
    name = file_name(path).removesuffix(".sql")
    text = text_of(path, read)
    if text is None:
        return migration(name, path, sql_of(None), atomic=True)
    marks = [(mark[1].lower(), mark.start()) for mark in _MARK.finditer(text)]
    ups = [start for word, start in marks if word == "up"]
    downs = [start for word, start in marks if word == "down"]
    end = downs[0] if downs else len(text)
    if not ups or ups[0] > end:
        return migration(name, path, Sql(refused=_NO_UP), atomic=True)
    blocks = _blocks(text, marks)
    up = _whole(sql_of(blank(text, ups[0], end)), blocks)
    down = _whole(sql_of(blank(text, end, len(text))), blocks) if downs else None
    return migration(name, path, up, down, atomic=not any(word == "no transaction" for word, _ in marks))


def _blocks(text: str, marks: list[tuple[str, int]]) -> list[range]:
    """Give the lines that stand between `StatementBegin` and `StatementEnd`."""
    found, begin = [], 0
    for word, start in marks:
        line = text.count("\n", 0, start) + 1
        if word == "statementbegin":
            begin = line
        elif word == "statementend" and begin:
            found.append(range(begin, line + 1))
    return found


def _whole(sql: Sql, blocks: list[range]) -> Sql:
    """Refuse what goose would cut apart: outside of a block each line that ends with `;` ends a statement."""
    for statement in sql.statements:
        if (line := _cut(statement)) and not any(line in block for block in blocks):
            words = "goose ends the statement at this `;`: put StatementBegin and StatementEnd around it"
            return Sql(refused=Failure(words, line))
    return sql


def _cut(statement: Statement) -> int:
    lines = statement.text.split("\n")[:-1]
    ends = (number for number, line in enumerate(lines) if line.partition(" --")[0].rstrip().endswith(";"))
    return statement.line + first if (first := next(ends, -1)) >= 0 else 0
