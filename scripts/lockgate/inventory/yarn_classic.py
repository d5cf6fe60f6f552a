"""Read the yarn.lock of yarn 1.

Source: https://classic.yarnpkg.com/en/docs/yarn-lock
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lockgate.inventory.model import (
    Component,
    Gap,
    Inventory,
    Kind,
    LockError,
    Need,
    Origin,
    Place,
    Read,
    Scope,
)  # fmt: skip
from lockgate.inventory.node_graph import scopes, unneeded
from lockgate.inventory.node_manifest import Manifest, manifest_of
from lockgate.inventory.node_text import (
    MOST_NAME,
    digests,
    files_of,
    folder_of,
    is_git,
    is_local,
    is_url,
    joined,
    origin_of,
)  # fmt: skip

_WORD = r'(?:"(?:[^"\\\n]|\\.)*"|[^\s",:#][^\s",]*?)'
_HEAD = re.compile(rf"{_WORD}(?:, {_WORD})*:")
_PATTERN = re.compile(_WORD + r"(?=, |:?$)")
_PAIR = re.compile(r'( +)("(?:[^"\\]|\\.)*"|[^\s":]+) ("(?:[^"\\]|\\.)*"|[^\s"]+)')
_SECTION = re.compile(r"  (dependencies|optionalDependencies|[A-Za-z]+):")
_VERSION = re.compile(r"# yarn lockfile v(\S+)")
_SHA1 = re.compile(r"#([0-9a-f]{40})$")
_MOST_PROJECTS = 1_000


@dataclass(slots=True)
class _Entry:
    patterns: tuple[str, ...]
    line: int
    end_line: int = 0
    values: dict[str, str] = field(default_factory=dict)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Lock:
    entries: dict[str, _Entry]  # by their first pattern
    keys: dict[str, str]  # of each pattern
    names: dict[str, list[str]]  # what is asked for -> keys
    gaps: list[Gap] = field(default_factory=list)


def parse(path: str, text: str, read: Read) -> Inventory:
    """Read a lock's text.

    It does not say what the project asks for: the package.json files do, of workspaces those that are named
    without a pattern. What no other entry needs counts as asked for too, as yarn 1 keeps nothing else.
    """
    lock = _indexed(_entries(text))
    graph = {key: tuple(_needs(lock, entry)) for key, entry in lock.entries.items()}
    manifests = dict(_manifests(folder_of(path).rstrip("/"), read))
    found: dict[str, Place] = {}
    projects = {manifest.name: key for key, manifest in manifests.items() if key}
    asked = {key: tuple(_roots(lock, manifest, projects, found)) for key, manifest in manifests.items()}
    top = [*asked.pop("")]
    top += [Need(key) for key in asked if key not in {need.key for need in top}]
    graph |= asked
    top += [Need(key) for key in unneeded(graph, scopes(top, graph))]
    reached = scopes(top, graph)
    direct = {need.key for needs in [top, *asked.values()] for need in needs}
    made = [_project(key, manifests[key], reached[key], needs) for key, needs in asked.items()]
    made += [_component(lock, key, reached.get(key), key in direct, graph[key]) for key in lock.entries]
    root = manifests[""]
    return Inventory(
        path=path, kind="yarn.lock", ecosystem="npm", name=root.name, version=root.version, needs=tuple(top),
        components=tuple(made), gaps=tuple(lock.gaps), manifest=found,
    )  # fmt: skip


def _entries(text: str) -> Iterator[_Entry]:
    """Read the lines: a head at the margin, values at two spaces, a section's values at four."""
    entry: _Entry | None = None
    section: dict[str, str] | None = None
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            _known(line, number)
            continue
        if not line.startswith(" "):
            if entry:
                yield entry
            entry, section = _head(line, number), None
            continue
        if entry is None:
            raise LockError("a line stands below no entry", number)
        entry.end_line = number
        if opened := _SECTION.fullmatch(line):
            section = entry.sections.setdefault(opened[1], {})
        else:
            _value(entry, section, line, number)
    if entry:
        yield entry


def _known(line: str, number: int) -> None:
    version = _VERSION.match(line)
    if version and version[1] != "1":
        raise LockError(
            f"it is a yarn lockfile v{version[1][:50]}; v1 and those of yarn 2 to 4 are known", number
        )


def _head(line: str, number: int) -> _Entry:
    words = _PATTERN.findall(line) if _HEAD.fullmatch(line) else []
    if not words:
        raise LockError("it is not a line of a yarn.lock", number)
    return _Entry(tuple(_plain(word, number) for word in words), number, number)


def _value(entry: _Entry, section: dict[str, str] | None, line: str, number: int) -> None:
    match = _PAIR.fullmatch(line)
    if not match or len(match[1]) not in {2, 4} or (len(match[1]) == 4 and section is None):
        raise LockError("it is not a line of a yarn.lock", number)
    inside = entry.values if len(match[1]) == 2 else section
    key = _plain(match[2], number)
    if inside is None or key in inside:
        raise LockError(f"an entry has {key[:100]!r} twice", number)
    inside[key] = _plain(match[3], number)


