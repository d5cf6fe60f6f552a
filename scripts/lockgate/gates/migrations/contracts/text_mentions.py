"""Find where code that no parser is at hand for means a table or a column: by its words and its strings."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.gates.migrations.contracts import sql_words
from lockgate.gates.migrations.contracts.wanted import CERTAIN, NEAR, RARE, Names, forms

# Each alternative eats what it can and gives nothing back: a hostile text is gone through once.
_BLOCK = r"/\*(?:(?!\*/).)*+(?:\*/)?"
_DOUBLE = r'"(?P<double>(?:\\.|[^"\\\n])*+)"?'
_BACK = r"`(?P<back>(?:\\.|[^`\\])*+)`?"
_SINGLE = r"'(?P<single>(?:\\.|[^'\\\n])*+)'?"
_LETTER = r"'(?P<single>\\.|[^'\\\n])'"
_WORD = r"(?P<word>[A-Za-z_$][\w$]*+)(?=\s*(?P<next>[,:}=)\];?!.(])|)"
_JOINT = re.compile(r"\s*(?:\(\s*\)|\[\w*\])?[!?]?\s*(?:\.|->|::)\s*")
_WIDEST = 40
_SLASHES = re.compile(rf"//[^\n]*+|{_BLOCK}|{_DOUBLE}|{_BACK}|{_SINGLE}|{_WORD}", re.DOTALL)
_LETTERS = re.compile(rf"//[^\n]*+|{_BLOCK}|{_DOUBLE}|{_BACK}|{_LETTER}|{_WORD}", re.DOTALL)
_HASHES = re.compile(rf"#[^\n]*+|{_DOUBLE}|{_BACK}|{_SINGLE}|{_WORD}", re.DOTALL)
_SQL_NOISE = re.compile(rf"--[^\n]*+|{_BLOCK}|'(?:[^']|'')*+'?", re.DOTALL)
_IN_PAGES = re.compile(r"\{\{(?:(?!\}\}).)*+|\{%(?:(?!%\}).)*+|<%(?:(?!%>).)*+", re.DOTALL)
_PAGES = ("html", "htm", "jinja", "jinja2", "j2", "djhtml", "erb", "ejs", "hbs")
_SCRIPTS = ("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "php", "dart")
_WITH_LETTERS = ("go", "rs", "java", "kt", "kts", "scala", "cs")
SUFFIXES = frozenset((*_PAGES, *_SCRIPTS, *_WITH_LETTERS, "py", "rb", "ex", "exs", "sql", "prisma"))


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    on: str = ""
    is_string: bool = False
    ends: bool = True


class TextFile:
    """Hold a file's words and strings, without its comments."""

    def __init__(self, suffix: str, text: str) -> None:
        self._is_page = suffix in _PAGES
        self._is_script = suffix in _SCRIPTS
        self._words = list(_statements(text) if suffix == "sql" else _lexed(suffix, text))

    def uses(self, names: Names) -> Iterator[tuple[int, int]]:
        """Give rank and line of each place."""
        kind, name = names.wanted.kind, names.wanted.name
        near = kind != "table" and any(self._is_owner(word, names) for word in self._words)
        for word in self._words:
            if kind == "table":
                rank = CERTAIN if self._is_owner(word, names) else None
            elif kind in {"column", "value"}:
                rank = self._column(word, names, near)
            elif kind == "function":
                called = word.is_string and (word.text == name or sql_words.calls(word.text, name))
                rank = CERTAIN if called else None
            else:
                rank = CERTAIN if word.is_string and sql_words.mentions(word.text, name) else None
            if rank is not None:
                yield rank, word.line

    def _is_owner(self, word: _Word, names: Names) -> bool:
        if word.is_string:
            exact = word.text.rpartition(".")[2] == names.table and not (
                names.is_known and "_" not in names.table
            )
            return exact or sql_words.names_table(word.text, names.table)
        if names.clients and self._is_script:
            accessors = {client[:1].lower() + client[1:] for client in names.clients}
            return (bool(word.on) and word.text in accessors) or word.text in names.clients
        guessed = names.means_table(word.text) and (word.text[:1].isupper() or word.text == names.table)
        return not names.is_known and guessed and not self._is_page

    def _column(self, word: _Word, names: Names, near: bool) -> int | None:
        name, rare = names.wanted.name, names.wanted.is_rare
        if word.is_string and sql_words.names_column(word.text, names.table, name, alone=rare):
            return CERTAIN if sql_words.names_table(word.text, names.table) else RARE
        if not self._speaks(names) or word.text not in self._fields(names):
            return None
        if word.is_string:
            return NEAR if near else RARE if rare else None
        if word.on and names.means_table(word.on):
            return CERTAIN
        if near and not self._is_page and word.ends and (not word.on or word.on in {"this", "self", "row"}):
            return NEAR
        return RARE if rare and (word.on or word.ends) else None

    def _speaks(self, names: Names) -> bool:
        """Say whether code in such a file gets at the table other than by SQL."""
        if self._is_page:
            return bool(names.models) or not names.is_known
        return not names.is_known or (bool(names.clients) and self._is_script)

    def _fields(self, names: Names) -> frozenset[str]:
        if self._is_page:
            return names.attributes if names.models else forms(names.wanted.name)
        if names.wanted.kind == "value":
            return frozenset({names.wanted.name})
        return names.fields or (frozenset() if names.clients else forms(names.wanted.name))


def _lexed(suffix: str, text: str) -> Iterator[_Word]:
    tokens = _SLASHES if suffix in _SCRIPTS else _LETTERS if suffix in _WITH_LETTERS else _HASHES
    ends = [match.start() for match in re.finditer("\n", text)]
    pieces = _IN_PAGES.finditer(text) if suffix in _PAGES else (re.compile(".*", re.DOTALL).match(text),)
    for piece in filter(None, pieces):
        last, behind = "", 0
        for match in tokens.finditer(text, piece.start(), piece.end()):
            string = match["double"] or match["back"] or match["single"]
            if string is not None:
                yield _Word(string, bisect_left(ends, match.start()) + 1, is_string=True)
            elif word := match["word"]:
                between = text[behind : match.start()] if match.start() - behind < _WIDEST else ""
                on = last if _JOINT.fullmatch(between) else ""
                last, behind = word, match.end()
                yield _Word(word, bisect_left(ends, match.start()) + 1, on, ends=match["next"] is not None)


def _statements(text: str) -> Iterator[_Word]:
    """Give each statement of SQL as one string, without comments and values."""
    bare = _SQL_NOISE.sub(lambda match: re.sub(r"[^\n']", " ", match[0]), text)
    line = 1
    for statement in bare.split(";"):
        start = len(statement) - len(statement.lstrip())
        yield _Word(statement, line + statement.count("\n", 0, start), is_string=True)
        line += statement.count("\n")
