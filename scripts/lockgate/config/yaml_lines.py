"""Read YAML into plain data and remember the line of each value.

Scalars stay text: the types of the configuration say what they are, so that `expires: 2026-12-31`, `rule: 601`
and `enabled: no` mean what their key says and not what YAML 1.1 guesses.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
_MAX_NODES = 20_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """Say what is wrong with a YAML text, and in which line (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class Document:
    """Hold the data of a YAML text and the line of each value by its path."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Give the line of a value, or of the nearest one around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Document:
    """Read one YAML document; raise YamlError for bad syntax, doubled keys and alias bombs."""
    document = Document()
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "it is not YAML", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlError("it is not YAML that can be read", 1) from error
    if root is not None:
        document.data = _Reader(document.lines).read(root, ())
    return document


@dataclass(slots=True)
class _Reader:
    lines: dict[Path, int]
    nodes: int = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > _MAX_NODES or len(path) > 50:
            raise YamlError("it has too many values, or its aliases multiply", line)
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        if node.tag == "tag:yaml.org,2002:null":
            return None
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError("a key must be a plain word", line)
            key = str(key_node.value)
            if key in result:
                raise YamlError(f"the key `{key}` stands twice", line)
            self.lines[*path, key] = line
            result[key] = self.read(value_node, (*path, key))
        return result
