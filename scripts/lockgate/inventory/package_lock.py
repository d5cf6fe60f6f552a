"""Read package-lock.json and npm-shrinkwrap.json, versions 1 to 3.

Source: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lockgate.inventory import package_lock_old
from lockgate.inventory.json_lines import Located, load
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
)
from lockgate.inventory.node_graph import scopes, unneeded
from lockgate.inventory.node_manifest import manifest_of
from lockgate.inventory.node_text import (
    digests,
    files_of,
    folder_of,
    is_local,
    is_name,
    joined,
    licence_of,
    origin_of,
    table_in,
    text_in,
    texts_in,
)  # fmt: skip

_MODULES = "node_modules/"
_DEEPEST = 200
_SECTIONS = (
    ("peerDependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEV),
    ("dependencies", Scope.RUNTIME),
    ("optionalDependencies", Scope.OPTIONAL),
)
"""A later one wins over an earlier one, as it does in npm."""


@dataclass(slots=True)
class _Lock:
    """Hold the entries of `packages` by their path, and what is learnt of them on the way."""

    entries: dict[str, Located]
    links: dict[str, str] = field(default_factory=dict)  # path of a link -> path of what it leads to
    wanted: dict[str, str] = field(default_factory=dict)  # path -> a requirement that led to it
    gaps: list[Gap] = field(default_factory=list)


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a lock; the key of a component is its path in `packages`."""
    whole = load(data, frozenset({"packages"}))
    version = whole.get("lockfileVersion")
    old = (version == 1 and type(version) is int) or (version is None and "dependencies" in whole)
    if old and "packages" not in whole:
        return package_lock_old.parse(path, load(data, frozenset({"dependencies"}), nested=True), read)
    if type(version) is not int or version not in {2, 3}:
        raise LockError(f"its lockfileVersion is {str(version)[:50]!r}; 1, 2 and 3 are known")
    packages = whole.get("packages")
    if not isinstance(packages, dict):
        raise LockError("it has no `packages`")
    lock = _Lock(packages)
    _sift(lock)
    return _inventory(path, whole, lock, read)


def _sift(lock: _Lock) -> None:
    """Keep what is an entry, and take the links out."""
    for key, at in [*lock.entries.items()]:
        entry = at.value
        if not isinstance(entry, dict) or key.count("/") > _DEEPEST:
            lock.gaps.append(Gap(at.line, key, "it is not an entry of a package"))
            del lock.entries[key]
        elif entry.get("link") is True:
            lock.links[key] = text_in(entry, "resolved")
    for key, target in lock.links.items():
        at = lock.entries.pop(key)
        if not isinstance(lock.entries.get(target), Located):
            # What is linked lies outside, or is not locked: it is there, and nothing is known of it.
            lock.links[key] = key
            lock.entries[key] = Located({"resolved": f"file:{target}"}, at.line, at.end_line)


def _inventory(path: str, whole: dict[str, object], lock: _Lock, read: Read) -> Inventory:
    root = lock.entries.pop("", Located({}, 1, 1)).value
    graph = {key: tuple(_needs(lock, key, at)) for key, at in lock.entries.items()}
    needs = [*_needs(lock, "", Located(root, 1, 1))]
    needs += _projects(lock, graph, needs)
    reached = scopes(needs, graph)
    direct = {need.key for need in needs}
    direct.update(need.key for key in graph if _own(key) for need in graph[key])
    components = tuple(
        _component(lock, key, at, reached.get(key), key in direct, graph[key])
        for key, at in lock.entries.items()
    )
    return Inventory(
        path=path, kind=path.rpartition("/")[2], ecosystem="npm",
        name=text_in(root, "name") or text_in(whole, "name"),
        version=text_in(root, "version") or text_in(whole, "version"),
        needs=tuple(needs), components=components, gaps=tuple(lock.gaps),
        manifest=_manifest(path, lock, components, graph, needs, read),
    )  # fmt: skip


def _needs(lock: _Lock, key: str, at: Located) -> Iterator[Need]:
    """Yield what an entry needs, as node would find it from there."""
    for name, (wants, scope, peer) in _asked(at.value, _own(key)).items():
        if found := _found(lock, key, name):
            lock.wanted.setdefault(found, wants)
            yield Need(found, wants, scope)
        elif scope is Scope.RUNTIME and not peer:
            lock.gaps.append(Gap(at.line, f"{name}@{wants}", "it is needed, and not locked"))


