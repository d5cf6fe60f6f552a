"""The one model of a bill of materials: a root, its projects, their parts, and how they need each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from lockgate.bom import purl
from lockgate.inventory.model import Component, File, Gap, Inventory, Kind, Origin, Place, Scope
from lockgate.source import display, printable

_ORDER = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold one component of the bill: several copies of one version of a package are one part.

    `ref` names it in the document: its purl, or its place in its lock for what is of the tree itself.
    `licence` is as written; `places` are its entries in the locks; `needs` are refs.
    """

    ref: str
    purl: str
    ecosystem: str
    name: str
    version: str
    scope: Scope
    direct: bool = False
    licence: str = ""
    files: tuple[File, ...] = ()
    origin: Origin = field(default_factory=Origin)
    places: tuple[Place, ...] = ()
    needs: tuple[str, ...] = ()
    install_script: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Hold what one lock stands for.

    `needs` are refs of what it asks for itself, and of what nothing in the lock explains; `parts` are all.
    `graph` says whether the lock tells which part needs which; `complete` whether all is in it.
    """

    ref: str
    path: str
    kind: str
    ecosystem: str
    name: str
    version: str
    needs: tuple[str, ...]
    parts: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    graph: bool = True
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bom:
    """Hold a bill of materials: projects by path, parts by ref; `version` may be a commit."""

    ref: str
    name: str
    version: str
    projects: tuple[Project, ...]
    parts: tuple[Part, ...]


def make(inventories: Iterable[Inventory], *, name: str, version: str = "") -> Bom:
    """Make one bill of one lock or of many; `name` and `version` are the root's."""
    ordered = sorted(inventories, key=attrgetter("path"))
    copies: defaultdict[str, list[tuple[Inventory, Component, tuple[str, ...]]]] = defaultdict(list)
    projects = []
    for inventory in ordered:
        refs = {component.key: _ref(inventory, component) for component in inventory.components}
        for component in inventory.components:
            needs = tuple(refs[need.key] for need in component.needs if need.key in refs)
            copies[refs[component.key]].append((inventory, component, needs))
        projects.append(_project(inventory, refs))
    parts = tuple(_part(ref, copies[ref]) for ref in sorted(copies))
    name = printable(name)
    return Bom(ref=f"root:{name}", name=name, version=version, projects=tuple(projects), parts=parts)


def _ref(inventory: Inventory, component: Component) -> str:
    if component.origin.kind in {Kind.PATH, Kind.WORKSPACE}:
        return _place(inventory, component)
    return purl.of(component) or _place(inventory, component)


def _place(inventory: Inventory, component: Component) -> str:
    return f"lock:{display(inventory.path)}#{printable(component.key)}"


def _project(inventory: Inventory, refs: Mapping[str, str]) -> Project:
    asked = [need.key for need in inventory.needs]
    dangling = any(key not in refs for key in asked) or any(
        need.key not in refs for component in inventory.components for need in component.needs
    )
    graph = any(component.needs for component in inventory.components) or len(refs) <= 1
    return Project(
        ref=display(f"lock:{inventory.path}"),
        path=display(inventory.path),
        kind=inventory.kind,
        ecosystem=inventory.ecosystem,
        name=inventory.name or display(inventory.path),
        version=inventory.version,
        needs=tuple(sorted({refs[key] for key in _tops(inventory)})),
        parts=tuple(sorted(set(refs.values()))),
        gaps=inventory.gaps,
        graph=graph and inventory.ecosystem in {"PyPI", "npm"},
        complete=not inventory.gaps and not dangling,
    )


def _tops(inventory: Inventory) -> list[str]:
    """List what a project asks for, then, as little as leaves nothing unreached, what nobody explains."""
    needs = {each.key: [need.key for need in each.needs] for each in inventory.components}
    wanted = {key for keys in needs.values() for key in keys}
    tops = [need.key for need in inventory.needs if need.key in needs]
    reached: set[str] = set()
    for top in tops:
        _walk(top, needs, reached)
    for top in (*sorted(key for key in needs if key not in wanted), *sorted(needs)):
        if top not in reached:
            tops.append(top)
            _walk(top, needs, reached)
    return tops


def _walk(top: str, needs: Mapping[str, Sequence[str]], reached: set[str]) -> None:
    left = [top]
    while left:
        key = left.pop()
        if key in needs and key not in reached:
            reached.add(key)
            left += needs[key]


def _part(ref: str, copies: Sequence[tuple[Inventory, Component, tuple[str, ...]]]) -> Part:
    components = [component for _, component, _ in copies]
    first = components[0]
    return Part(
        ref=ref,
        purl=ref if ref.startswith("pkg:") else purl.of(first),
        ecosystem=first.ecosystem,
        name=first.name,
        version=first.version,
        scope=min((each.scope for each in components), key=_ORDER.index),
        direct=any(each.direct for each in components),
        licence=next((each.licence for each in components if each.licence), ""),
        files=tuple(dict.fromkeys(file for each in components for file in each.files)),
        origin=first.origin,
        places=tuple(dict.fromkeys(Place(display(lock.path), each.line) for lock, each, _ in copies)),
        needs=tuple(sorted({need for _, _, needs in copies for need in needs} - {ref})),
        install_script=any(each.install_script for each in components),
    )
