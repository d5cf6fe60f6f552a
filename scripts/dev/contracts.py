"""The contract with callers: what it is, what changes in it, and what the changelog has to say then."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.faces import LEVELS, Face, faces, union
from dev.releasing.changelog import MAJOR, level_of
from lockgate.errors import ExitCode
from lockgate.reports.verdict_document import SCHEMA

_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_KIND = re.compile(r"^### (.*)$", re.MULTILINE)
_ENTRY = re.compile(r"^- (?:.+\n?(?:[ \t]+\S.*\n?)*)", re.MULTILINE)
_UNRELEASED = "[Unreleased]"
_CALLER = "CALLER / "  # a caller's own job, whose name stands before ours

Json = Any


@dataclass(frozen=True, slots=True)
class Change:
    """Hold a change: `kind` is added, removed or changed; for a `breaking` one callers have to act."""

    path: tuple[str, ...]
    kind: str
    breaking: bool

    @property
    def name(self) -> str:
        """Give the name that callers know it by: that of an input and not of its default."""
        return self.path[:4][-1]

    def __str__(self) -> str:
        return f"{self.kind} {' → '.join(self.path)}{' (breaks callers)' if self.breaking else ''}"


def contract(root: Path) -> dict[str, Json]:
    """Give what callers of a tree rely on, as plain JSON."""
    found = faces(root).values()
    return {
        "actions": {
            face.key: _face(face) | {"permissions": face.permissions} for face in found if not face.jobs
        },
        "exit codes": {str(int(code)): code.name for code in ExitCode},
        "verdict.json": SCHEMA,
        "workflows": {face.key: _face(face) | _jobs(face) for face in found if face.jobs},
    }


def _face(face: Face) -> dict[str, Json]:
    inputs = {
        name: {"default": one.default, "required": one.required} | ({"type": one.kind} if one.kind else {})
        for name, one in face.inputs.items()
    }
    return {"inputs": inputs, "outputs": sorted(face.outputs)}


def _jobs(face: Face) -> dict[str, Json]:
    return {
        "checks": sorted(f"{_CALLER}{job.name}" for job in face.jobs if not job.calls),
        "permissions": {job.name: job.permissions for job in face.jobs},
        "secrets": {name: {"required": required} for name, required in face.secrets.items()},
    }


def changes(old: Json, new: Json) -> list[Change]:
    """List what differs between two contracts, the smallest parts that do."""
    return [
        Change(path, kind, _breaks(path, kind, (old, new), now))
        for path, kind, now in _differences((), old, new)
    ]


def _differences(path: tuple[str, ...], old: Json, new: Json) -> Iterator[tuple[tuple[str, ...], str, Json]]:
    old, new = _named(old), _named(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from _differences((*path, name), old.get(name), new.get(name))
    elif old != new:
        yield path, "added" if old is None else "removed" if new is None else "changed", new


def _named(value: Json) -> Json:
    """Make a list of names what a mapping is, so that both are compared name by name."""
    return {name: {} for name in value} if isinstance(value, list) else value


def _breaks(path: tuple[str, ...], kind: str, both: tuple[Json, Json], now: Json) -> bool:
    if path[2:3] == ("permissions",):
        # A caller grants the most that any job asks for, so only a higher maximum asks for something new.
        before, after = (_most(each[path[0]][path[1]].get("permissions", {})) for each in both)
        scopes = now if isinstance(now, dict) else path[-1:]
        return any(_level(after, scope) > _level(before, scope) for scope in scopes)
    if kind == "added":  # an input or a secret of something that was there
        return len(path) == 4 and bool(now.get("required"))
    if path[-1] == "required":
        return bool(now)
    return True


def _most(permissions: Mapping[str, Json]) -> dict[str, str]:
    if all(isinstance(each, str) for each in permissions.values()):
        return dict(permissions)
    return union(tuple(permissions.values()))


def _level(permissions: Mapping[str, str], scope: str) -> int:
    return LEVELS.index(permissions.get(scope, "none"))


def entries(old: str, new: str) -> list[str]:
    """Give what a changelog says that an older one does not, each entry below its `### ` heading.

    A version that the older one has is closed: what is added to it later counts for nothing.
    """
    before, after = _entries(old), _entries(new)
    said = {entry for found in before.values() for entry in found}
    opened = [found for name, found in after.items() if name == _UNRELEASED or name not in before]
    return [entry for found in opened for entry in found if entry not in said]


def _entries(text: str) -> dict[str, list[str]]:
    parts = _HEADING.split(text)[1:]
    return {name: list(_listed(body)) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _listed(body: str) -> Iterator[str]:
    parts = _KIND.split(body)[1:]
    for kind, listed in zip(parts[::2], parts[1::2], strict=True):
        yield from (f"### {kind}\n{' '.join(entry.split())}\n" for entry in _ENTRY.findall(listed))


def unsaid(found: Iterable[Change], new: Iterable[str]) -> list[str]:
    """Say which changes no new entry names, or tells callers how to act on."""
    said = list(new)
    return [fault for change in found if (fault := _fault(change, said))]


def _fault(change: Change, said: Iterable[str]) -> str:
    naming = [entry for entry in said if f"`{change.name}`" in entry]
    if not naming:
        return f"{change}: no new entry of CHANGELOG.md names `{change.name}`"
    if change.breaking and not any(level_of(entry) == MAJOR for entry in naming):
        return f"{change}: the entry must say what `Callers must` do, or stand below `### Removed`"
    return ""
