"""Read who says that the code is gone: `contract: released-in 2.4` in a migration, or the configuration."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lockgate.gates.migrations.catalogs.difference import Change, unqualified
from lockgate.text import split_lines
from lockgate.untrusted import shown

_RECORD = re.compile(
    r"(?:^|\s)(?:--|#|/?\*+|//)\s*contract:\s*released-in[\s=]+(?P<version>[\w.+-]{1,64})(?P<names>[^\r\n]*)"
)
_NAME = re.compile(r"[\w.\"$]+")


@dataclass(frozen=True, slots=True)
class Record:
    """Hold one comment: since which version no code uses `names` (`table.column`, `table`; none: all)."""

    path: str
    line: int
    version: str
    names: tuple[str, ...] = ()


def records(path: str, text: str) -> Iterator[Record]:
    """Give the comments of a migration's text that say in which version the code was released without it."""
    for number, line in enumerate(split_lines(text), 1):
        if "released-in" in line and (match := _RECORD.search(line)):
            names = tuple(name.replace('"', "").strip(".") for name in _NAME.findall(match["names"]))
            yield Record(path, number, match["version"], names)


class Released:
    """Know which removals somebody answers for.

    `policy` maps `table.column`, `schema.table.column` or `table` to a version, as the base's configuration
    has it.
    """

    def __init__(self, said: Iterable[Record] = (), policy: Mapping[str, str] | None = None) -> None:
        self._said = tuple(said)
        self._policy = policy or {}

    def why(self, change: Change, path: str) -> str:
        """Say who answers for a change that a migration makes; empty for nobody."""
        names = set(_names(change))
        for record in self._said:
            if record.path == path and (not record.names or not names.isdisjoint(record.names)):
                return f"line {record.line} says `contract: released-in {record.version}`"
        for name in sorted(names & self._policy.keys()):
            return f"the configuration says that {shown(name)} was released in {shown(self._policy[name])}"
        return ""

    def idle(self, made: Iterable[Change], path: str) -> Iterator[str]:
        """Give each name of a migration's comments that nothing it does answers to."""
        known = {name for change in made for name in _names(change)}
        for record in self._said:
            if record.path == path:
                yield from (name for name in record.names if name not in known)


def _names(change: Change) -> Iterator[str]:
    """Give the names that a comment may have for a change."""
    columns = change.columns or ((change.column_after,) if change.column_after else ())
    for full in filter(None, (change.table, change.table_after)):
        for table in (full, unqualified(full)):
            yield table
            yield from (f"{table}.{column}" for column in columns)
