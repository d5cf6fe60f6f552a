"""Cut SQL text into statements, as PostgreSQL's own reader does (scan.l, psqlscan.l)."""

import re

from lockgate.gates.migrations.model import Statement

# No re.IGNORECASE over these ranges: it would look at each character of Unicode when it is compiled.
_FIRST, _NEXT, _TAG = (rf"[A-Za-z_{more}\x80-\U0010ffff]" for more in ("", "0-9$", "0-9"))
_BLANK = " \t\n\r\f\v"
_REMARK = r"--[^\n\r]*+"

# All that cannot end a statement is eaten in one `plain` piece, by possessive quantifiers: linear time.
_TOKEN = re.compile(
    rf"""
    (?P<plain> (?:
        (?! [eE]' | (?i:begin|case|end)(?!{_NEXT}) ) {_FIRST} {_NEXT}*+
      | ' [^']*+ (?: '' [^']*+ )*+ '
      | " [^"]*+ (?: "" [^"]*+ )*+ "
      | [^A-Za-z_\x80-\U0010ffff'"$;()/-]
      | /(?!\*) | -(?!-)
      | \$ (?! (?: {_FIRST} {_TAG}*+ )? \$ )
    )++ )
  | (?P<word> (?i:begin|case|end) )
  | (?P<open> \( ) | (?P<close> \) ) | (?P<end> ; )
  | (?P<escaped> [eE] ' (?: [^'\\] | \\. | '' )*+ '
      (?: (?: [ \t\f\v] | {_REMARK} )*+ [\n\r] (?: [ \t\n\r\f\v] | {_REMARK}[\n\r] )*+
          ' (?: [^'\\] | \\. | '' )*+ ' )*+ )
  | (?P<dollar> \$ (?: {_FIRST} {_TAG}*+ )? \$ )
  | (?P<remark> {_REMARK} )
  | (?P<comment> /\* )
    """,
    re.VERBOSE | re.DOTALL,
)
_EDGE = re.compile(r"/\*|\*/")
_GAP = rf"(?: [ \t\n\r\f\v] | {_REMARK} | /\* (?: [^*] | \*(?!/) )*+ \*/ )"
_WORDS = re.compile(rf"( [A-Za-z_]++ ) {_GAP}*+", re.VERBOSE)
_ROUTINE = re.compile(
    rf"(?i:create) {_GAP}++ (?: (?i:or) {_GAP}++ (?i:replace) {_GAP}++ )? (?i:function|procedure)(?!{_NEXT})",
    re.VERBOSE,
)
_PASSED_OVER = frozenset({
    "GLOBAL", "LOCAL", "OR", "PROCEDURAL", "RECURSIVE", "REPLACE", "TEMP", "TEMPORARY", "TRUSTED", "UNIQUE",
    "UNLOGGED",
})  # fmt: skip
_LONE = frozenset({
    "ABORT", "ANALYZE", "BEGIN", "CALL", "CHECKPOINT", "CLUSTER", "COMMIT", "COPY", "DELETE", "DO",
    "END", "EXECUTE", "EXPLAIN", "INSERT", "LOCK", "MERGE", "RELEASE", "ROLLBACK", "SAVEPOINT",
    "SELECT", "SET", "TABLE", "TRUNCATE", "UPDATE", "VACUUM", "VALUES", "WITH",
})  # fmt: skip
_COPY_IN = re.compile(r"copy\b[^;]*\sfrom\s+stdin\b", re.IGNORECASE)
_DATA_END = re.compile(r"^\\\.\r?$", re.MULTILINE)
OUTSIDE = re.compile(
    r"(?:CREATE|DROP) INDEX CONCURRENTLY|REINDEX (?:\w+ )?CONCURRENTLY|REINDEX (?:DATABASE|SYSTEM)|VACUUM"
    r"|ALTER SYSTEM|(?:CREATE|DROP) (?:DATABASE|TABLESPACE|SUBSCRIPTION)"
)
"""Kinds of statements that PostgreSQL refuses in a transaction."""


