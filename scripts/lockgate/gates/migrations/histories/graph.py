"""How a project's migrations name each other: two ends, holes and circles, found without running anything."""

import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from lockgate.finding import Related
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.histories import graph_alembic, graph_django
from lockgate.gates.migrations.histories.nodes import Fork, Graph, Hole, Node, circle
from lockgate.gates.migrations.histories.python_text import spoilt
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.source import display
from lockgate.untrusted import shown

_PYTHON = f"Python {'.'.join(platform.python_version_tuple()[:2])}"
_SHOWN = 5
_UNREAD: Mapping[str, tuple[str, ...]] = {"alembic": (), "django": ("_", "~")}
"""How names begin that a tool does not load."""
_MERGE = {
    "alembic": "Run `alembic merge heads`, or let the newer one follow the other.",
    "django": "Run `manage.py makemigrations --merge`, or let the newer one follow the other.",
}


def graph(
    project: Project, base: Mapping[str, bytes], head: Mapping[str, bytes], other: graph_django.Read
) -> Iterator[Judged]:
    """Judge the graph of a Django or Alembic project: paths of migrations, and their bytes, before and after.

    `other` gives other files of the head's tree. What is wrong stands at a file of the change where one is
    part of it. One that is no Python fails; where it is not the change's it is left out.
    """
    found = _read(project, head, other)
    changed = {path for path, data in head.items() if base.get(path) != data}
    yield from _spoilt(project, head, changed)
    yield from (_hole(hole) for hole in found.holes)
    yield from (_twice(pair, changed) for pair in found.twice)
    yield from _circle(found, changed)
    if not (found.holes or found.twice):  # what hangs in the air looks like an end
        yield from (_fork(project, fork, changed) for fork in found.forks)


def left_out(
    project: Project, head: Mapping[str, bytes], other: graph_django.Read, applied: Mapping[str, bool]
) -> Iterator[Judged]:
    """Tell of migrations that the tool was to apply and did not, although none failed: one finding a folder.

    `applied` says so of each migration of the change, by its path.
    """
    folders: dict[str, list[Node]] = {}
    for node in _read(project, head, other).nodes.values():
        if not applied.get(node.path, True):
            folders.setdefault(node.path.rpartition("/")[0], []).append(node)
    for folder, nodes in sorted(folders.items()):
        yield judged(
            "not-measured",
            Place(nodes[0].path, nodes[0].line, nodes[0].line),
            f"{_listed(nodes)} {'is' if len(nodes) == 1 else 'are'} not among what {project.kind} applies: "
            "nobody knows what that locks",
            identity=folder,
            mend="Let the settings name its app or its folder, and let the project's Python have it from the "
            "checkout, no copy of it; or name it in `exclude`.",
        )


def _read(project: Project, head: Mapping[str, bytes], other: graph_django.Read) -> Graph:
    if project.kind == "django":
        return graph_django.read(head, other)
    return graph_alembic.read(head) if project.kind == "alembic" else Graph({})


def _spoilt(project: Project, head: Mapping[str, bytes], changed: set[str]) -> Iterator[Judged]:
    for path in sorted(changed):
        name = PurePosixPath(path).name
        if name.startswith(_UNREAD.get(project.kind, ("",))) or not (found := spoilt(head[path])):
            continue
        line, why = found
        yield judged(
            "fails",
            Place(path, line, line),
            f"{_PYTHON} cannot read {shown(name)}: {shown(why)}",
            identity=name,
            mend="Mend the syntax.",
        )


def _hole(hole: Hole) -> Judged:
    return judged(
        "missing-dependency",
        Place(hole.node.path, hole.edge.line, hole.edge.end_line),
        f"{shown(hole.node.shown)} comes after {shown(hole.edge.target)}, which is not there",
        identity=f"{hole.node.shown} {hole.edge.target}",
    )


def _twice(pair: tuple[Node, Node], changed: set[str]) -> Judged:
    here, there = _newest_first(pair, changed)
    return judged(
        "number-taken",
        Place(here.path, here.line, here.line),
        f"{shown(here.shown)} is the name of two revisions",
        identity=here.shown,
        related=_related((there,)),
    )


def _circle(found: Graph, changed: set[str]) -> Iterator[Judged]:
    if not (nodes := circle(found.nodes)):
        return
    first = _newest_first(nodes, changed)[0]
    keys = {node.key for node in nodes}
    edge = next(edge for edge in first.edges if edge.target in keys)
    yield judged(
        "circular-dependency",
        Place(first.path, edge.line, edge.end_line),
        f"{_listed(nodes)} wait for each other" if len(nodes) > 1 else f"{_listed(nodes)} waits for itself",
        identity=" ".join(sorted(node.shown for node in nodes)),
        related=_related(node for node in nodes if node is not first),
    )


def _fork(project: Project, fork: Fork, changed: set[str]) -> Judged:
    nodes = _newest_first(fork.ends, changed)
    of = f" of {shown(fork.of)}" if fork.of else ""
    return judged(
        "several-leaves",
        Place(nodes[0].path, nodes[0].line, nodes[0].line),
        f"the history{of} has {len(nodes)} ends: {_listed(nodes)}",
        identity=" ".join(sorted(node.shown for node in nodes)),
        mend=_MERGE[project.kind],
        related=_related(nodes[1:]),
    )


def _newest_first(nodes: Iterable[Node], changed: set[str]) -> list[Node]:
    """Put those of the change first, and the last by name first: it is the newer one to a reader."""
    return sorted(
        sorted(nodes, key=lambda node: node.path, reverse=True), key=lambda node: node.path not in changed
    )


def _listed(nodes: Iterable[Node]) -> str:
    names = [shown(node.shown) for node in nodes]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _related(nodes: Iterable[Node]) -> tuple[Related, ...]:
    return tuple(Related(display(node.path), node.line, node.shown) for node in list(nodes)[:_SHOWN])
