"""What a history of migrations looks like as a graph, whatever tool it is of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """Say that a migration comes after another one; `line` is where it says so."""

    target: str
    line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """Hold a migration, its name as its tool shows it, and what it comes after."""

    key: str
    shown: str
    path: str
    line: int = 0
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """Say that a migration names another one, `target`, that is not there."""

    node: Node
    edge: Edge


@dataclass(frozen=True, slots=True)
class Fork:
    """Hold the ends of one history, where there are more than one; `of` names it."""

    of: str
    ends: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Hold the migrations by key and what is wrong with how they name each other; `twice` have one name."""

    nodes: Mapping[str, Node]
    holes: tuple[Hole, ...] = ()
    forks: tuple[Fork, ...] = ()
    twice: tuple[tuple[Node, Node], ...] = ()


def circle(nodes: Mapping[str, Node]) -> tuple[Node, ...]:
    """Give migrations that wait for each other, in order, or nothing."""
    after = {key: {edge.target for edge in node.edges} & nodes.keys() for key, node in nodes.items()}
    _peel(after)
    if not after:
        return ()
    # All that is left comes after something that is left, so whoever walks on meets a place again.
    walk: dict[str, None] = {}
    at = min(after)
    while at not in walk:
        walk[at] = None
        at = min(after[at])
    path = list(walk)
    return tuple(nodes[key] for key in path[path.index(at) :])


def _peel(after: dict[str, set[str]]) -> None:
    """Take away what comes after nothing, until nothing does."""
    before: dict[str, list[str]] = {}
    for key, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(key)
    free = [key for key, targets in after.items() if not targets]
    while free:
        gone = free.pop()
        del after[gone]
        for key in before.get(gone, ()):
            after[key].discard(gone)
            if not after[key]:
                free.append(key)


def ends(nodes: Mapping[str, Node]) -> Iterator[Node]:
    """Give the migrations that none of the others comes after."""
    named = {edge.target for node in nodes.values() for edge in node.edges if edge.target != node.key}
    yield from (node for key, node in nodes.items() if key not in named)
