"""The graph of Alembic's revisions, from their files alone."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lockgate.gates.migrations.histories.nodes import Edge, Fork, Graph, Hole, Node, ends
from lockgate.gates.migrations.histories.python_text import Named, assigned, names, parsed

_MOST_ENDS = 50
"""With more ends than that nobody meant each of them."""


@dataclass(frozen=True, slots=True)
class _Revision:
    node: Node
    depends: Named
    labels: frozenset[str]
    known: bool


def read(files: Mapping[str, bytes]) -> Graph:
    """Read the graph from the files of a project."""
    found = [revision for path in sorted(files) if (revision := _revision(path, files[path]))]
    revisions: dict[str, _Revision] = {}
    twice = []
    for revision in found:
        first = revisions.setdefault(revision.node.key, revision)
        if first is not revision:
            twice.append((first.node, revision.node))
    nodes = {key: revision.node for key, revision in revisions.items()}
    labels = {label for revision in found for label in revision.labels}
    order = sorted(nodes)
    holes = [
        Hole(revision.node, edge)
        for revision in revisions.values()
        for edge in (*revision.node.edges, *_others(revision))
        if not _is_there(edge.target, order, labels)
    ]
    known = all(revision.known for revision in found)
    return Graph(nodes, tuple(holes), tuple(_forks(revisions, nodes)) if known else (), tuple(twice))


def _revision(path: str, data: bytes) -> _Revision | None:
    module = parsed(data)
    said = {name: names(value) for name, value in assigned(module.body)} if module else {}
    own = said.get("revision", Named())
    if len(own.values) != 1:
        return None
    (((key,), line, _),) = own.values
    down = said.get("down_revision", Named())
    edges = tuple(Edge(target, first, last) for (target,), first, last in down.values)
    labels = frozenset(label for (label,), _, _ in said.get("branch_labels", Named()).values)
    return _Revision(Node(key, key, path, line, edges), said.get("depends_on", Named()), labels, down.known)


def _others(revision: _Revision) -> list[Edge]:
    return [Edge(target, first, last) for (target,), first, last in revision.depends.values]


def _is_there(name: str, order: Sequence[str], labels: set[str]) -> bool:
    """Say whether a name is a revision, the beginning of one, a label, or relative to one."""
    at = bisect_left(order, name)
    return name in labels or "@" in name or (at < len(order) and order[at].startswith(name))


def _forks(revisions: Mapping[str, _Revision], nodes: Mapping[str, Node]) -> list[Fork]:
    """Find ends that no label of their own tells from the others: those were not meant."""
    last = list(ends(nodes))
    if len(last) < 2:
        return []
    if len(last) > _MOST_ENDS:
        return [Fork("", tuple(last))]
    labels = [_labels(node, revisions) for node in last]
    alone = [
        node
        for at, node in enumerate(last)
        if not labels[at].difference(*(other for number, other in enumerate(labels) if number != at))
    ]
    return [Fork("", tuple(alone))] if len(alone) > 1 else []


def _labels(node: Node, revisions: Mapping[str, _Revision]) -> set[str]:
    seen, left, found = {node.key}, [node.key], set[str]()
    while left:
        revision = revisions.get(left.pop())
        if revision is None:
            continue
        found |= revision.labels
        fresh = {edge.target for edge in revision.node.edges} - seen
        seen |= fresh
        left += fresh
    return found
