"""The graph of Django's migrations, from their files alone."""

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lockgate.gates.migrations.histories.nodes import Edge, Fork, Graph, Hole, Node, ends
from lockgate.gates.migrations.histories.python_text import Named, assigned, migration_class, pairs, parsed

Read = Callable[[str], bytes | None]
_EITHER_END = frozenset({"__first__", "__latest__"})


@dataclass(frozen=True, slots=True)
class _Said:
    """Hold what a file says; `folder` is the one that it is in."""

    path: str
    folder: str
    name: str
    line: int
    after: Named
    before: Named
    replaces: Named

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.name}"


@dataclass(frozen=True, slots=True)
class _Known:
    """Find a migration by its app's label and its name."""

    labels: Mapping[str, str]
    keys: Mapping[tuple[str, str], str]
    stands_for: Mapping[tuple[str, str], str]

    def find(self, label: str, name: str) -> str | None:
        """Give the key; None where its app is here and it is not; empty for what nobody knows from here."""
        if label not in self.labels.values() or name in _EITHER_END:
            return ""
        return self.stands_for.get((label, name)) or self.keys.get((label, name))


def read(files: Mapping[str, bytes], other: Read) -> Graph:
    """Read the graph from a project's migrations; `other` gives other files of the same tree.

    An app's label is what its `apps.py` sets, or what its migrations call it, or its folder's name. What
    names an app that is not here is left out.
    """
    said = {one.key: one for path in sorted(files) if (one := _said(path, files[path]))}
    known = _known(said.values(), other)
    edges: defaultdict[str, list[Edge]] = defaultdict(list)
    holes = []
    nodes = {
        key: Node(key, f"{known.labels[one.folder]}.{one.name}", one.path, one.line)
        for key, one in said.items()
    }
    for one in said.values():
        for (label, name), line, last in one.after.values:
            found = known.find(label, name)
            if found is None:
                holes.append(Hole(nodes[one.key], Edge(f"{label}.{name}", line, last)))
            elif found:
                edges[one.key].append(Edge(found, line, last))
        for (label, name), _, _ in one.before.values:
            if found := known.find(label, name):
                edges[found].append(Edge(one.key))  # that line stands in another file
    nodes = _without_replaced(nodes, edges, known)
    return Graph(nodes, tuple(holes), tuple(_forks(nodes, said, known.labels)))


def label_in(data: bytes) -> str | None:
    """Give the `label` that a file `apps.py` sets, where it sets one alone."""
    module = parsed(data)
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)] if module else []
    labels = [value for node in classes for name, value in assigned(node.body) if name == "label"]
    words = {value.value for value in labels if isinstance(value, ast.Constant)}
    word = words.pop() if len(words) == 1 else None
    return word if isinstance(word, str) else None


def _said(path: str, data: bytes) -> _Said | None:
    place = PurePosixPath(path)
    if place.suffix != ".py" or place.name.startswith(("_", "~")):
        return None
    module = parsed(data)
    found = migration_class(module) if module else None
    if found is None:
        return None
    values = {name: pairs(value) for name, value in assigned(found.body)}
    after, before, replaces = (
        values.get(name, Named()) for name in ("dependencies", "run_before", "replaces")
    )
    line = after.line or found.lineno
    return _Said(path, str(place.parent), place.stem, line, after, before, replaces)


def _known(said: Iterable[_Said], other: Read) -> _Known:
    folders: defaultdict[str, list[_Said]] = defaultdict(list)
    for one in said:
        folders[one.folder].append(one)
    plain = {folder: _label(folder, other) for folder in folders}
    taken = set(plain.values())
    labels = {folder: _called(plain[folder], inside, taken) for folder, inside in folders.items()}
    keys = {(labels[one.folder], one.name): one.key for inside in folders.values() for one in inside}
    stands_for = {
        words: one.key
        for inside in folders.values()
        for one in inside
        for (label, name), _, _ in one.replaces.values
        if (words := (label, name)) != (labels[one.folder], one.name)
    }
    return _Known(labels, keys, _to_the_last(stands_for, {key: words for words, key in keys.items()}))


def _label(folder: str, other: Read) -> str:
    app = PurePosixPath(folder).parent
    data = other(str(app / "apps.py"))
    return (label_in(data) if data else None) or app.name


def _called(label: str, inside: Sequence[_Said], taken: set[str]) -> str:
    """Prefer what the app's own migrations call it, where most of them name each other by another label."""
    own = {one.name for one in inside}
    votes = Counter(
        word
        for one in inside
        for word in {word for (word, name), _, _ in one.after.values if name in own and name != one.name}
    )
    if votes[label] or not votes:
        return label
    word, count = votes.most_common(1)[0]
    return word if word not in taken and 2 * count >= len(own) - 1 else label


def _to_the_last(
    stands_for: Mapping[tuple[str, str], str], names: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Follow squashed migrations that were squashed again, each at most once."""
    last = {}
    for words, key in stands_for.items():
        seen = {words}
        while (further := names[key]) in stands_for and further not in seen:
            seen.add(further)
            key = stands_for[further]  # noqa: PLW2901 - it walks on
        last[words] = key
    return last


def _without_replaced(
    nodes: Mapping[str, Node], edges: Mapping[str, Sequence[Edge]], known: _Known
) -> dict[str, Node]:
    """Let a squashed migration come after all that those come after that it replaces, as Django does."""
    gone = {key: last for words, last in known.stands_for.items() if (key := known.keys.get(words))}
    joined: defaultdict[str, list[Edge]] = defaultdict(list)
    for key, found in edges.items():
        last = gone.get(key, key)
        own = found if last == key else [Edge(edge.target) for edge in found if edge.target != last]
        joined[last] += own
    return {key: replace(node, edges=tuple(joined[key])) for key, node in nodes.items() if key not in gone}


def _forks(nodes: Mapping[str, Node], said: Mapping[str, _Said], labels: Mapping[str, str]) -> Iterator[Fork]:
    """Find apps with several ends; one whose migrations compute what they come after is left out."""
    inside: defaultdict[str, dict[str, Node]] = defaultdict(dict)
    for key, node in nodes.items():
        inside[said[key].folder][key] = node
    open_ = {one.folder for one in said.values() if not (one.after.known and one.replaces.known)}
    for folder in sorted(inside.keys() - open_):
        last = tuple(ends(inside[folder]))
        if len(last) > 1:
            yield Fork(labels[folder], last)
