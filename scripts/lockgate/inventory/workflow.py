"""Read the actions, reusable workflows and images that a workflow or an action uses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lockgate.inventory import image
from lockgate.inventory.model import Component, Gap, Inventory, Kind, LockError, Need, Origin, Place, Read
from lockgate.inventory.node_text import decoded

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_USES = re.compile(r"([\w.-]+)/([\w.-]+)((?:/[^@\s]+)?)@(\S+)", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.].*)?", re.ASCII)
_COMMENT = re.compile(r"#\s*(?:(?:tag|pin)\s*[=@:]\s*|ratchet:\S+@)?(v?\d[\w.+-]*)(?:\s|$)", re.ASCII)
_NO_STEPS = frozenset({"env", "inputs", "outputs", "secrets", "with"})
_LONGEST = 1_000
_Event = Any
"""The stubs say that an event's places may be missing; libyaml always gives them."""


@dataclass(frozen=True, slots=True)
class _Value:
    """Hold a scalar: the keys that lead to it, its line and what stands behind it on that line."""

    keys: tuple[str, ...]
    text: str
    line: int
    behind: str


def parse(path: str, data: bytes, _: Read) -> Inventory:
    """List what a workflow, or an `action.yml`, uses; what is of the repository itself is left out.

    The version of an action at a commit is what the comment behind it says (`# v4.2.2`), as advisories name
    versions and no commits; the commit is in its origin. A branch, and a tag that moves, is a gap.
    """
    text = decoded(data)
    components: dict[str, Component] = {}
    manifest: dict[str, Place] = {}
    gaps: list[Gap] = []
    for value in _values(text):
        for found in _used(value):
            if isinstance(found, Gap):
                gaps.append(found)
            elif components.setdefault(found.key, found) is found:
                manifest.setdefault(found.name, Place(path, found.line, value.text))
    return Inventory(
        path=path, kind="workflow", ecosystem="GitHub Actions", components=tuple(components.values()),
        gaps=tuple(gaps), needs=tuple(Need(key) for key in components), manifest=manifest,
    )  # fmt: skip


def _used(value: _Value) -> Iterator[Component | Gap]:
    *around, key = value.keys
    above = around[-1] if around else ""
    if key == "uses" and above not in _NO_STEPS:
        yield from _of_uses(value)
    elif _is_image(key, around, above) or (
        value.keys == ("runs", "image") and value.text.startswith("docker://")
    ):
        yield from _of_image(value, value.text)


def _is_image(key: str, around: list[str], above: str) -> bool:
    if key == "image":
        return above == "container" or around[-2:-1] == ["services"]
    return key == "container" and "jobs" in around and above not in _NO_STEPS


def _of_uses(value: _Value) -> Iterator[Component | Gap]:
    text = value.text
    if text.startswith(("./", "$/", "../")):
        return
    if text.startswith("docker://"):
        yield from _of_image(value, text)
        return
    match = _USES.fullmatch(text)
    if match is None or len(text) > _LONGEST:
        yield Gap(value.line, text[:_LONGEST], "nobody can say which action this is")
        return
    owner, repository, folder, ref = match.groups()
    name = f"{owner}/{repository}".lower()
    said = _COMMENT.match(value.behind)
    version = said[1] if said and _COMMIT.fullmatch(ref) else ref
    yield Component(
        key=f"{name}{folder}@{ref}", ecosystem="GitHub Actions", name=name, version=version, line=value.line,
        alias=f"{name}{folder}" if folder else "", direct=True,
        origin=Origin(Kind.GIT, f"https://github.com/{name}.git#{ref}"),
    )  # fmt: skip
    if not _EXACT.fullmatch(version):
        pinned = bool(_COMMIT.fullmatch(ref))
        why = "it moves, so nobody can say which version runs"
        if pinned:
            why = "it is a commit, and no comment behind it says its version, which advisories name"
        yield Gap(value.line, text, why, pinned)


def _of_image(value: _Value, text: str) -> Iterator[Component | Gap]:
    name = text.removeprefix("docker://")
    found = image.component(name, value.line)
    yield found
    if isinstance(found, Component) and (unsaid := image.gap(found, name)):
        yield unsaid


def _values(text: str) -> Iterator[_Value]:
    """Yield a document's scalars, event by event: an alias is not followed, as what it names stands once."""
    walk = _Walk(text.splitlines())
    try:
        for event in iter(_LOADER(text).get_event, None):
            yield from walk.step(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise LockError(f"it is not YAML: {error.problem}", line) from error
    except yaml.YAMLError as error:
        raise LockError("it is not YAML that can be read") from error
    except UnicodeEncodeError as error:
        raise LockError("it holds half a character (a lone surrogate)") from error


class _Walk:
    """Keep the way to where a document is read: in a mapping its key, empty before one; None in a list."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._stack: list[str | None] = []

    def step(self, event: _Event) -> Iterator[_Value]:
        before_key = bool(self._stack) and self._stack[-1] == ""
        match event:
            case yaml.ScalarEvent() if before_key:
                self._stack[-1] = event.value or " "
            case yaml.ScalarEvent() | yaml.AliasEvent() if not before_key:
                if isinstance(event, yaml.ScalarEvent) and any(self._stack):
                    yield self._value(event)
                self._done()
            case yaml.CollectionStartEvent() if not before_key:
                if len(self._stack) >= _DEEPEST:
                    raise _refused(event, "it is nested too deeply")
                self._stack.append("" if isinstance(event, yaml.MappingStartEvent) else None)
            case yaml.CollectionEndEvent():
                self._stack.pop()
                self._done()
            case yaml.NodeEvent():
                raise _refused(event, "a key of it is not a text")

    def _done(self) -> None:
        """Go on behind a value."""
        if self._stack and self._stack[-1] is not None:
            self._stack[-1] = ""

    def _value(self, event: _Event) -> _Value:
        end = event.end_mark
        rest = self._lines[end.line][end.column :] if end.line < len(self._lines) else ""
        keys = tuple(key for key in self._stack if key)
        return _Value(keys, event.value, event.start_mark.line + 1, rest.strip())


def _refused(event: _Event, why: str) -> LockError:
    return LockError(why, event.start_mark.line + 1)
