"""Read what git says of a change: which paths differ, on which lines, and what its commits added."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

Lines = tuple[tuple[int, int], ...]
"""First and last lines, counted from 1, that the change wrote; none where it only took some away."""

# A line of a file's text begins with `+`, `-` or `\`, so nothing in a file looks like one of these.
_MARK = re.compile(rb"^(?:diff --git |Binary files |@@ -[\d,]+ \+(\d+)(?:,(\d+))? @@)", re.MULTILINE)
_NEXT, _BINARY = b"diff --git ", b"Binary files "
_TYPE = "T"
LINK = "120000"
SUBMODULE = "160000"


def is_file(mode: str) -> bool:
    """Tell a file's mode from that of a symbolic link or a submodule."""
    return mode not in {LINK, SUBMODULE}


@dataclass(frozen=True, slots=True)
class Change:
    """Name a path that differs from the base: `old` is empty for an added one, `new` for a deleted one.

    `blob` is the base's content; `mode` its mode. `lines` is None where all lines count as changed.
    """

    old: str
    new: str
    mode: str
    blob: str
    lines: Lines | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """Name a blob that a commit of the change added."""

    commit: str
    path: str
    blob: str


def changes(fields: Sequence[str], patch: bytes = b"") -> Iterator[Change]:
    """Read `:mode mode oid oid STATUS`, then one path, or two for a rename; and the patch of all of them.

    The patch has a section for each path, in the same order, so no name has to be read out of it. One that
    has more or fewer tells nothing.
    """
    found = list(_paths(fields))
    parts = _sections(patch)
    expected = sum(_wanted(status) for _, status in found)
    at = 0
    for change, status in found:
        ours = parts[at : at + _wanted(status)] if len(parts) == expected else []
        at += _wanted(status)
        yield replace(change, lines=ours[0]) if change.old and len(ours) == 1 else change


def _paths(fields: Sequence[str]) -> Iterator[tuple[Change, str]]:
    rest = iter(fields)
    for field in rest:
        mode, _, blob, _, status = field.removeprefix(":").split()
        old = new = next(rest)
        if status[0] in "RC":
            new = next(rest)
        yield Change("" if status[0] in "AC" else old, "" if status[0] == "D" else new, mode, blob), status[0]


def _wanted(status: str) -> int:
    """Say how many sections a path has: what becomes of another type is taken away and added."""
    return 2 if status == _TYPE else 1


def _sections(patch: bytes) -> list[Lines | None]:
    """Read the lines of each section; None for one of a file that is not text."""
    found: list[list[tuple[int, int]]] = []
    binary = set()
    for mark in _MARK.finditer(patch):
        if mark[0] == _NEXT:
            found.append([])
        elif found and mark[0] == _BINARY:
            binary.add(len(found) - 1)
        elif found and (count := int(mark[2] or 1)):
            found[-1].append((int(mark[1]), int(mark[1]) + count - 1))
    return [None if number in binary else tuple(lines) for number, lines in enumerate(found)]


def added(fields: Sequence[str]) -> Iterator[Added]:
    """Read a commit's hash, then its raw entries: a colon, a mode and a blob for each parent."""
    commit = ""
    rest = iter(fields)
    for field in rest:
        parents = len(field) - len(field.lstrip(":"))
        if not parents:
            commit = field
            continue
        words = field.split()
        mode, blob, path = words[parents], words[2 * parents + 1], next(rest)
        if set(blob) != {"0"} and is_file(mode):
            yield Added(commit, path, blob)