def _plain(word: str, number: int) -> str:
    if not word.startswith('"'):
        return word
    if "\\" not in word:
        return word[1:-1]
    try:
        text = json.loads(word)
        text.encode()
    except ValueError as error:
        raise LockError("a text in quotes cannot be read", number) from error
    return str(text)


def _indexed(entries: Iterator[_Entry]) -> _Lock:
    lock = _Lock({}, {}, {})
    for entry in entries:
        key = entry.patterns[0]
        for pattern in entry.patterns:
            if pattern in lock.keys:
                raise LockError(f"{pattern[:100]!r} stands there twice", entry.line)
            lock.keys[pattern] = key
        lock.entries[key] = entry
        for name in {_parts(pattern)[0] for pattern in entry.patterns}:
            lock.names.setdefault(name, []).append(key)
    return lock


def _parts(pattern: str) -> tuple[str, str]:
    at = pattern.find("@", 1)
    return (pattern[:at], pattern[at + 1 :]) if at > 0 else (pattern, "")


def _found(lock: _Lock, name: str, wants: str) -> str | None:
    """Find the entry of a requirement; where `resolutions` replace it, it is the only one of its name."""
    key = lock.keys.get(f"{name}@{wants}") or (lock.keys.get(name) if wants in {"", "*"} else None)
    several = lock.names.get(name, [])
    return key or (several[0] if len(several) == 1 else None)


def _needs(lock: _Lock, entry: _Entry) -> Iterator[Need]:
    for section, scope in (("dependencies", Scope.RUNTIME), ("optionalDependencies", Scope.OPTIONAL)):
        for name, wants in entry.sections.get(section, {}).items():
            if key := _found(lock, name, wants):
                yield Need(key, wants, scope)
            elif scope is Scope.RUNTIME:
                lock.gaps.append(Gap(entry.line, f"{name}@{wants}", "it is needed, and not locked"))


def _manifests(folder: str, read: Read) -> Iterator[tuple[str, Manifest]]:
    """Yield the root's manifest, and those of workspaces that it names without a pattern, by keys."""
    root = manifest_of(folder, read)
    yield "", root
    for pattern in root.workspaces[:_MOST_PROJECTS]:
        place = joined(folder, pattern)
        if place and not set("*?[{!") & set(pattern):
            manifest = manifest_of(place, read)
            if manifest.name:
                yield f"workspace:{place}", manifest


def _roots(
    lock: _Lock, manifest: Manifest, projects: dict[str, str], places: dict[str, Place]
) -> Iterator[Need]:
    """Yield what a manifest asks for, and note the line."""
    for name, asked in manifest.asked.items():
        if asked.peer or asked.wants.startswith("link:"):
            continue
        if (
            key := lock.keys.get(f"{name}@{asked.wants}")
            or projects.get(name)
            or _found(lock, name, asked.wants)
        ):
            yield Need(key, asked.wants, asked.scope)
            if key in lock.entries and (place := manifest.place(name)):
                places.setdefault(_identity(lock.entries[key])[0], place)
        elif asked.scope is not Scope.OPTIONAL:
            why = f"{manifest.path} asks for it, and it is not locked"
            lock.gaps.append(Gap(1, f"{name}@{asked.wants}", why))


def _project(key: str, manifest: Manifest, scope: Scope, needs: tuple[Need, ...]) -> Component:
    return Component(
        key=key, ecosystem="npm", name=manifest.name, version=manifest.version, line=1, scope=scope,
        direct=True, needs=needs, origin=Origin(Kind.WORKSPACE, key.removeprefix("workspace:")),
    )  # fmt: skip


def _identity(entry: _Entry) -> tuple[str, str]:
    """Give name and alias of an entry."""
    name, wants = _parts(entry.patterns[0])
    real = _parts(wants.removeprefix("npm:"))[0] if wants.startswith("npm:") else ""
    return (real, name) if real and real != name else (name, "")


def _component(
    lock: _Lock, key: str, scope: Scope | None, direct: bool, needs: tuple[Need, ...]
) -> Component:
    entry = lock.entries[key]
    name, alias = _identity(entry)
    version, resolved = entry.values.get("version", ""), entry.values.get("resolved", "")
    origin = _origin(_parts(key)[1], resolved)
    if not version or len(name) > MOST_NAME:
        lock.gaps.append(Gap(entry.line, key, "it has no version"))
    hashes = digests(entry.values.get("integrity"))
    if (sha1 := _SHA1.search(resolved)) and origin.kind is not Kind.GIT and f"sha1:{sha1[1]}" not in hashes:
        hashes += (f"sha1:{sha1[1]}",)
    return Component(
        key=key, ecosystem="npm", name=name, version=version, line=entry.line, end_line=entry.end_line,
        alias=alias, scope=scope or Scope.RUNTIME, direct=direct, needs=needs, origin=origin,
        files=files_of(name, version, resolved, hashes),
    )  # fmt: skip


def _origin(wants: str, resolved: str) -> Origin:
    if is_git(wants) and not is_url(resolved):
        return Origin(Kind.GIT, resolved or wants)
    if not resolved and is_local(wants):
        return Origin(Kind.PATH, wants)
    return origin_of(resolved, wants)
