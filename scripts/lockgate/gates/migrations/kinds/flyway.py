"""Flyway: `V1.2__name.sql`, `R__name.sql` that are applied last, `U1.2__name.sql` that undo.

A file is one transaction, unless `<file>.conf` says otherwise or a statement in it does not allow one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from lockgate.gates.migrations.kinds.sql_text import Read, file_name, migration, sql_of, text_of
from lockgate.gates.migrations.model import Migration, Project
from lockgate.gates.migrations.sessions.statements import OUTSIDE, kind_of

NAME = re.compile(r"(?:(?P<prefix>[VUB])(?P<version>\d+(?:[._]\d+)*)|R)__(?P<words>.*)\.sql", re.DOTALL)
_ALONE = re.compile(r"^\s*executeInTransaction\s*=\s*false\s*$", re.MULTILINE | re.IGNORECASE)
_TOPS = ("migration", "migrations")


def find(folders: Mapping[str, Iterable[str]], vendors: frozenset[str]) -> Iterator[Project]:
    """Find folders with files that are named so; Flyway looks in folders below its own too."""
    tops: dict[str, list[str]] = {}
    for folder, names in folders.items():
        files = [f"{folder}/{name}".lstrip("/") for name in names if NAME.fullmatch(name)]
        if files:
            tops.setdefault(_top(folder, vendors), []).extend(files)
    for top, files in tops.items():
        if any(file_name(path)[0] in "VB" for path in files):
            yield Project("sql", top, min(files), tuple(sorted(files)), "flyway")


def _top(folder: str, vendors: frozenset[str]) -> str:
    parts = PurePosixPath(folder).parts
    for number, part in enumerate(parts):
        if part in _TOPS:
            below = parts[number + 1 : number + 2]
            return "/".join(parts[: number + 1 + (below != () and below[0].lower() in vendors)])
    return folder


def repeats(project: Project, path: str) -> bool:
    """Say whether a migration is applied again each time that it is edited."""
    return project.style == "flyway" and file_name(path).startswith("R__")


def migrations(project: Project, read: Read) -> tuple[Migration, ...]:
    """Give versioned ones by their numbers, then repeatable ones by their names.

    A baseline stands for those that are no longer there, so it counts where no other is as old.
    """
    found = [(match, path) for path in project.files if (match := NAME.fullmatch(file_name(path)))]
    undo = {_version(match): path for match, path in found if match["prefix"] == "U"}
    versioned = [(_version(match), path) for match, path in found if match["prefix"] == "V"]
    bases = sorted((_version(match), path) for match, path in found if match["prefix"] == "B")
    if bases and not any(version <= bases[-1][0] for version, _ in versioned):
        versioned.append(bases[-1])
    versioned.sort()
    repeatable = sorted((match["words"], path) for match, path in found if not match["prefix"])
    return (
        *(_migration(path, undo.get(version), read) for version, path in versioned),
        *(_migration(path, None, read) for _, path in repeatable),
    )


def _version(match: re.Match[str]) -> tuple[int, ...]:
    numbers = [int(part) for part in re.split("[._]", match["version"])]
    while numbers and not numbers[-1]:  # 1.0 is 1
        numbers.pop()
    return tuple(numbers)


def _migration(path: str, undo: str | None, read: Read) -> Migration:
    up = sql_of(_text(path, read))
    alone = _ALONE.search(text_of(f"{path}.conf", read) or "")
    outside = any(OUTSIDE.match(kind_of(each)) for each in up.statements)
    down = sql_of(_text(undo, read)) if undo else None
    return migration(file_name(path).removesuffix(".sql"), path, up, down, atomic=not (alone or outside))


def _text(path: str, read: Read) -> str | None:
    text = text_of(path, read)
    return text and text.removeprefix("\ufeff")
