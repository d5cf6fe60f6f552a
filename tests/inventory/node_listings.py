"""Turn what npm, pnpm, yarn and cyclonedx-npm list of a lock into sets, and an inventory into the same."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lockgate.inventory.model import Component, Inventory, Kind, Read

Names = set[str]
Edges = set[tuple[str, str]]
Label = Callable[[Component], str]


def reader(root: Path) -> Read:
    """Read files of a folder."""
    return lambda path: (root / path).read_bytes() if (root / path).is_file() else None


def ours(inventory: Inventory, label: Label, *, projects: bool = True) -> tuple[Names, Edges]:
    """Give an inventory's components and edges; the root is the empty name."""
    kept = [one for one in inventory.components if projects or one.origin.kind is not Kind.WORKSPACE]
    labels = {one.key: label(one) for one in kept}
    edges = {("", labels[need.key]) for need in inventory.needs if need.key in labels}
    edges |= {(labels[one.key], labels[need.key]) for one in kept for need in one.needs if need.key in labels}
    return set(labels.values()), edges


def asked(one: Component) -> str:
    """Name a component as it is required."""
    return f"{one.alias or one.name}@{one.version}"


def named(one: Component) -> str:
    return f"{one.name}@{one.version}"


def npm(listing: bytes) -> tuple[Names, Edges]:
    """Read `npm ls --all --json --package-lock-only`."""
    names, edges = set(), set()
    for parent, name, node in _walk("", json.loads(listing)):
        if not node.get("missing") and "version" in node:
            names.add(f"{name}@{node['version']}")
            edges.add((parent, f"{name}@{node['version']}"))
    return names, edges


def _walk(parent: str, node: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, child in node.get("dependencies", {}).items():
        yield parent, name, child
        if "version" in child:
            yield from _walk(f"{name}@{child['version']}", child)


def pnpm(listing: bytes, root: str) -> tuple[Names, Edges]:
    """Read `pnpm ls -r --json --depth Infinity --lockfile-only`; a link has only a name."""
    names: Names = set()
    edges: Edges = set()
    for project in json.loads(listing):
        top = "" if project["name"] == root else f"{project['name']}@{project['version']}"
        if top:
            names.add(top)
            edges.add(("", top))
        _pnpm_tree(top, project, names, edges)
    return names, edges


def _pnpm_tree(parent: str, node: dict[str, Any], names: Names, edges: Edges) -> None:
    for section in ("dependencies", "devDependencies", "optionalDependencies"):
        for child in node.get(section, {}).values():
            version = child["version"]
            if version.startswith("link:"):
                edges.add((parent, child["from"]))
                continue
            label = f"{child['from']}@{'' if version.startswith('file:') else version}"
            names.add(label)
            edges.add((parent, label))
            _pnpm_tree(label, child, names, edges)


def classic(listing: bytes) -> tuple[Names, Edges]:
    """Read `yarn list --json` of yarn 1; an edge ends in the requirement as written."""
    names: Names = set()
    edges: Edges = set()
    _classic_trees(json.loads(listing)["data"]["trees"], names, edges)
    return names, edges


def _classic_trees(trees: Iterable[dict[str, Any]], names: Names, edges: Edges) -> None:
    for tree in trees:
        if not tree.get("shadow"):
            names.add(tree["name"])
            edges |= {(tree["name"], child["name"]) for child in tree["children"] if child.get("shadow")}
            _classic_trees(tree["children"], names, edges)


def classic_edges(inventory: Inventory) -> Edges:
    """Give an inventory's edges as yarn 1 lists them."""
    return {
        (asked(one), f"{wanted.alias or wanted.name}@{need.wants}")
        for one in inventory.components
        for need in one.needs
        for wanted in inventory.components
        if wanted.key == need.key
    }


def berry(listing: bytes) -> tuple[Names, Edges]:
    """Read `yarn info -A -R --json`: locators, without the instances that peers make ("virtual")."""
    names: Names = set()
    edges: Edges = set()
    for line in listing.splitlines():
        node = json.loads(line)
        key = _real(node["value"])
        names.add(key)
        for need in node["children"].get("Dependencies", []):
            edges.add((key, _real(need["locator"])))
    return names, edges


def _real(locator: str) -> str:
    return re.sub(r"virtual:[0-9a-f]+#", "", locator)


def cyclonedx(bom: bytes) -> tuple[Names, Edges]:
    """Read a CycloneDX document, components below components too."""
    document = json.loads(bom)
    labels = {document["metadata"]["component"]["bom-ref"]: ""}
    stack = [*document["components"]]
    while stack:
        one = stack.pop()
        name = f"{one['group']}/{one['name']}" if one.get("group") else one["name"]
        labels[one["bom-ref"]] = f"{name}@{one.get('version', '')}"
        stack += one.get("components", [])
    edges = {
        (labels[one["ref"]], labels[to])
        for one in document["dependencies"]
        for to in one.get("dependsOn", ())
    }
    return {*labels.values()} - {""}, edges
