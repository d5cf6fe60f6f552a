"""Read Pipfile.lock, version 6. It says what is locked, and not who needs whom."""

from typing import TypeVar

import msgspec

from lockgate.inventory import json_lines
from lockgate.inventory.model import Component, File, Gap, Inventory, Kind, LockError, Origin, Read, Scope
from lockgate.inventory.python_graph import STRENGTH, Edge, needs_of, normalise, settle
from lockgate.inventory.python_manifest import beside, group_scope, pipfile

T = TypeVar("T")

_SCOPES = {"default": Scope.RUNTIME, "develop": Scope.DEV}
_SECTIONS = {"default": "packages", "develop": "dev-packages"}


class _Entry(msgspec.Struct):
    version: str = ""
    hashes: list[str] = []
    markers: str = ""
    index: str = ""
    git: str = ""
    ref: str = ""
    file: str = ""
    path: str = ""


class _Source(msgspec.Struct):
    name: str = ""
    url: str = ""


class _Meta(msgspec.Struct, rename="kebab"):
    pipfile_spec: int
    sources: list[_Source] = []


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a Pipfile.lock; LockError for a version other than 6, and for what is not such a lock.

    Directness is the Pipfile's to say; without one, everything counts as direct.
    """
    sections = frozenset(json_lines.load(data, frozenset())) - {"_meta"}
    found = json_lines.load(data, sections)
    meta = _convert(found.pop("_meta", None), _Meta, 1)
    if meta.pipfile_spec != 6:
        raise LockError(f"it is of version {meta.pipfile_spec}; known is version 6")
    addresses = {source.name: source.url for source in meta.sources}
    default = meta.sources[0].url if meta.sources else ""
    manifest = pipfile(beside(path, "Pipfile"), read)
    components: dict[str, Component] = {}
    gaps: list[Gap] = []
    roots: list[Edge] = []
    for section in sorted(found, key=lambda section: STRENGTH.index(_scope(section))):
        if not isinstance(found[section], dict):
            raise LockError("a section of it is no table")
        asked = {one.name: one for one in manifest.wanted if one.group == _SECTIONS.get(section, section)}
        for name, located in found[section].items():
            entry = _convert(located.value, _Entry, located.line)
            origin = _origin(entry, addresses.get(entry.index, default))
            if origin.kind is Kind.REGISTRY and not entry.version.startswith("=="):
                gaps.append(Gap(located.line, name, "the lock names no version of it"))
                continue
            component = _component(name, section, located, entry, origin)
            components.setdefault(component.key, component)
            if not manifest.wanted or component.name in asked:
                wants = asked[component.name].wants if component.name in asked else ""
                roots.append(Edge(component.key, wants, _scope(section)))
    return Inventory(
        path=path,
        kind="Pipfile.lock",
        ecosystem="PyPI",
        needs=needs_of(roots),
        components=settle(components, {}, roots),
        gaps=tuple(gaps),
        manifest=manifest.places,
    )


def _convert(value: object, model: type[T], line: int) -> T:
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise LockError(f"it is not of this kind: {error}", line) from error


def _scope(section: str) -> Scope:
    return _SCOPES.get(section) or group_scope(section)


def _component(
    name: str, section: str, located: json_lines.Located, entry: _Entry, origin: Origin
) -> Component:
    version = entry.version.removeprefix("==").removeprefix("=")
    return Component(
        key=f"{normalise(name)}@{version}",
        ecosystem="PyPI",
        name=normalise(name),
        version=version,
        line=located.line,
        end_line=located.end_line,
        scope=_scope(section),
        files=(File("", "", tuple(entry.hashes)),) if entry.hashes else (),
        origin=origin,
        marker=entry.markers,
    )


def _origin(entry: _Entry, index: str) -> Origin:
    if entry.git:
        return Origin(Kind.GIT, f"{entry.git}#{entry.ref}")
    if entry.file:
        return Origin(Kind.URL if "://" in entry.file else Kind.PATH, entry.file)
    return Origin(Kind.PATH, entry.path) if entry.path else Origin(Kind.REGISTRY, index)
