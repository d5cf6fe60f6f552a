"""Read in a statement's text what no event trigger tells: which tables it writes, empties or locks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_BEFORE = re.compile(r"(?:\s++|--[^\n]*+|/\*.*?\*/)*+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]+")
_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_FULL = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_TARGETS = re.compile(
    r"(?:\b(?:INSERT|MERGE)\s+INTO|\bUPDATE|\bDELETE\s+FROM"
    r"|\A(?:TRUNCATE(?:\s+TABLE)?|COPY|LOCK(?:\s+TABLE)?|CLUSTER(?:\s+VERBOSE)?"
    r"|VACUUM(?:\s*\([^)]*\)|\s+(?:FULL|FREEZE|VERBOSE|ANALY[SZ]E)\b)*+"
    r"|REINDEX(?:\s*\([^)]*\))?\s+(?:TABLE|INDEX)(?:\s+CONCURRENTLY)?))"
    rf"\s+(?:ONLY\s+)?(?P<names>{_FULL}(?:\s*,\s*{_FULL})*)",
    re.IGNORECASE,
)
_PART = re.compile(_NAME)
_LOCK_MODE = re.compile(r"\bIN\s+([A-Z\s]+?)\s+MODE\b", re.IGNORECASE)
_TIMEOUT = re.compile(
    r"SET\s+(?:LOCAL\s+|SESSION\s+)?lock_timeout\s*(?:=|\bTO\b)\s*'?\s*(\d+)\s*(us|ms|s|min|h|d)?",
    re.IGNORECASE,
)
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_COPIES_IN = re.compile(r"\bFROM\s+(?:STDIN|PROGRAM|')", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)
_LONGEST = 20_000

_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE"})
_HIDES = frozenset({"DO", "CALL", "SELECT", "WITH", "EXECUTE", "VALUES", "FETCH", "EXPLAIN"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """Hold one statement: its words in upper case, at most the first eight, and the tables it is about."""

    text: str
    words: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def verb(self) -> str:
        """Give the first word."""
        return self.words[0] if self.words else ""

    @property
    def writes(self) -> bool:
        """Say whether it writes or removes rows."""
        return self.verb in _WRITES and not (self.verb == "COPY" and not _COPIES_IN.search(self.text))

    @property
    def hides(self) -> bool:
        """Say whether it may run other statements inside."""
        return self.verb in _HIDES

    @property
    def may_write(self) -> bool:
        """Say whether its text has others inside that write rows, if they are reached."""
        return self.verb in {"DO", "WITH"} and _INSIDE.search(self.text) is not None

    def is_command(self, tag: str) -> bool:
        """Say whether it can be what the server calls by a command tag, such as `CREATE INDEX`."""
        wanted = tag.split()[:2]
        return self.words[:1] == (wanted[0],) and set(wanted) <= set(self.words)

    def names(self, name: str) -> bool:
        """Say whether a table's name, without its schema, is a word of the text."""
        return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", self.text, re.IGNORECASE) is not None

    @property
    def own_lock(self) -> str:
        """Give the mode of the lock that it takes on its tables and of which no event tells; else nothing."""
        if self.verb in {"TRUNCATE", "CLUSTER"} or (self.verb == "VACUUM" and "FULL" in self.words):
            return "AccessExclusiveLock"
        if self.verb == "REINDEX":
            return "ShareUpdateExclusiveLock" if "CONCURRENTLY" in self.words else "ShareLock"
        if self.verb == "LOCK":
            mode = _LOCK_MODE.search(self.text)
            return f"{''.join(mode[1].title().split()) if mode else 'AccessExclusive'}Lock"
        return ""

    @property
    def rewrites(self) -> bool:
        """Say whether it writes tables anew without an event."""
        return self.verb == "CLUSTER" or (self.verb == "VACUUM" and "FULL" in self.words)

    @property
    def lock_timeout(self) -> int | None:
        """Give the `lock_timeout` that it sets, in milliseconds; None when it sets none."""
        found = _TIMEOUT.match(self.text)
        return round(int(found[1]) * _MILLISECONDS[(found[2] or "ms").lower()]) if found else None


def spoken(text: str) -> Spoken:
    """Read a statement; only the beginning of a very long one is looked at."""
    plain = text[:_LONGEST][_BEFORE.match(text[:_LONGEST]).end() :]  # type: ignore[union-attr]  # matches always
    words = tuple(word[0].upper() for _, word in zip(range(8), _WORD.finditer(plain), strict=False))
    return Spoken(plain, words, tuple(_targets(plain)))


def _targets(plain: str) -> Iterator[str]:
    """Give the names as they stand in the catalog: `schema.name`, or the name alone."""
    for found in _TARGETS.finditer(plain):
        for name in re.finditer(_FULL, found["names"]):
            yield ".".join(map(_plain, _PART.findall(name[0])))


def _plain(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()


def resolve(target: str, names: Iterable[tuple[int, str]]) -> int:
    """Find the oid of a target among `schema.name`s; one of the schema public wins. Give 0 for none."""
    fits = [
        (name != f"public.{target}", oid) for oid, name in names if target in (name, name.partition(".")[2])
    ]
    return min(fits, default=(True, 0))[1]