def _asked(entry: dict[str, object], own: bool) -> dict[str, tuple[str, Scope, bool]]:
    asked = {}
    for section, scope in _SECTIONS:
        if section not in entry or (scope is Scope.DEV and not own):
            continue
        peer = section == "peerDependencies"
        meta = table_in(entry, "peerDependenciesMeta") if peer else {}
        for name, wants in texts_in(entry, section).items():
            spare = isinstance(about := meta.get(name), dict) and about.get("optional") is True
            asked[name] = (wants, Scope.OPTIONAL if spare else scope, peer)
    return asked


def _found(lock: _Lock, key: str, name: str) -> str | None:
    """Walk up from a folder as node does, to the nearest folder of modules that has the name."""
    folder = key
    while True:
        place = f"{folder}/{_MODULES}{name}" if folder else _MODULES + name
        if place in lock.entries:
            return place
        if place in lock.links:
            return lock.links[place]
        if not folder:
            return None
        folder = folder[: max(folder.rfind("/"), 0)]
        if folder.endswith("/node_modules") or folder == "node_modules":
            folder = folder[: max(folder.rfind("/"), 0)]


def _own(key: str) -> bool:
    """Say whether a path is a folder of the project's own, as workspaces are."""
    return _MODULES not in key


def _projects(lock: _Lock, graph: dict[str, tuple[Need, ...]], needs: list[Need]) -> list[Need]:
    """Give the workspaces: folders of the project's own that nobody asks for by their path."""
    own = [key for key in graph if _own(key)]
    if not own:
        return []
    asked = {need.key for need in needs}
    found = [Need(key) for key in own if key not in asked and not is_local(lock.wanted.get(key, ""))]
    reached = scopes([*needs, *found], graph)
    return found + [Need(key) for key in unneeded(graph, reached) if _own(key)]


def _component(
    lock: _Lock, key: str, at: Located, scope: Scope | None, direct: bool, needs: tuple[Need, ...]
) -> Component:
    entry = at.value
    asked = key.rpartition(_MODULES)[2]
    name = text_in(entry, "name") or (asked.rpartition("/")[2] if _own(key) else asked)
    version, resolved = text_in(entry, "version"), text_in(entry, "resolved")
    origin = _origin(lock, key, resolved)
    if not is_name(name) or (not version and origin.kind not in {Kind.PATH, Kind.WORKSPACE}):
        lock.gaps.append(Gap(at.line, key, "it has no version"))
    return Component(
        key=key, ecosystem="npm", name=name, version=version, line=at.line, end_line=at.end_line,
        alias="" if _own(key) or asked == name else asked,
        scope=scope or _flagged(entry), direct=direct, needs=needs,
        files=files_of(name, version, resolved, digests(entry.get("integrity"))),
        licence=licence_of(entry.get("license") or entry.get("licenses")),
        origin=origin, install_script=entry.get("hasInstallScript") is True,
        bundled=entry.get("inBundle") is True,
    )  # fmt: skip


def _origin(lock: _Lock, key: str, resolved: str) -> Origin:
    wants = lock.wanted.get(key, "")
    if _own(key):
        return Origin(Kind.PATH if is_local(wants) else Kind.WORKSPACE, key)
    return origin_of(resolved, wants)


def _flagged(entry: dict[str, object]) -> Scope:
    """Believe npm's own word where the way from the root is not to be seen."""
    if entry.get("dev") is True:
        return Scope.DEV
    return (
        Scope.OPTIONAL if entry.get("optional") is True or entry.get("devOptional") is True else Scope.RUNTIME
    )


def _manifest(
    path: str, lock: _Lock, components: tuple[Component, ...], graph: dict[str, tuple[Need, ...]],
    needs: list[Need], read: Read,
) -> dict[str, Place]:  # fmt: skip
    """Find the line of each direct requirement, the root's first."""
    names = {component.key: component for component in components}
    found: dict[str, Place] = {}
    for folder, wanted in {"": needs, **{key: [*graph[key]] for key in graph if _own(key)}}.items():
        place = joined(folder_of(path), folder)
        manifest = manifest_of(place, read) if place is not None else None
        for need in wanted if manifest and manifest.asked else ():
            component = names[need.key]
            if at := manifest and manifest.place(component.alias or component.name):
                found.setdefault(component.name, at)
    return found
