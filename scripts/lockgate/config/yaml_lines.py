"""Read YAML into plain data and remember the line of each value.

Scalars stay text: the types of the configuration say what they are, so that `expires: 2026-12-31` and
`rule: 601` mean what their key says and not what YAML 1.1 guesses.
"""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Path = tuple[str | int, ...]
Data: TypeAlias = "str | list[Data] | dict[str, Data] | None"
_MAX_NODES = 20_000
_MAX_DEPTH = 50
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML refuses, and the line ends that it counts and no editor does.
_UNSEEN = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class YamlError(Exception):
    """Say what is wrong with a YAML text, and in which line (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class Document:
    """Hold the data of a YAML text and the line of each value by its path."""

    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Give the line of a value, or of the nearest one around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Document:
    """Read one YAML document; raise YamlError for bad syntax, doubled keys and alias bombs."""
    document = Document()
    root = compose(text)
    if root is not None:
        document.data = _Reader(document.lines).read(root, ())
    return document


def compose(text: str) -> yaml.Node | None:
    """Give the nodes of a YAML document with their places; raise YamlError."""
    try:
        _measure(text)
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "it is not YAML", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlError("it is not YAML that can be read", 1) from error
    return root


def _measure(text: str) -> None:
    """Refuse what `compose` must not see: it recurses in C, and 100 KB of `[` end the process."""
    if unseen := _UNSEEN.search(text):
        what = f"it holds the character U+{ord(unseen[0]):04X}"
        raise YamlError(what, text.count("\n", 0, unseen.start()) + 1)
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or number > 3 * _MAX_NODES:
            mark = event.start_mark
            raise YamlError("it has too many values, or is nested too deeply", mark.line + 1 if mark else 1)


@dataclass(slots=True)
class _Reader:
    lines: dict[Path, int]
    nodes: int = 0

    def read(self, node: yaml.Node, path: Path) -> Data:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise YamlError("it has too many values, or its aliases multiply", line)
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        if node.tag == "tag:yaml.org,2002:null":
            return None
        return str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Data]:
        result: dict[str, Data] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError("a key must be a plain word", line)
            key = str(key_node.value)
            if key in result:
                raise YamlError(f"the key `{key[:80]}` stands twice", line)
            self.lines[*path, key] = line
            result[key] = self.read(value_node, (*path, key))
        return result
