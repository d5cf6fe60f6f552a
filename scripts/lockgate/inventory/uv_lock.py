"""Read uv.lock, version 1, of any revision."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lockgate.inventory.model import (
    Component,
    Gap,
    Inventory,
    Kind,
    LockError,
    Origin,
    Place,
    Read,
    Scope,
)
from lockgate.inventory.python_files import Artefact, Artefacts, files_of
from lockgate.inventory.python_graph import Edge, needs_of, normalise, settle, unique
from lockgate.inventory.python_manifest import beside, pyproject
from lockgate.inventory.toml_lock import Lines, load

Source = dict[str, str | bool]
_Ranges = dict[tuple[str, str], str]


class _Requirement(msgspec.Struct, rename="kebab"):
    name: str
    version: str = ""
    source: Source = {}
    extra: list[str] = []
    marker: str = ""
    specifier: str = ""


class _Metadata(msgspec.Struct, rename="kebab"):
    requires_dist: list[_Requirement] = []
    requires_dev: dict[str, list[_Requirement]] = {}


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    source: Source
    version: str = ""
    dependencies: list[_Requirement] = []
    optional_dependencies: dict[str, list[_Requirement]] = {}
    dev_dependencies: dict[str, list[_Requirement]] = {}
    resolution_markers: list[str] = []
    sdist: Artefact | None = None
    wheels: Artefacts = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Manifest(msgspec.Struct, rename="kebab"):
    members: list[str] = []
    requirements: list[_Requirement] = []
    dependency_groups: dict[str, list[_Requirement]] = {}


class _Lock(msgspec.Struct):
    version: int
    package: list[_Package] = []
    manifest: _Manifest = msgspec.field(default_factory=_Manifest)


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a uv.lock; LockError for another version than 1, and for what is not such a lock."""
    lock, lines = load(data, _Lock, "package")
    if lock.version != 1:
        raise LockError(f"it is of version {lock.version}; known is version 1")
    return _Reader(path, lock, lines, read).inventory()


