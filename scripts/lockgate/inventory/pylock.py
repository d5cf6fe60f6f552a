"""Read pylock.toml and pylock.<name>.toml (PEP 751), lock version 1."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lockgate.inventory.model import Component, Inventory, Kind, LockError, Origin, Read
from lockgate.inventory.python_files import Artefact, Artefacts, files_of
from lockgate.inventory.python_graph import Edge, normalise, unique
from lockgate.inventory.python_manifest import assembled, beside, pyproject
from lockgate.inventory.toml_lock import Lines, load


class _Named(msgspec.Struct):
    name: str
    version: str = ""


class _Tree(msgspec.Struct, rename="kebab"):
    type: str = ""
    url: str = ""
    path: str = ""
    commit_id: str = ""


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    version: str = ""
    marker: str = ""
    dependencies: list[_Named] = []
    index: str = ""
    vcs: _Tree | None = None
    directory: _Tree | None = None
    archive: Artefact | None = None
    sdist: Artefact | None = None
    wheels: Artefacts = ""


class _Lock(msgspec.Struct, rename="kebab"):
    lock_version: str
    packages: list[_Package] = []


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a pylock; LockError for a lock version other than 1.x, and for what is not such a lock.

    The graph is optional in it. Directness is the project's to say; without it, what nothing needs is direct.
    """
    lock, lines = load(data, _Lock, "packages")
    if lock.lock_version.partition(".")[0] != "1":
        raise LockError(f"it is of lock version {lock.lock_version[:20]!r}; known is 1.x")
    manifest = pyproject(beside(path, "pyproject.toml"), read)
    packages: dict[str, _Package] = {}
    components: dict[str, Component] = {}
    names: dict[str, list[str]] = defaultdict(list)
    for package, where in zip(lock.packages, lines, strict=True):
        name = normalise(package.name)
        if name == manifest.name and package.directory:
            continue  # the project itself
        key = unique(f"{name}@{package.version}", components)
        packages[key] = package
        components[key] = _component(key, package, where)
        names[name].append(key)
    edges = {key: list(_edges(package, names, packages)) for key, package in packages.items()}
    return assembled(path, "pylock.toml", manifest, names, components, edges)


def _edges(package: _Package, names: dict[str, list[str]], packages: dict[str, _Package]) -> Iterator[Edge]:
    for one in package.dependencies:
        for key in names.get(normalise(one.name), ()):
            if one.version in ("", packages[key].version):
                yield Edge(key)


def _component(key: str, package: _Package, where: Lines) -> Component:
    single = [file for file in (package.archive, package.sdist) if file]
    files, published = files_of(single, package.wheels)
    return Component(
        key=key,
        ecosystem="PyPI",
        name=normalise(package.name),
        version=package.version,
        line=where[0],
        end_line=where[1],
        files=files,
        origin=_origin(package),
        marker=package.marker,
        published=published,
    )


def _origin(package: _Package) -> Origin:
    if package.vcs:
        return Origin(Kind.GIT, f"{package.vcs.url or package.vcs.path}#{package.vcs.commit_id}")
    if package.directory:
        return Origin(Kind.PATH, package.directory.path)
    if package.archive:
        return Origin(
            Kind.URL if package.archive.url else Kind.PATH, package.archive.url or package.archive.path
        )
    return Origin(Kind.REGISTRY, package.index)
