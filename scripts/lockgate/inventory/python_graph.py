"""Draw the graph of a Python lock: who needs whom, for what, and what the project itself asks for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lockgate.inventory.model import Component, Kind, Need, Scope

STRENGTH = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV)

_RUN = re.compile(r"[-_.]+")


def normalise(name: str) -> str:
    """Write a name as PEP 503 does."""
    return _RUN.sub("-", name).lower()


@dataclass(frozen=True, slots=True)
class Edge:
    """Say that a component is needed, with these extras of it.

    `under` is the extra of the one who needs it for which it is needed; empty: always.
    """

    key: str
    wants: str = ""
    scope: Scope = Scope.RUNTIME
    extras: tuple[str, ...] = ()
    under: str = ""


Edges = Mapping[str, Sequence[Edge]]
_Node = tuple[str, str]  # a component's key, and an extra of it


def unique(key: str, taken: Iterable[str]) -> str:
    """Give a key that nobody has: the one given, or with `#2` and so on behind it."""
    if key not in taken:
        return key
    number = 2
    while f"{key}#{number}" in taken:
        number += 1
    return f"{key}#{number}"


def needs_of(edges: Iterable[Edge]) -> tuple[Need, ...]:
    """Give each needed component once, for the strongest of its scopes."""
    found: dict[str, Need] = {}
    for edge in sorted(edges, key=lambda edge: STRENGTH.index(edge.scope)):
        found.setdefault(edge.key, Need(edge.key, edge.wants, edge.scope))
    return tuple(found.values())


def fitting(keys: list[str], wants: str, components: Mapping[str, Component]) -> list[str]:
    """Choose among several versions of one package those in the range; all where it cannot be told."""
    if len(keys) < 2:
        return keys
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 -- seldom needed, slow
    from packaging.version import InvalidVersion  # noqa: PLC0415

    try:
        found = SpecifierSet(wants, prereleases=True)
        return [key for key in keys if found.contains(components[key].version)] or keys
    except (InvalidSpecifier, InvalidVersion):
        return keys


def settle(
    components: Mapping[str, Component],
    edges: Edges,
    roots: Sequence[Edge],
    told: frozenset[str] = frozenset(),
) -> tuple[Component, ...]:
    """Give every component its needs, scope and directness.

    The scope is the strongest that reaches it; what nothing reaches keeps its own, and so does that whose
    scope the lock has `told`.
    """
    reached = _reach(edges, roots)
    needs = {
        key: needs_of(
            edge
            for edge in edges.get(key, ())
            if edge.key in components and (not edge.under or (key, edge.under) in reached)
        )
        for key in components
    }
    direct = {edge.key for edge in roots}
    for key, component in components.items():
        if component.origin.kind is Kind.WORKSPACE:
            direct.update(need.key for need in needs[key])
    return tuple(
        replace(
            component,
            needs=needs[key],
            scope=component.scope if key in told else reached.get((key, ""), component.scope),
            direct=key in direct,
        )
        for key, component in components.items()
    )


def orphans(components: Mapping[str, Component], edges: Edges) -> list[Edge]:
    """Take what nothing else needs for what the project asks for: the best guess without a manifest."""
    needed = {edge.key for key in components for edge in edges.get(key, ()) if edge.key != key}
    return [Edge(key, scope=one.scope) for key, one in components.items() if key not in needed]


def _reach(edges: Edges, roots: Sequence[Edge]) -> dict[_Node, Scope]:
    """Give the strongest scope in which each node is reached."""
    waiting: dict[Scope, list[_Node]] = {scope: [] for scope in STRENGTH}
    reached: dict[_Node, Scope] = {}
    for edge in roots:
        waiting[edge.scope].extend(_nodes(edge))
    for scope in STRENGTH:
        while waiting[scope]:
            node = waiting[scope].pop()
            if node in reached:
                continue
            reached[node] = scope
            for edge in edges.get(node[0], ()):
                if edge.under == node[1]:
                    waiting[max(scope, edge.scope, key=STRENGTH.index)].extend(_nodes(edge))
    return reached


def _nodes(edge: Edge) -> list[_Node]:
    return [(edge.key, ""), *((edge.key, extra) for extra in edge.extras)]
