"""Read package-lock.json of version 1, npm-shrinkwrap.json of none: nested `dependencies`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lockgate.inventory.json_lines import Located
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
    digests,
    files_of,
    folder_of,
    is_git,
    is_local,
    is_name,
    is_url,
    joined,
    origin_of,
    table_in,
    text_in,
    texts_in,
)  # fmt: skip

_DEEPEST = 200


@dataclass(slots=True)
class _Tree:
    """Hold the entries by their path, as version 2 would write it."""

    entries: dict[str, Located] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


def parse(path: str, whole: dict[str, object], read: Read) -> Inventory:
    """Turn a lock that `json_lines` has read into an inventory.

    It does not say what the project itself asks for: package.json does. What no other entry needs counts as
    asked for too, and so do workspaces.
    """
    top = whole.get("dependencies", {})
    if not isinstance(top, dict):
        raise LockError("its `dependencies` are not an object")
    tree = _Tree()
    _collect(tree, "", top, 1)
    graph = {key: tuple(_needs(tree, key, at)) for key, at in tree.entries.items()}
    manifest = manifest_of(folder_of(path).rstrip("/"), read)
    needs = [*_roots(tree, manifest)]
    asked = {need.key for need in needs}
    projects = {key for key in graph if key not in asked and _is_folder(key, tree.entries[key])}
    needs += [Need(key) for key in sorted(projects)]
    loose = [key for key in unneeded(graph, scopes(needs, graph)) if _is_top(key)]
    needs += [Need(key, "", _flagged(tree.entries[key].value)) for key in loose]
    direct = {need.key for need in needs} | {need.key for key in projects for need in graph[key]}
    components = tuple(
        _component(tree, key, at, key in projects, key in direct, graph[key], _folder(path, at, read))
        for key, at in tree.entries.items()
    )
    return Inventory(
        path=path, kind=path.rpartition("/")[2], ecosystem="npm", name=text_in(whole, "name"),
        version=text_in(whole, "version"), needs=tuple(needs), components=components, gaps=tuple(tree.gaps),
        manifest=_places(components, manifest),
    )  # fmt: skip


def _collect(tree: _Tree, folder: str, table: Mapping[str, object], depth: int) -> None:
    for name, at in table.items():
        key = f"{folder}node_modules/{name}"
        line = at.line if isinstance(at, Located) else 0
        if (
            not isinstance(at, Located)
            or not isinstance(at.value, dict)
            or not is_name(name)
            or depth > _DEEPEST
        ):
            tree.gaps.append(Gap(line, key, "it is not an entry of a package"))
            continue
        tree.entries[key] = at
        _collect(tree, f"{key}/", table_in(at.value, "dependencies"), depth + 1)


def _needs(tree: _Tree, key: str, at: Located) -> Iterator[Need]:
    """Yield what an entry requires; before npm 5 it says only what lies inside it."""
    entry = at.value
    requires = texts_in(entry, "requires")
    if not isinstance(entry.get("requires"), dict):
        requires = dict.fromkeys(table_in(entry, "dependencies"), "")
    for name, wants in requires.items():
        if found := _found(tree, key, name):
            # Version 1 does not say which of the requirements are optional: what is only optional is flagged.
            spare = tree.entries[found].value.get("optional") is True and entry.get("optional") is not True
            yield Need(found, wants, Scope.OPTIONAL if spare else Scope.RUNTIME)
        # else it is an optional one that npm left out, or a bundled one: version 1 does not tell


def _found(tree: _Tree, key: str, name: str) -> str | None:
    folder = f"{key}/"
    while True:
        place = f"{folder}node_modules/{name}"
        if place in tree.entries:
            return place
        if not folder:
            return None
        folder = folder[: max(folder.rfind("node_modules/", 0, len(folder)), 0)]


def _roots(tree: _Tree, manifest: Manifest) -> Iterator[Need]:
    for name, asked in manifest.asked.items():
        key = f"node_modules/{name}"
        if key in tree.entries:
            yield Need(key, asked.wants, asked.scope)
        elif asked.scope is Scope.RUNTIME and not asked.peer:
            tree.gaps.append(Gap(1, f"{name}@{asked.wants}", "it is needed, and not locked"))


def _is_folder(key: str, at: Located) -> bool:
    return _is_top(key) and text_in(at.value, "version").startswith("file:") and "integrity" not in at.value


def _is_top(key: str) -> bool:
    return key.rfind("node_modules/") == 0


def _component(
    tree: _Tree,
    key: str,
    at: Located,
    project: bool,
    direct: bool,
    needs: tuple[Need, ...],
    own: Manifest | None,
) -> Component:
    entry = at.value
    asked = key.rpartition("node_modules/")[2]
    name, version, origin = _identity(asked, text_in(entry, "version"), text_in(entry, "resolved"))
    version = own.version if own else version
    if not version and origin.kind is not Kind.PATH:
        tree.gaps.append(Gap(at.line, key, "it has no version"))
    return Component(
        key=key, ecosystem="npm", name=name, version=version, line=at.line, end_line=at.end_line,
        alias="" if asked == name else asked, scope=_flagged(entry), direct=direct, needs=needs,
        files=files_of(name, version, origin.address, digests(entry.get("integrity"))),
        origin=Origin(Kind.WORKSPACE, origin.address.removeprefix("file:")) if project else origin,
        bundled=entry.get("bundled") is True,
    )  # fmt: skip


def _folder(path: str, at: Located, read: Read) -> Manifest | None:
    """Read the manifest of a folder of the tree: version 1 does not give its version."""
    address = text_in(at.value, "version")
    if not address.startswith("file:") or address.endswith((".tgz", ".tar.gz", ".tar")):
        return None
    place = joined(folder_of(path), address.removeprefix("file:"))
    return manifest_of(place, read) if place else None


def _identity(asked: str, version: str, resolved: str) -> tuple[str, str, Origin]:
    """Give name, version and origin: the `version` of what is not of a registry is its address."""
    if version.startswith("npm:") and version.rfind("@") > len("npm:"):
        name, _, version = version.removeprefix("npm:").rpartition("@")
        return name, version, origin_of(resolved)
    if is_git(version) or is_local(version):
        return asked, "", origin_of(version)
    if is_url(version):
        return asked, "", Origin(Kind.URL, version)
    return asked, version, origin_of(resolved)


def _flagged(entry: dict[str, object]) -> Scope:
    """Believe npm's own word: version 1 does not say what a workspace needs only for development."""
    if entry.get("dev") is True:
        return Scope.DEV
    return Scope.OPTIONAL if entry.get("optional") is True else Scope.RUNTIME


def _places(components: tuple[Component, ...], manifest: Manifest) -> dict[str, Place]:
    found = {}
    for component in components:
        if component.direct and (at := manifest.place(component.alias or component.name)):
            found[component.name] = at
    return found
