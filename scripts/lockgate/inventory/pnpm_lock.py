"""Read pnpm-lock.yaml, versions 6, 7 and 9.

Source: https://github.com/pnpm/spec/tree/master/lockfile
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

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
from lockgate.inventory.node_graph import scopes
from lockgate.inventory.node_manifest import Manifest, manifest_of
from lockgate.inventory.node_text import (
    decoded,
    digests,
    files_of,
    folder_of,
    is_name,
    joined,
    origin_of,
    table_in,
    text_in,
    texts_in,
)  # fmt: skip
from lockgate.inventory.node_yaml import Document, load

_SECTIONS = (
    ("devDependencies", Scope.DEV),
    ("dependencies", Scope.RUNTIME),
    ("optionalDependencies", Scope.OPTIONAL),
)


@dataclass(slots=True)
class _Lock:
    """Hold one document: `packages`, and `uses` of them, which tell peers apart (version 9: `snapshots`)."""

    path: str
    document: Document
    packages: dict[str, object]
    uses: dict[str, object]
    projects: dict[str, dict[str, object]]
    manifests: dict[str, Manifest]
    aliases: dict[str, str] = field(default_factory=dict)
    linked: dict[str, Component] = field(default_factory=dict)  # folders outside the workspace
    gaps: list[Gap] = field(default_factory=list)

    def line(self, *path: str) -> int:
        return self.document.lines.get(path, (0, 0))[0]


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a lock; the key of a component is its path there, with its peers."""
    made = [_inventory(_opened(path, document, read)) for document in load(decoded(data))]
    if not made:
        raise LockError("it is empty")
    if len(made) == 1:
        return made[0]
    # pnpm 11 writes what it needs itself as a document of its own, before the project's.
    made.reverse()
    components = {one.key: one for inventory in reversed(made) for one in inventory.components}
    return replace(
        made[0],
        components=tuple(components.values()),
        needs=tuple({need.key: need for one in reversed(made) for need in one.needs}.values()),
        gaps=tuple(gap for one in made for gap in one.gaps),
    )


def _opened(path: str, document: Document, read: Read) -> _Lock:
    whole = document.value
    version = whole.get("lockfileVersion")
    if not isinstance(version, str) or version.partition(".")[0] not in {"6", "7", "9"}:
        line = document.lines.get(("lockfileVersion",), (0, 0))[0]
        raise LockError(f"its lockfileVersion is {str(version)[:50]!r}; 6, 7 and 9 are known", line)
    for name in ("packages", "snapshots", "importers"):
        if not isinstance(whole.get(name, {}), dict):
            raise LockError(f"its `{name}` is not a mapping", document.lines.get((name,), (0, 0))[0])
    projects = {key: one for key, one in table_in(whole, "importers").items() if isinstance(one, dict)}
    projects = projects or {".": whole}
    packages = table_in(whole, "packages")
    uses = table_in(whole, "snapshots") if "snapshots" in whole else packages
    if clash := sorted((projects.keys() & uses.keys()) - {"."}):
        raise LockError(
            f"{clash[0][:100]!r} is a project and a package", document.lines["importers", clash[0]][0]
        )
    folders = {key: joined(folder_of(path), key) for key in projects}
    manifests = {
        key: manifest_of(folder, read) if folder is not None else Manifest("")
        for key, folder in folders.items()
    }
    return _Lock(path, document, packages, uses, projects, manifests)


def _inventory(lock: _Lock) -> Inventory:
    asked = {key: tuple(_asked(lock, key, project)) for key, project in lock.projects.items()}
    members = [key for key in asked if key != "."]
    graph = {
        key: tuple(_needs(lock, key, use)) for key, use in lock.uses.items() if _is_entry(lock, key, use)
    }
    packages = [*graph]
    graph |= {key: asked[key] for key in members} | dict.fromkeys(lock.linked, ())
    top = [*asked.get(".", ())]
    top += [Need(key) for key in members if key not in {need.key for need in top}]
    reached = scopes(top, graph)
    direct = {need.key for needs in [*asked.values(), top] for need in needs}
    made = [_project(lock, key, graph[key]) for key in members] + [*lock.linked.values()]
    made = [replace(one, scope=reached.get(one.key, Scope.RUNTIME), direct=True) for one in made]
    made += [_component(lock, key, reached.get(key), key in direct, graph[key]) for key in packages]
    root = lock.manifests.get(".", Manifest(""))
    return Inventory(
        path=lock.path, kind="pnpm-lock.yaml", ecosystem="npm", name=root.name, version=root.version,
        needs=tuple(top), components=tuple(made), gaps=tuple(lock.gaps), manifest=_places(lock, asked, made),
    )  # fmt: skip


def _asked(lock: _Lock, project: str, entry: dict[str, object]) -> Iterator[Need]:
    """Yield what a project needs."""
    found: dict[str, Need] = {}
    for section, scope in _SECTIONS:
        for name, about in table_in(entry, section).items():
            if not isinstance(about, dict) or not is_name(name):
                lock.gaps.append(Gap(lock.line("importers", project), name[:100], "it is not a requirement"))
                continue
            wants = text_in(about, "specifier")
            if key := _key(lock, project, name, text_in(about, "version")):
                found[name] = Need(key, wants, scope)
            elif scope is not Scope.OPTIONAL:
                line = lock.line("importers", project) or lock.line(section)
                lock.gaps.append(Gap(line, f"{name}@{wants}", "it is needed, and not locked"))
    yield from found.values()


