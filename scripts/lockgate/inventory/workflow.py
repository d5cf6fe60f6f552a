"""Read the actions, reusable workflows and images that a workflow or an action uses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lockgate.inventory import image
from lockgate.inventory.model import (
    Component, Gap, Inventory, Kind, LockError, Need, Origin, Place, Read,
)  # fmt: skip
from lockgate.inventory.node_text import decoded

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_USES = re.compile(r"([\w.-]+)/([\w.-]+)((?:/[^@\s]+)?)@(\S+)", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.].*)?", re.ASCII)
_COMMENT = re.compile(r"#\s*(?:(?:tag|pin)\s*[=@:]\s*|ratchet:\S+@)?(v?\d[\w.+-]*)(?:\s|$)", re.ASCII)
_NO_STEPS = frozenset({"env", "inputs", "outputs", "secrets", "with"})
_LONGEST = 1_000


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
    elif (key == "image" and ("container" == above or around[-2:-1] == ["services"])) or (
        key == "container" and above not in _NO_STEPS and "jobs" in around
    ):
        yield from _of_image(value, value.text)
    elif value.keys == ("runs", "image") and value.text.startswith("docker://"):
        yield from _of_image(value, value.text)


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
        why = "it moves, so nobody can say which version runs"
        if _COMMIT.fullmatch(ref):
            why = "it is a commit, and no comment behind it says its version, which advisories name"
        yield Gap(value.line, text, why)


def _of_image(value: _Value, text: str) -> Iterator[Component | Gap]:
    name = text.removeprefix("docker://")
    found = image.component(name, value.line)
    yield found
    if isinstance(found, Component) and (unsaid := image.gap(found, name)):
        yield unsaid


def _values(text: str) -> Iterator[_Value]:
    """Yield the scalars of a document, event by event: an alias is not followed, as what it names stands once."""
    lines = text.splitlines()
    stack: list[str | None | bool] = []  # a mapping's key, None before it, False in a list
    try:
        for event in iter(_LOADER(text).get_event, None):
            match event:
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    if len(stack) >= _DEEPEST:
                        raise LockError("it is nested too deeply", event.start_mark.line + 1)
                    stack.append(None if isinstance(event, yaml.MappingStartEvent) else False)
                    continue
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    stack.pop()
                case yaml.AliasEvent() if stack and stack[-1] is None:
                    raise LockError("a key of it is not a text", event.start_mark.line + 1)
                case yaml.ScalarEvent() if stack and stack[-1] is None:
                    stack[-1] = event.value
                    continue
                case yaml.ScalarEvent() if any(isinstance(key, str) for key in stack):
                    yield _value(event, stack, lines)
                case yaml.ScalarEvent() | yaml.AliasEvent():
                    pass
                case _:
                    continue
            if stack and stack[-1] is not False:
                stack[-1] = None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise LockError(f"it is not YAML: {error.problem}", line) from error
    except yaml.YAMLError as error:
        raise LockError("it is not YAML that can be read") from error
    except UnicodeEncodeError as error:
        raise LockError("it holds half a character (a lone surrogate)") from error


def _value(event: Any, stack: list[str | None | bool], lines: list[str]) -> _Value:
    end = event.end_mark
    rest = lines[end.line][end.column :] if end.line < len(lines) else ""
    keys = tuple(key for key in stack if isinstance(key, str))
    return _Value(keys, event.value, event.start_mark.line + 1, rest.strip())