class _Reader:
    """Turn the structs of one lock into the model."""

    def __init__(self, path: str, lock: _Lock, lines: list[Lines], read: Read) -> None:
        self._path, self._lock, self._read = path, lock, read
        self._gaps: list[Gap] = []
        self._root: _Package | None = None
        self._packages: dict[str, tuple[_Package, Lines]] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for package, where in zip(lock.package, lines, strict=True):
            if self._root is None and _local(package.source) == ".":
                self._root = package
                continue
            key = unique(f"{normalise(package.name)}@{package.version}", self._packages)
            self._packages[key] = package, where
            self._by_name[normalise(package.name)].append(key)

    def inventory(self) -> Inventory:
        """Give the whole."""
        edges = {key: list(self._edges(package, line[0])) for key, (package, line) in self._packages.items()}
        roots = list(self._roots())
        markers = self._markers()
        components = {
            key: _component(key, package, where, self._is_member(package), markers)
            for key, (package, where) in self._packages.items()
        }
        return Inventory(
            path=self._path,
            kind="uv.lock",
            ecosystem="PyPI",
            name=normalise(self._root.name) if self._root else "",
            version=self._root.version if self._root else "",
            needs=needs_of(roots),
            components=settle(components, edges, roots),
            gaps=tuple(self._gaps),
            manifest=self._places(),
        )

    def _is_member(self, package: _Package) -> bool:
        return package.name in self._lock.manifest.members and bool(_local(package.source))

    def _roots(self) -> Iterator[Edge]:
        if self._root:
            # Its extras are there without anybody who asks for them.
            yield from (edge for edge in self._edges(self._root, 1) if not edge.under)
        for name in self._lock.manifest.members:
            yield from (Edge(key) for key in self._by_name.get(normalise(name), ()))
        own = self._lock.manifest
        yield from self._all(own.requirements, Scope.RUNTIME, "", {}, 1)
        for group in own.dependency_groups.values():
            yield from self._all(group, Scope.DEV, "", {}, 1)

    def _edges(self, package: _Package, line: int) -> Iterator[Edge]:
        told = package.metadata
        wants = _ranges(told.requires_dist)
        yield from self._all(package.dependencies, Scope.RUNTIME, "", wants, line)
        own = package is self._root or self._is_member(package)
        for extra, listed in package.optional_dependencies.items():
            # What a registry's package needs for an extra is needed where someone asks for that extra.
            yield from self._all(listed, Scope.RUNTIME, normalise(extra), wants, line)
            if own:
                yield from self._all(listed, Scope.OPTIONAL, "", wants, line)
        for group, listed in package.dev_dependencies.items():
            asked = _ranges(told.requires_dev.get(group, []))
            yield from self._all(listed, Scope.DEV, "", asked, line)

    def _all(
        self, listed: list[_Requirement], scope: Scope, under: str, wants: _Ranges, line: int
    ) -> Iterator[Edge]:
        for one in listed:
            name = normalise(one.name)
            found = [key for key in self._by_name.get(name, ()) if _fits(one, self._packages[key][0])]
            if not found and not (self._root and name == normalise(self._root.name)):
                self._gaps.append(Gap(line, one.name, "it is needed here, and the lock has no entry for it"))
            extras = tuple(map(normalise, one.extra))
            asked = one.specifier or wants.get((name, one.marker)) or wants.get((name, ""), "")
            yield from (Edge(key, asked, scope, extras, under) for key in found)

    def _markers(self) -> dict[str, set[str]]:
        """Give the markers of all that needs a package, by its name; an empty one for no condition."""
        found: dict[str, set[str]] = defaultdict(set)
        for package in self._lock.package:
            groups = [*package.optional_dependencies.values(), *package.dev_dependencies.values()]
            for listed in [package.dependencies, *groups]:
                for one in listed:
                    found[normalise(one.name)].add(one.marker)
        return found

    def _places(self) -> dict[str, Place]:
        found: dict[str, Place] = {}
        own = [package for package, _ in self._packages.values() if self._is_member(package)]
        for folder in (".", *(_local(package.source) for package in own)):
            places = pyproject(beside(self._path, f"{folder}/pyproject.toml"), self._read).places
            found = {**places, **found}
        return found


def _ranges(listed: list[_Requirement]) -> _Ranges:
    """Give the ranges by name and marker, and by name alone where a name has one only."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in listed:
        found[normalise(one.name)].add(one.specifier)
    single = {(name, ""): next(iter(ranges)) for name, ranges in found.items() if len(ranges) == 1}
    return single | {(normalise(one.name), one.marker): one.specifier for one in listed}


def _local(source: Source) -> str:
    """Give the folder of a package that is in the tree; empty for others."""
    for kind in ("editable", "virtual", "directory"):
        if isinstance(folder := source.get(kind), str):
            return folder or "."
    return ""


def _fits(one: _Requirement, package: _Package) -> bool:
    return one.version in ("", package.version) and one.source in ({}, package.source)


def _component(
    key: str, package: _Package, where: Lines, member: bool, markers: dict[str, set[str]]
) -> Component:
    sdist = [package.sdist] if package.sdist else []
    files, published = files_of(sdist, package.wheels)
    asked = markers.get(normalise(package.name), set())
    marker = package.resolution_markers or ([] if "" in asked else sorted(asked))
    return Component(
        key=key,
        ecosystem="PyPI",
        name=normalise(package.name),
        version=package.version,
        line=where[0],
        end_line=where[1],
        files=files,
        origin=Origin(Kind.WORKSPACE, _local(package.source)) if member else _origin(package.source),
        marker=" or ".join(marker),
        published=published,
    )


def _origin(source: Source) -> Origin:
    for name, kind in (
        ("registry", Kind.REGISTRY),
        ("git", Kind.GIT),
        ("url", Kind.URL),
        ("path", Kind.PATH),
    ):
        if isinstance(address := source.get(name), str):
            return Origin(kind, address)
    return Origin(Kind.PATH, _local(source))