def _needs(lock: _Lock, key: str, use: object) -> Iterator[Need]:
    entry = use if isinstance(use, dict) else {}
    ranges = texts_in(_package(lock, key)[1], "peerDependencies")
    for section, scope in _SECTIONS[1:]:
        for name, reference in texts_in(entry, section).items():
            if found := _key(lock, ".", name, reference):
                yield Need(found, ranges.get(name, ""), scope)
            elif scope is Scope.RUNTIME:
                line = lock.line("snapshots", key) or lock.line("packages", key)
                lock.gaps.append(Gap(line, f"{name}@{reference}", "it is needed, and not locked"))


def _key(lock: _Lock, project: str, name: str, reference: str) -> str | None:
    """Find what a reference means: a version, a path in the lock (of an alias), or a folder."""
    if reference.startswith("link:"):
        return _folder(lock, project, name, reference)
    for key in (f"{name}@{reference}", f"/{name}@{reference}", reference):
        if isinstance(lock.uses.get(key), dict):
            if not key.removeprefix("/").startswith(f"{name}@"):
                lock.aliases.setdefault(key, name)
            return key
    return None


def _folder(lock: _Lock, project: str, name: str, reference: str) -> str | None:
    folder = reference.removeprefix("link:")
    place = None if folder.startswith("/") else joined(project, folder)
    if place == "":
        return None if "." not in lock.projects else _linked(lock, project, name, reference)
    if place in lock.projects:
        return place
    return _linked(lock, project, name, reference)


def _linked(lock: _Lock, project: str, name: str, reference: str) -> str:
    key = f"{name}@{reference}"
    if key in lock.uses:
        return key
    line = lock.line("importers", project) or lock.line("dependencies") or 1
    lock.linked[key] = Component(
        key=key, ecosystem="npm", name=name, version="", line=line, origin=Origin(Kind.PATH, reference)
    )
    return key


def _is_entry(lock: _Lock, key: str, use: object) -> bool:
    if isinstance(use, dict) and is_name(key):
        return True
    line = lock.line("snapshots", key) or lock.line("packages", key)
    lock.gaps.append(Gap(line, key[:100], "it is not an entry of a package"))
    return False


def _package(lock: _Lock, key: str) -> tuple[str, dict[str, object]]:
    """Give path and entry of the package that is used: behind its path stand the peers, each in brackets."""
    bare = key
    while True:
        entry = lock.packages.get(bare)
        if isinstance(entry, dict) and (
            bare != key or lock.uses is not lock.packages or not bare.endswith(")")
        ):
            return bare, entry
        if not bare.endswith(")") or not (start := _last_group(bare)):
            return bare, entry if isinstance(entry, dict) else table_in(lock.packages, key)
        bare = bare[:start]


def _last_group(key: str) -> int:
    depth = 0
    for at in range(len(key) - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(key[at], 0)
        if depth == 0:
            return at
    return 0


def _project(lock: _Lock, key: str, needs: tuple[Need, ...]) -> Component:
    manifest = lock.manifests[key]
    line, end = lock.document.lines.get(("importers", key), (1, 1))
    return Component(
        key=key, ecosystem="npm", name=manifest.name or key.rpartition("/")[2] or key,
        version=manifest.version, line=line, end_line=end, needs=needs, origin=Origin(Kind.WORKSPACE, key),
    )  # fmt: skip


def _component(
    lock: _Lock, key: str, scope: Scope | None, direct: bool, needs: tuple[Need, ...]
) -> Component:
    bare, entry = _package(lock, key)
    name, _, version = _split(bare)
    resolution = table_in(entry, "resolution")
    origin = _origin(resolution, version, "name" in entry)
    name, version = text_in(entry, "name") or name, text_in(entry, "version") or version
    line, end = lock.document.lines.get(("packages", bare)) or lock.document.lines.get(
        ("snapshots", key), (1, 1)
    )
    if not version[:1].isdigit():
        version = ""
        if origin.kind is not Kind.PATH:
            lock.gaps.append(Gap(line, key, "it has no version"))
    return Component(
        key=key, ecosystem="npm", name=name, version=version, line=line, end_line=end,
        alias=lock.aliases.get(key, "") if lock.aliases.get(key) != name else "",
        scope=scope or _flagged(lock.uses[key]), direct=direct, needs=needs, origin=origin,
        files=files_of(name, version, text_in(resolution, "tarball"), digests(resolution.get("integrity"))),
        install_script=entry.get("requiresBuild") == "true",
    )  # fmt: skip


def _split(bare: str) -> tuple[str, str, str]:
    path = bare.removeprefix("/")
    at = path.find("@", 1)
    return (path[:at], "@", path[at + 1 :]) if at > 0 else (path, "", "")


def _origin(resolution: dict[str, object], version: str, named: bool) -> Origin:
    tarball = text_in(resolution, "tarball")
    if repository := text_in(resolution, "repo"):
        return Origin(Kind.GIT, f"{repository}#{text_in(resolution, 'commit')}")
    if resolution.get("type") == "directory" or version.startswith("file:"):
        return Origin(Kind.PATH, text_in(resolution, "directory") or version)
    if resolution.get("gitHosted") == "true":
        return Origin(Kind.GIT, tarball)
    registry = version[:1].isdigit() and not named
    return origin_of(tarball, "" if registry else tarball)


def _flagged(use: object) -> Scope:
    entry = use if isinstance(use, dict) else {}
    if entry.get("dev") == "true":
        return Scope.DEV
    return Scope.OPTIONAL if entry.get("optional") == "true" else Scope.RUNTIME


def _places(lock: _Lock, asked: dict[str, tuple[Need, ...]], components: list[Component]) -> dict[str, Place]:
    names = {one.key: one for one in components}
    found: dict[str, Place] = {}
    for key, needs in asked.items():
        for one in (names[need.key] for need in needs):
            at = lock.manifests[key].place(one.alias or one.name) or lock.manifests[key].place(one.name)
            if at:
                found.setdefault(one.name, at)
    return found
