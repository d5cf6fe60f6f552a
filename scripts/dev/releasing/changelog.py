"""The version to release, as the changelog says it (Keep a Changelog 1.1.0, Semantic Versioning 2.0.0)."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lockgate.errors import InputError
from lockgate.verify.releases import Version, number

_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_NAME = re.compile(r"\[((?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2})\] - (\d{4}-\d\d-\d\d)")
_KIND = re.compile(r"^### (.*)$", re.MULTILINE)
_ENTRY = re.compile(r"^- \S", re.MULTILINE)
_KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_CALLERS = re.compile(r"\bCallers must\b")
MAJOR, MINOR, PATCH = range(3)
_LEVELS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True)
class Section:
    """Hold what one version changed: `notes` is the text below its heading."""

    version: str
    day: date
    notes: str

    @property
    def number(self) -> Version:
        """Give the version as numbers."""
        return number(self.version)


def sections(text: str) -> list[Section]:
    """Read the versions of a changelog, newest first; raise InputError where it has another form.

    Its first heading is `[Unreleased]`, with nothing below it: what is there would be released unnamed.
    """
    parts = _HEADING.split(text)[1:]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    if not pairs or pairs[0][0] != "[Unreleased]":
        raise _wrong("its first section is not `## [Unreleased]`", "add that heading, with nothing below it")
    if len(pairs) == 1:
        raise _wrong("it has no version", "name the section `## [X.Y.Z] - YYYY-MM-DD`, below `[Unreleased]`")
    if pairs[0][1].strip():
        raise _wrong("there are entries below [Unreleased]", "move them into the section of the new version")
    found = [_section(heading, body) for heading, body in pairs[1:]]
    for newer, older in itertools.pairwise(found):
        if newer.number <= older.number or newer.day < older.day:
            raise _wrong(f"{newer.version} stands above {older.version}", "put the newest version first")
    return found


def decide(found: Sequence[Section]) -> Section:
    """Give the newest section; raise InputError unless its number follows from what it holds."""
    new = found[0]
    last = found[1].number if len(found) > 1 else None
    level = level_of(new.notes)
    if last is None:
        allowed = ["0.1.0", "1.0.0"]
    else:
        # Before 1.0.0 what breaks callers raises the middle number. A higher step may be chosen.
        least = max(level, MINOR) if last[0] == 0 else level
        allowed = [_raised(last, step) for step in range(least, -1, -1)]
    if new.version not in allowed:
        raise _wrong(
            f"{new.version} does not follow {found[1].version if last else 'nothing'}",
            f"its entries ask for a {_LEVELS[level]} version: {' or '.join(allowed)}",
        )
    return new


def level_of(notes: str) -> int:
    """Say what a section's entries ask for: MAJOR where callers have to act, MINOR for what is new."""
    kinds = set(_KIND.findall(notes))
    if "Removed" in kinds or _CALLERS.search(notes):
        return MAJOR
    return MINOR if kinds & {"Added", "Deprecated"} else PATCH


def _section(heading: str, body: str) -> Section:
    name = _NAME.fullmatch(heading)
    if not name:
        raise _wrong(f"`## {heading[:80]}` is no version", "write `## [X.Y.Z] - YYYY-MM-DD`")
    try:
        day = date.fromisoformat(name[2])
    except ValueError as error:
        raise _wrong(f"{name[2]} is no day", "write it as YYYY-MM-DD") from error
    before, *rest = _KIND.split(body)
    kinds = rest[::2]
    if before.strip() or not kinds or not all(_ENTRY.search(entries) for entries in rest[1::2]):
        raise _wrong(
            f"{name[1]} has text outside its lists, or an empty one", "give each heading its `- ` entries"
        )
    if not set(kinds) <= set(_KINDS) or len(set(kinds)) < len(kinds):
        raise _wrong(
            f"{name[1]} has a heading that is unknown or doubled", f"use {', '.join(_KINDS)}, each once"
        )
    return Section(name[1], day, body.strip() + "\n")


def _raised(version: Version, level: int) -> str:
    kept = version[:level]
    return ".".join(map(str, (*kept, version[level] + 1, *(0,) * (PATCH - level))))


def _wrong(what: str, todo: str) -> InputError:
    return InputError(f"CHANGELOG.md: {what}", cause="the changelog decides the version", todo=todo)
