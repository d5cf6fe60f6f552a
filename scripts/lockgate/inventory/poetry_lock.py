"""Read poetry.lock, lock versions 1 and 2."""

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lockgate.inventory.model import Component, Inventory, Kind, LockError, Origin, Read, Scope
from lockgate.inventory.python_files import Artefact, Artefacts, files_of
from lockgate.inventory.python_graph import Edge, fitting, normalise, unique
from lockgate.inventory.python_manifest import assembled, beside, pyproject
from lockgate.inventory.toml_lock import Lines, load

_EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")


class _Dependency(msgspec.Struct):
    version: str = ""
    optional: bool = False
    markers: str = ""
    extras: list[str] = []


class _Source(msgspec.Struct):
    type: str = ""
    url: str = ""
    reference: str = ""
    resolved_reference: str = ""


class _Package(msgspec.Struct):
    name: str
    version: str
    category: str = ""
    optional: bool = False
    groups: list[str] = []
    markers: str | dict[str, str] = ""
    files: Artefacts = ""
    dependencies: dict[str, str | _Dependency | list[str | _Dependency]] = {}
    source: _Source = msgspec.field(default_factory=_Source)


class _Metadata(msgspec.Struct, rename="kebab"):
    lock_version: str
    files: dict[str, list[Artefact]] = {}


class _Lock(msgspec.Struct):
    metadata: _Metadata
    package: list[_Package] = []


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a poetry.lock; LockError for a lock version but 1.x and 2.x, and for what is not such a lock."""
    lock, lines = load(data, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("1", "2"):
        raise LockError(f"it is of lock version {lock.metadata.lock_version[:20]!r}; known are 1.x and 2.x")
    files = {normalise(name): listed for name, listed in lock.metadata.files.items()}
    packages: dict[str, _Package] = {}
    components: dict[str, Component] = {}
    names: dict[str, list[str]] = defaultdict(list)
    for package, where in zip(lock.package, lines, strict=True):
        name = normalise(package.name)
        key = unique(f"{name}@{package.version}", packages)
        packages[key] = package
        components[key] = _component(key, package, where, files.get(name, []))
        names[name].append(key)
    edges = {key: list(_edges(package, names, components)) for key, package in packages.items()}
    manifest = pyproject(beside(path, "pyproject.toml"), read)
    told = frozenset(key for key, package in packages.items() if package.groups or package.category)
    return assembled(path, "poetry.lock", manifest, names, components, edges, told)


def _edges(
    package: _Package, names: dict[str, list[str]], components: dict[str, Component]
) -> Iterator[Edge]:
    for name, value in package.dependencies.items():
        for one in value if isinstance(value, list) else [value]:
            asked = _Dependency(version=one) if isinstance(one, str) else one
            extras = tuple(map(normalise, asked.extras))
            under = _EXTRA.search(asked.markers) if asked.optional else None
            for key in fitting(names.get(normalise(name), []), asked.version, components):
                yield Edge(key, asked.version, Scope.RUNTIME, extras, normalise(under[1]) if under else "")


def _component(key: str, package: _Package, where: Lines, listed: list[Artefact]) -> Component:
    files, published = files_of(package.files or listed)
    markers = package.markers
    return Component(
        key=key,
        ecosystem="PyPI",
        name=normalise(package.name),
        version=package.version,
        line=where[0],
        end_line=where[1],
        scope=_scope(package),
        files=files,
        origin=_origin(package.source),
        marker=markers if isinstance(markers, str) else " or ".join(sorted(set(markers.values()))),
        published=published,
    )


def _scope(package: _Package) -> Scope:
    groups = package.groups or ([package.category] if package.category else ["main"])
    if "main" in groups:
        return Scope.OPTIONAL if package.optional else Scope.RUNTIME
    return Scope.DEV


def _origin(source: _Source) -> Origin:
    if source.type == "git":
        return Origin(Kind.GIT, f"{source.url}#{source.resolved_reference or source.reference}")
    kinds = {"url": Kind.URL, "directory": Kind.PATH, "file": Kind.PATH}
    return Origin(kinds.get(source.type, Kind.REGISTRY), source.url)