class SqlError(ValueError):
    """Report SQL text that has no end: what is open, and the line where it began, counted from 1."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(f"{what}, line {line}")
        self.what = what
        self.line = line


def split(text: str) -> tuple[Statement, ...]:
    """Give the statements of a text, without what stands before, between and behind them.

    What is no SQL, such as psql's `\\i`, is left in the statement that it stands before, for the server to
    refuse. Raise SqlError for a quote or comment that does not end.
    """
    return _Splitter(text).run()


def kind_of(statement: Statement) -> str:
    """Name what a statement does by its first words: `UPDATE`, `ALTER TABLE`, `CREATE INDEX CONCURRENTLY`."""
    words: list[str] = []
    position = 0
    while len(words) < 3 and (match := _WORDS.match(statement.text, position)):
        position = match.end()
        word = match[1].upper()
        if words and word in _PASSED_OVER:
            continue
        words.append(word)
        if words[0] in _LONE:
            break
    if len(words) == 3 and words[2] != "CONCURRENTLY" and words[1] != "MATERIALIZED":
        words.pop()
    return " ".join(words)


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Statement] = []
        self.counted, self.line = 0, 1
        self._forget()

    def _forget(self) -> None:
        self.first, self.last, self.depth, self.blocks = -1, 0, 0, 0
        self.routine: bool | None = None

    def run(self) -> tuple[Statement, ...]:
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise SqlError("a quote is not closed", self._line(position))
            position = self._take(match)
        self._end()
        return tuple(self.found)

    def _take(self, match: re.Match[str]) -> int:
        """Take one token, and say where the next one begins."""
        start, end = match.span()
        match match.lastgroup:
            case "remark":
                return end
            case "comment":
                return self._comment(start)
            case "end" if not self.depth and not self.blocks:
                self._end()
                return self._data(end)
            case "open":
                self.depth += 1
            case "close":
                self.depth = max(0, self.depth - 1)
            case "dollar":
                close = self.text.find(match.group(), end)
                if close < 0:
                    raise SqlError("a dollar quote is not closed", self._line(start))
                end = close + end - start
        self._note(start, end)
        if match.lastgroup == "word" and not self.depth:
            self._block(match.group().lower())
        return end

    def _note(self, start: int, end: int) -> None:
        piece = self.text[start:end]
        if solid := piece.strip(_BLANK):
            if self.first < 0:
                self.first = start + piece.index(solid[0])
            self.last = start + len(piece.rstrip(_BLANK))

    def _block(self, word: str) -> None:
        """Count the open `BEGIN ATOMIC` and `CASE` of a routine whose body is not quoted."""
        if self.routine is None:
            self.routine = bool(_ROUTINE.match(self.text, self.first))
        if word == "begin" and self.routine:
            self.blocks += 1
        elif self.blocks:
            self.blocks += 1 if word == "case" else -1 if word == "end" else 0

    def _comment(self, start: int) -> int:
        depth = 0
        for edge in _EDGE.finditer(self.text, start):
            depth += 1 if edge.group() == "/*" else -1
            if not depth:
                return edge.end()
        raise SqlError("a comment is not closed", self._line(start))

    def _data(self, position: int) -> int:
        """Pass over the rows that psql would send for `COPY … FROM stdin`."""
        if not self.found or not _COPY_IN.match(self.found[-1].text):
            return position
        end = _DATA_END.search(self.text, position)
        return end.end() if end else len(self.text)

    def _end(self) -> None:
        if self.first >= 0:
            text = self.text[self.first : self.last]
            self.found.append(Statement(text, self._line(self.first), self._line(self.last - 1)))
        self._forget()

    def _line(self, position: int) -> int:
        """Count on from where it was asked for last, which was before."""
        self.line += self.text.count("\n", self.counted, position)
        self.counted = position
        return self.line
