"""Find a table's or a column's name in a text that may be SQL."""

import re
from functools import cache

_SQL = re.compile(
    r"\b(?:select|insert\s+into|update|delete\s+from|from|where|join|returning|alter\s+table|order\s+by)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:select|insert|delete|merge|alter|create|drop|update\b.*\bset)\b", re.IGNORECASE | re.DOTALL
)
_BEFORE = r"(from|join|into|update|table|truncate|only|using|references|copy|view|exists)"
LONGEST = 100_000


def names_table(text: str, table: str) -> bool:
    """Say whether a text is SQL that has the table where SQL has one: behind FROM, INTO, UPDATE, …

    What is written small has to have a verb of SQL, too: English says "from users" as well.
    """
    if len(text) > LONGEST or table.lower() not in text.lower():
        return False
    return any(match[1].isupper() or _VERB.search(text) for match in _table(table).finditer(text))


def names_column(text: str, table: str, column: str, *, alone: bool = False) -> bool:
    """Say whether a text is SQL about the table, or (`alone`) any SQL, and has the column's name in it."""
    if len(text) > LONGEST or column not in text or not _word(column).search(text):
        return False
    return names_table(text, table) or (alone and bool(_SQL.search(text)))


def calls(text: str, function: str) -> bool:
    """Say whether a text is SQL that calls a function."""
    return function in text and bool(re.search(rf'(?<!\w){re.escape(function)}"?\s{{0,9}}\(', text))


def mentions(text: str, word: str) -> bool:
    """Say whether a text is SQL that has a word."""
    return word in text and bool(_word(word).search(text)) and bool(_SQL.search(text) or "::" in text)


@cache
def _table(name: str) -> re.Pattern[str]:
    behind = rf'(?:only\s+)?(?:"?\w+"?\.)?"?{re.escape(name)}(?!\w)'
    return re.compile(rf"\b{_BEFORE}\s+(?:exists\s+)?{behind}", re.IGNORECASE)


@cache
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
