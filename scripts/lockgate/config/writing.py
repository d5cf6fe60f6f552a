"""Write a waiver into a configuration's text, at its place in the order, and leave all else as it is."""

from collections.abc import Sequence

import msgspec
import yaml

from lockgate.config.load import load
from lockgate.config.model import Waiver
from lockgate.config.yaml_lines import compose
from lockgate.errors import ConfigurationError

_Lines = list[str]


def add_waiver(data: bytes, path: str, waiver: Waiver) -> bytes:
    """Give the configuration's bytes with a waiver more; those of `path` may be empty, as those of no file.

    Waivers stand in the order of what they name, so that two branches seldom write in the same place. Raise
    ConfigurationError for an invalid configuration, and for one that only a person can write it into.
    """
    before = load(data, path).configuration
    number = next((at for at, other in enumerate(before.waivers) if _order(other) > _order(waiver)), None)
    number = len(before.waivers) if number is None else number
    text = data.decode("utf-8-sig")
    bom = data[: len(data) - len(text.encode())]
    made = bom + _added(text, waiver, number).encode()
    wanted = (*before.waivers[:number], waiver, *before.waivers[number:])
    try:
        right = load(made, path).configuration == msgspec.structs.replace(before, waivers=wanted)
    except ConfigurationError:
        right = False
    if not right:
        raise ConfigurationError(
            f"the waiver cannot be written into {path} without altering more",
            cause="its waivers are an alias, or are written in an unusual way",
            todo=f"write it by hand:\n{_block(waiver, 0)}",
        )
    return made


def _order(waiver: Waiver) -> tuple[str, str, str]:
    return waiver.rule or waiver.id or waiver.fingerprint, waiver.path, waiver.package


def _entry(waiver: Waiver) -> dict[str, object]:
    given = {key: getattr(waiver, key) for key in ("rule", "fingerprint", "id", "path", "package")}
    given = {key: value for key, value in given.items() if value not in {"", "**"}}
    until = {"until-fixed": True} if waiver.until_fixed else {}
    return {**given, "owner": waiver.owner, "reason": waiver.reason, "expires": waiver.expires, **until}


def _block(waiver: Waiver, column: int) -> str:
    text = _dump([_entry(waiver)], flow=False)
    return "".join(f"{' ' * column}{line}" for line in text.splitlines(keepends=True))


def _dump(value: object, *, flow: bool) -> str:
    # A line per key however long: a folded one would differ in more lines.
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=float("inf"), default_flow_style=flow
    )
    return text


def _added(text: str, waiver: Waiver, number: int) -> str:
    lines = text.splitlines(keepends=True)  # `compose` has refused what else would end a line here
    newline = "\r\n" if "\r\n" in text else "\n"
    if lines and not lines[-1].endswith(("\r", "\n")):
        lines[-1] += newline
    root = compose(text)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    node = next((value for key, value in pairs if key.value == "waivers"), None)
    if node is None:
        return "".join([*lines, *_fresh(f"waivers:\n{_block(waiver, 0)}", newline)])
    if node.flow_style and node.value:
        return "".join(_into_flow(lines, node, waiver, number))
    if node.value:
        at, column = _place(lines, node, number), node.start_mark.column
    else:
        at, column = _cut(lines, node) + 1, 0
    return "".join([*lines[:at], *_fresh(_block(waiver, column), newline), *lines[at:]])


def _fresh(text: str, newline: str) -> _Lines:
    return [f"{line}{newline}" for line in text.splitlines()]


def _into_flow(lines: _Lines, node: yaml.Node, waiver: Waiver, number: int) -> Sequence[str]:
    entry = _dump(_entry(waiver), flow=True).strip()
    if number < len(node.value):
        mark, entry = node.value[number].start_mark, f"{entry}, "
    else:
        mark, entry = node.value[-1].end_mark, f", {entry}"
    line = lines[mark.line]
    return [*lines[: mark.line], line[: mark.column], entry, line[mark.column :], *lines[mark.line + 1 :]]


def _cut(lines: _Lines, node: yaml.Node) -> int:
    """Take out an empty list; give its line."""
    start, end = node.start_mark, node.end_mark
    lines[start.line : end.line + 1] = [
        lines[start.line][: start.column].rstrip() + lines[end.line][end.column :]
    ]
    return int(start.line)


def _place(lines: _Lines, node: yaml.SequenceNode, number: int) -> int:
    """Find the line before which an entry of a block goes: above the comment of the one that it precedes."""
    if number == len(node.value):
        return _last(lines, node.value[-1]) + 1
    first = node.start_mark.line if number == 0 else _last(lines, node.value[number - 1]) + 1
    at: int = node.value[number].start_mark.line
    column = node.start_mark.column
    while at > first and lines[at][column : column + 1] != "-":
        at -= 1
    while at > first and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _last(lines: _Lines, node: yaml.Node) -> int:
    """Find the last line of a node: where a block ends, YAML's own mark is at what follows it."""
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        at = int(node.end_mark.line) - (node.end_mark.column == 0)
        while at > node.start_mark.line and not lines[min(at, len(lines) - 1)].strip():
            at -= 1
        return at
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last(lines, value) for _, value in node.value)
    return int(node.end_mark.line)
