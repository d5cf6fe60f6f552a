"""Read the yarn.lock of yarn 2 to 4, which is YAML and names the workspaces.

Source: https://yarnpkg.com/advanced/lexicon (descriptor, locator)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from lockgate.inventory.model import (
    Component,
    File,
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
    folder_of,
    is_git,
    is_local,
    is_name,
    is_url,
    joined,
    table_in,
    text_in,
    texts_in,
)  # fmt: skip
from lockgate.inventory.node_yaml import Document, load

_KNOWN = range(4, 11)


@dataclass(slots=True)
class _Lock:
    path: str
    document: Document
    entries: dict[str, dict[str, object]]  # by their resolution
    keys: dict[str, str]  # of each requirement
    heads: dict[str, str] = field(default_factory=dict)  # key -> the line that it stands on
    names: dict[str, list[str]] = field(default_factory=dict)
    builtin: dict[str, str] = field(default_factory=dict)  # requirement -> key of what yarn patches
    manifests: dict[str, Manifest] = field(default_factory=dict)  # of the workspaces
    gaps: list[Gap] = field(default_factory=list)


def parse(path: str, text: str, read: Read) -> Inventory:
    """Read a lock's text; the key of a component is its `resolution`.

    `checksum` is of a file that yarn packs itself, no hash of the package's: its file comes without one.
    """
    documents = load(text)
    version = text_in(table_in(documents[0].value, "__metadata"), "version") if documents else ""
    if len(documents) != 1 or not version.isdecimal() or int(version[:9]) not in _KNOWN:
        raise LockError(f"its version is {version[:50]!r}; {_KNOWN[0]} to {_KNOWN[-1]} are known")
    lock = _indexed(path, documents[0])
    for key in lock.entries:
        if (folder := _workspace(key)) is not None:
            place = joined(folder_of(path), folder)
            lock.manifests[key] = manifest_of(place, read) if place is not None else Manifest("")
    return _inventory(lock)


def _indexed(path: str, document: Document) -> _Lock:
    lock = _Lock(path, document, {}, {})
    for head, entry in document.value.items():
        if head == "__metadata":
            continue
        line = document.lines[head,][0]
        key = text_in(entry, "resolution") if isinstance(entry, dict) else ""
        if not isinstance(entry, dict) or not is_name(_split(key)[0]) or not _split(key)[1]:
            lock.gaps.append(Gap(line, head[:100], "it is not an entry of a package"))
            continue
        if key in lock.entries:
            raise LockError(f"{key[:100]!r} stands there twice", line)
        lock.entries[key] = entry
        lock.heads[key] = head
        for asked in head.split(", "):
            if lock.keys.setdefault(asked, key) != key:
                raise LockError(f"{asked[:100]!r} stands there twice", line)
            if "#optional!builtin<" in asked and (source := _source(asked)):
                lock.builtin[source] = key
        for name in {_split(asked)[0] for asked in head.split(", ")}:
            lock.names.setdefault(name, []).append(key)
    return lock


def _inventory(lock: _Lock) -> Inventory:
    graph = {key: tuple(_needs(lock, key, entry)) for key, entry in lock.entries.items()}
    root = next((key for key in lock.manifests if _workspace(key) == "."), "")
    top = [*graph.pop(root, ())]
    graph = {key: tuple(need for need in needs if need.key != root) for key, needs in graph.items()}
    top = [need for need in top if need.key != root]
    top += [Need(key) for key in lock.manifests if key != root and key not in {need.key for need in top}]
    _add_peers(lock, graph, top, root)
    reached = scopes(top, graph)
    direct = {need.key for need in top}
    direct.update(need.key for key in lock.manifests for need in graph.get(key, ()))
    made = [
        _component(lock, key, reached.get(key, Scope.RUNTIME), key in direct, needs)
        for key, needs in graph.items()
    ]
    manifest = lock.manifests.get(root, Manifest(""))
    asked = {root: tuple(top), **{key: graph[key] for key in lock.manifests if key != root}}
    return Inventory(
        path=lock.path, kind="yarn.lock", ecosystem="npm", version=manifest.version,
        name=manifest.name or _split(root)[0], needs=tuple(top), components=tuple(made),
        gaps=tuple(lock.gaps), manifest=_places(lock, asked, made),
    )  # fmt: skip


def _split(locator: str) -> tuple[str, str]:
    at = locator.find("@", 1)
    return (locator[:at], locator[at + 1 :]) if at > 0 else (locator, "")


def _workspace(key: str) -> str | None:
    wants = _split(key)[1]
    return wants.removeprefix("workspace:") if wants.startswith("workspace:") else None


def _needs(lock: _Lock, key: str, entry: dict[str, object]) -> Iterator[Need]:
    """Yield what an entry needs: that of a workspace holds what it needs for development too."""
    manifest, meta = lock.manifests.get(key), table_in(entry, "dependenciesMeta")
    for name, wants in texts_in(entry, "dependencies").items():
        asked = manifest.asked.get(name) if manifest else None
        spare = table_in(meta, name).get("optional") == "true"
        scope = Scope.OPTIONAL if spare else asked.scope if asked else Scope.RUNTIME
        if found := _found(lock, key, name, wants):
            yield Need(found, wants, scope)
        elif scope is not Scope.OPTIONAL:
            line = lock.document.lines[lock.heads[key],][0]
            lock.gaps.append(Gap(line, f"{name}@{wants}", "it is needed, and not locked"))
    if (source := _source(key)) in lock.entries and source:
        # A patched package is made of another one, whose entry stands beside it.
        yield Need(source)


def _found(lock: _Lock, key: str, name: str, wants: str) -> str | None:
    """Find the entry of a requirement.

    Older locks leave the protocol out; a `file:` is bound to who asks; `resolutions` replace the rest.
    """
    asked = f"{name}@{wants}"
    patched = lock.builtin.get(asked) or lock.builtin.get(f"{name}@npm:{wants}")
    found = patched or lock.keys.get(asked) or lock.keys.get(f"{name}@npm:{wants}")
    found = found or lock.keys.get(f"{asked}::locator={key.replace(':', '%3A').replace('/', '%2F')}")
    found = found or _replaced(lock, key, name)
    if found:
        return found
    several = lock.names.get(name, [])
    bound = [
        one for one in several if any(word.startswith(f"{asked}::") for word in lock.heads[one].split(", "))
    ]
    several = bound or [one for one in several if not _is_source(lock, one, several)]
    return several[0] if len(several) == 1 else None


def _replaced(lock: _Lock, key: str, name: str) -> str | None:
    """Find what `resolutions` put in the place of what one package needs, as `parent/name`."""
    wanted = {f"{_split(key)[0]}/{name}", f"{key}/{name}"}
    root = next((one for place, one in lock.manifests.items() if _workspace(place) == "."), Manifest(""))
    value = next((text for selector, text in root.resolutions.items() if selector in wanted), "")
    return lock.keys.get(f"{name}@{value}") or lock.keys.get(f"{name}@npm:{value}")


def _is_source(lock: _Lock, key: str, several: list[str]) -> bool:
    return any(_source(other) == key for other in several)


def _source(key: str) -> str | None:
    """Give the locator that a patch is made of."""
    wants = _split(key)[1]
    return unquote(wants.removeprefix("patch:").partition("#")[0]) if wants.startswith("patch:") else None


def _add_peers(lock: _Lock, graph: dict[str, tuple[Need, ...]], top: list[Need], root: str) -> None:
    """Add what peers resolve to: who asks for a package provides its peers."""
    parents = {**graph, root: tuple(top)}
    peers = {
        key: texts_in(lock.entries[key], "peerDependencies") for key in graph if key not in lock.manifests
    }
    provided = {
        parent: {_split(head)[0]: need for need in needs for head in lock.heads[need.key].split(", ")}
        for parent, needs in parents.items()
    }
    for parent, needs in parents.items():
        for need in needs:
            for name, wants in peers.get(need.key, {}).items():
                given = provided[parent].get(name)
                if given and given.key not in {one.key for one in graph[need.key]}:
                    meta = table_in(table_in(lock.entries[need.key], "peerDependenciesMeta"), name)
                    scope = Scope.OPTIONAL if meta.get("optional") == "true" else Scope.RUNTIME
                    graph[need.key] += (Need(given.key, wants, scope),)


def _component(lock: _Lock, key: str, scope: Scope, direct: bool, needs: tuple[Need, ...]) -> Component:
    entry, head = lock.entries[key], lock.heads[key]
    name, locator = _split(key)
    line, end = lock.document.lines[head,]
    others = [asked for asked in (_split(word)[0] for word in head.split(", ")) if asked != name]
    manifest = lock.manifests.get(key)
    origin = _origin(locator)
    version = manifest.version if manifest else text_in(entry, "version")
    if not version and origin.kind not in {Kind.WORKSPACE, Kind.PATH}:
        lock.gaps.append(Gap(line, key, "it has no version"))
    return Component(
        key=key, ecosystem="npm", name=name, version=version, line=line, end_line=end,
        alias=others[0] if others else "", scope=scope, direct=direct, needs=needs, origin=origin,
        files=(File(f"{name.rpartition('/')[2]}-{version}.zip"),) if _is_summed(entry) else (),
    )  # fmt: skip


def _is_summed(entry: dict[str, object]) -> bool:
    """Say whether yarn vouches for an entry's archive; it never sums one for other machines than its own."""
    return bool(text_in(entry, "checksum") or text_in(entry, "conditions"))


def _origin(locator: str) -> Origin:
    plain, _, bound = locator.partition("::")
    if plain.startswith("workspace:"):
        return Origin(Kind.WORKSPACE, plain.removeprefix("workspace:"))
    if plain.startswith(("npm:", "patch:", "virtual:")):
        archive = next((word for word in bound.split("&") if word.startswith("__archiveUrl=")), "")
        return Origin(Kind.REGISTRY, unquote(archive.removeprefix("__archiveUrl=")))
    if is_git(plain) or "#commit=" in plain:
        return Origin(Kind.GIT, plain)
    if is_url(plain):
        return Origin(Kind.URL, plain)
    return Origin(Kind.PATH if is_local(plain) else Kind.URL, plain)


def _places(lock: _Lock, asked: dict[str, tuple[Need, ...]], components: list[Component]) -> dict[str, Place]:
    names = {one.key: one for one in components}
    found: dict[str, Place] = {}
    for project, needs in asked.items():
        manifest = lock.manifests.get(project)
        for one in (names[need.key] for need in needs if manifest):
            if manifest and (at := manifest.place(one.alias or one.name) or manifest.place(one.name)):
                found.setdefault(one.name, at)
    return found
