"""Fixes of calls in Python, by the positions of its syntax tree."""

import ast
import re
from collections.abc import Callable, Iterator

from lockgate.fixes.edits import Text
from lockgate.text import column, split_lines

Span = tuple[int, int, str]
"""Two offsets in the text, and what is to stand between them."""
_UNSAFE_LOADER = re.compile(r"C?(?:Full|Unsafe)?Loader")
_COMMA = re.compile(r"\s*,\s*")


class Calls:
    """Hold the calls of a text, and by which names it knows modules.

    Raises SyntaxError, ValueError, MemoryError or RecursionError for what is no Python.
    """

    def __init__(self, text: Text) -> None:
        nodes = list(ast.walk(ast.parse(text.text)))
        self.text = text
        self.calls = [node for node in nodes if isinstance(node, ast.Call)]
        self._lines = split_lines(text.text)
        imports = [node for node in nodes if isinstance(node, ast.Import)]
        self._names = {name.asname or name.name: name.name for node in imports for name in node.names}
        sources = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        self._members = {
            name.asname or name.name: f"{node.module}.{name.name}" for node in sources for name in node.names
        }

    def name(self, node: ast.expr) -> str:
        """Give the whole name of a module's member; empty when it is something else."""
        if isinstance(node, ast.Name):
            return self._members.get(node.id, "")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = self._names.get(node.value.id, "")
            return f"{module}.{node.attr}" if module else ""
        return ""

    def column(self, line: int, offset: int) -> int:
        """Turn an offset in bytes into a column."""
        return column(self._lines[line - 1], offset)

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Give the offsets between which a node stands."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        return (
            self.text.offset(node.lineno, self.column(node.lineno, node.col_offset)),
            self.text.offset(end_line, self.column(end_line, end)),
        )

    def arguments(self, call: ast.Call) -> list[tuple[int, int]]:
        """Give the spans of a call's arguments, in their order."""
        items: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        return sorted(map(self.span, items))

    def without(self, call: ast.Call, gone: ast.expr | ast.keyword) -> Iterator[Span]:
        """Take an argument out with one comma, where nothing else stands around it."""
        items = self.arguments(call)
        start, end = self.span(gone)
        index = items.index((start, end))
        if index:
            before = items[index - 1][1]
            if _COMMA.fullmatch(self.text.text, before, start):
                yield before, end, ""
        elif len(items) == 1:
            yield start, end, ""
        elif _COMMA.fullmatch(self.text.text, end, items[1][0]):
            yield start, items[1][0], ""


def spans(calls: Calls, rule: str, place: tuple[int, int, int, int]) -> list[Span]:
    """Give what is to be replaced for a finding at its line and column; nothing unless one call is meant.

    bandit names the line of an argument where it is about one, and then no column if that is another line.
    """
    line, _, at, _ = place
    answers = []
    for call in calls.calls:
        found = list(_RULES[rule](calls, call))
        meant, begin = _argument(rule, call), calls.column(call.lineno, call.col_offset)
        if found and meant == line and at in {0, begin}:
            answers.append(found)
    return answers[0] if len(answers) == 1 else []


_ARGUMENTS = {"B201": ("debug", True), "B501": ("verify", False)}


def _argument(rule: str, call: ast.Call) -> int:
    """Give the line that bandit names."""
    name, _ = _ARGUMENTS.get(rule, ("", None))
    return next((given.value.lineno for given in call.keywords if given.arg == name), call.lineno)


def _keyword(rule: str) -> Callable[[Calls, ast.Call], Iterator[Span]]:
    name, unsafe = _ARGUMENTS[rule]

    def fix(calls: Calls, call: ast.Call) -> Iterator[Span]:
        for given in call.keywords:
            if given.arg == name and isinstance(given.value, ast.Constant) and given.value.value is unsafe:
                yield from calls.without(call, given)

    return fix


def _unverified(calls: Calls, call: ast.Call) -> Iterator[Span]:
    if not call.args and not call.keywords:
        yield from _renamed(calls, call, "ssl._create_unverified_context", "create_default_context")


def _renamed(calls: Calls, call: ast.Call, name: str, new: str) -> Iterator[Span]:
    if isinstance(call.func, ast.Attribute) and calls.name(call.func) == name:
        start, end = calls.span(call.func)
        owner = calls.span(call.func.value)[1]
        yield start, end, f"{calls.text.text[start:owner]}.{new}"


def _yaml(calls: Calls, call: ast.Call) -> Iterator[Span]:
    """Let safe_load() read it, which knows no other loader; one of somebody's own may know more types."""
    loaders = [given for given in call.keywords if given.arg != "stream"]
    rest: list[ast.expr | ast.keyword] = [*call.args[1:], *loaders]
    given = [item.value if isinstance(item, ast.keyword) else item for item in rest]
    named = all(keyword.arg == "Loader" for keyword in loaders)
    if len(rest) > 1 or not named or not all(_is_unsafe(calls.name(loader)) for loader in given):
        return
    gone = [span for item in rest for span in calls.without(call, item)]
    if len(gone) == len(rest):
        for renamed in _renamed(calls, call, "yaml.load", "safe_load"):
            yield from (renamed, *gone)


def _is_unsafe(name: str) -> bool:
    module, _, member = name.rpartition(".")
    return module == "yaml" and bool(_UNSAFE_LOADER.fullmatch(member))


def _torch(calls: Calls, call: ast.Call) -> Iterator[Span]:
    if calls.name(call.func) != "torch.load" or any(given.arg is None for given in call.keywords):
        return
    chosen = [given for given in call.keywords if given.arg == "weights_only"]
    items = calls.arguments(call)
    if not chosen and items:
        yield items[-1][1], items[-1][1], ", weights_only=True"
    for given in chosen:
        if isinstance(given.value, ast.Constant) and given.value.value is False:
            yield *calls.span(given), "weights_only=True"


_RULES: dict[str, Callable[[Calls, ast.Call], Iterator[Span]]] = {
    "B201": _keyword("B201"),
    "B323": _unverified,
    "B501": _keyword("B501"),
    "B506": _yaml,
    "B614": _torch,
}
