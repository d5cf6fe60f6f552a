"""dbmate: both ways in one file, marked by comments; each way is sent as one query."""

import re

from lockgate.gates.migrations.kinds.sql_text import Read, Sql, blank, file_name, migration, one_query, sql_of
from lockgate.gates.migrations.kinds.sql_text import text_of as _text_of
from lockgate.gates.migrations.model import Failure, Migration

_UP = re.compile(r"^--\s*migrate:up(?:[ \t]+(?P<options>[^\n]*))?\s*?$", re.MULTILINE)
_DOWN = re.compile(r"^--\s*migrate:down\b", re.MULTILINE)
_NO_UP = Failure("dbmate wants a line `-- migrate:up` before the first statement", 1)


def is_marked(text: str) -> bool:
    """Say whether a file is one of dbmate's."""
    return bool(_UP.search(text))


def read_one(path: str, read: Read) -> Migration:
    """Read a file."""
    name = file_name(path).removesuffix(".sql")
    text = _text_of(path, read)
    if text is None:
        return migration(name, path, sql_of(None), atomic=True)
    up, down = _UP.search(text), _DOWN.search(text)
    end = down.start() if down else len(text)
    if not up or up.start() > end or sql_of(text[: up.start()]).statements:
        return migration(name, path, Sql(refused=_NO_UP), atomic=True)
    forth = sql_of(blank(text, up.start(), end))
    back = sql_of(blank(text, end, len(text))) if down else None
    if "transaction:false" in (up["options"] or "").split():
        return one_query(name, path, forth, back)
    return migration(name, path, forth, back, atomic=True, whole=True)
