"""Read pdm.lock, lock version 4."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lockgate.inventory.model import Component, Inventory, Kind, LockError, Origin, Read, Scope
from lockgate.inventory.python_files import Artefacts, files_of
from lockgate.inventory.python_graph import STRENGTH, Edge, normalise, unique
from lockgate.inventory.python_manifest import Manifest, assembled, beside, group_scope, pyproject, split
from lockgate.inventory.toml_lock import Lines, load


class _Package(msgspec.Struct):
    name: str
    version: str = ""
    extras: list[str] = []
    groups: list[str] = []
    marker: str = ""
    dependencies: list[str] = []
    files: Artefacts = ""
    git: str = ""
    revision: str = ""
    url: str = ""
    path: str = ""


class _Metadata(msgspec.Struct):
    lock_version: str


class _Lock(msgspec.Struct):
    metadata: _Metadata
    package: list[_Package] = []


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a pdm.lock; LockError for a lock version other than 4.x, and for what is not such a lock."""
    lock, lines = load(data, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] != "4":
        raise LockError(f"it is of lock version {lock.metadata.lock_version[:20]!r}; known is 4.x")
    manifest = pyproject(beside(path, "pyproject.toml"), read)
    components: dict[str, Component] = {}
    names: dict[str, list[str]] = defaultdict(list)
    holders: list[tuple[str, _Package]] = []
    # An entry with extras says what they add to the entry without.
    for package, where in sorted(
        zip(lock.package, lines, strict=True), key=lambda pair: bool(pair[0].extras)
    ):
        name = normalise(package.name)
        key = f"{name}@{package.version}"
        if not package.extras or key not in components:
            key = unique(key, components)
            components[key] = _component(key, package, where, manifest)
            names[name].append(key)
        holders.append((key, package))
    edges: dict[str, list[Edge]] = defaultdict(list)
    for key, package in holders:
        edges[key].extend(edge for edge in _edges(package, names, components) if edge.key != key)
    told = frozenset(key for key, package in holders if package.groups)
    return assembled(path, "pdm.lock", manifest, names, components, edges, told)


def _edges(
    package: _Package, names: dict[str, list[str]], components: dict[str, Component]
) -> Iterator[Edge]:
    for text in package.dependencies:
        if not (found := split(text)):
            continue
        name, extras, wants, _ = found
        keys = names.get(name, [])
        exact = [key for key in keys if wants == f"=={components[key].version}"]
        for key in exact or keys:
            yield from (
                Edge(key, wants, extras=extras, under=normalise(one)) for one in package.extras or [""]
            )


def _component(key: str, package: _Package, where: Lines, manifest: Manifest) -> Component:
    files, published = files_of(package.files)
    return Component(
        key=key,
        ecosystem="PyPI",
        name=normalise(package.name),
        version=package.version,
        line=where[0],
        end_line=where[1],
        scope=_scope(package.groups, manifest),
        files=files,
        origin=_origin(package),
        marker=package.marker,
        published=published,
    )


def _scope(groups: list[str], manifest: Manifest) -> Scope:
    found = []
    for group in map(normalise, groups or ["default"]):
        if group == "default":
            found.append(Scope.RUNTIME)
        elif group in manifest.extras:
            found.append(Scope.OPTIONAL)
        else:
            found.append(Scope.DEV if group in manifest.groups else group_scope(group))
    return min(found, key=STRENGTH.index)


def _origin(package: _Package) -> Origin:
    if package.git:
        return Origin(Kind.GIT, f"{package.git}#{package.revision}")
    if package.url:
        return Origin(Kind.URL, package.url)
    return Origin(Kind.PATH, package.path) if package.path else Origin()
