"""The numbers in the names of SQL migrations, as the tools that go by them read them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from lockgate.finding import Related, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.source import display
from lockgate.untrusted import shown

Number = tuple[int, ...]

_FLYWAY = re.compile(r"V(\d{1,20}(?:[._]\d{1,20}){0,9})__")
_PLAIN = re.compile(r"(\d{1,20})[^\d]")
_KEYED = frozenset({"dbmate", "drizzle", "flyway", "goose", "migrate", "sqlx"})
"""Layouts whose tools know a migration by its number alone; the others know it by its whole name."""
_LATE = frozenset({"drizzle", "flyway", "goose", "migrate"})
"""Layouts whose tools skip a number below the highest that was applied, or refuse to go on."""


def number(project: Project, path: str) -> Number | None:
    """Read the number of a migration's name, None for one without, or for what undoes or repeats another."""
    name = name_of(project, path)
    if name.endswith(".down.sql"):
        return None
    match = (_FLYWAY if project.style == "flyway" else _PLAIN).match(name)
    return tuple(map(int, re.split("[._]", match[1]))) if match else None


def name_of(project: Project, path: str) -> str:
    """Give the name by which its tool knows a migration: the file's, or that of its own folder."""
    place = PurePosixPath(path)
    return (
        place.parent.name
        if place.name == "migration.sql" and project.kind in {"prisma", "sql"}
        else place.name
    )


def taken(project: Project, base: Iterable[str], head: Iterable[str]) -> Iterator[Judged]:
    """Find two migrations with one number, where the tool knows them by it."""
    if project.style not in _KEYED:
        return
    old = set(base)
    first: dict[Number, str] = {}
    for path in sorted(head, key=lambda path: (path not in old, path)):
        own = number(project, path)
        if own is None or (there := first.setdefault(own, path)) == path:
            continue
        yield judged(
            "number-taken",
            Place(path),
            f"{shown(name_of(project, path))} has the number of {shown(name_of(project, there))}",
            identity=" ".join(sorted((name_of(project, path), name_of(project, there)))),
            related=(Related(display(there), 0, "the other one"),),
        )


def late(project: Project, base: Iterable[str], new: Iterable[str]) -> Iterator[Judged]:
    """Find new migrations whose number is lower than one of the base."""
    numbers: Mapping[str, Number | None] = {path: number(project, path) for path in base}
    last = max(
        (path for path, own in numbers.items() if own), key=lambda path: numbers[path] or (), default=""
    )
    top = numbers.get(last)
    for path in sorted(new):
        own = number(project, path)
        if own is None or top is None or own >= top:
            continue
        skipped = project.style in _LATE
        what = "is skipped or refused" if skipped else "comes after it"
        yield judged(
            "out-of-order",
            Place(path),
            f"{shown(name_of(project, path))} sorts before {shown(name_of(project, last))}, which is merged"
            f" already: it {what} where that one has been applied, and comes before it in a new database",
            identity=name_of(project, path),
            severity=Severity.MEDIUM if skipped else Severity.LOW,
        )
