"""What a migration does, without comments and white space: two files with the same essence do the same."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lockgate.gates.migrations.histories.python_text import assigned, migration_class, pairs, parsed
from lockgate.gates.migrations.sessions.statements import split

_DOWN = re.compile(r"^[ \t]*--[ \t]*(?:\+goose[ \t]+Down|migrate:down)\b.*$", re.IGNORECASE | re.MULTILINE)
_EDGE = re.compile(r"/\*|\*/")
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
# One token that white space and comments must not be taken from, or one of those.
_TOKEN = re.compile(
    r"""(?P<text>[eE]'(?:[^'\\]|\\.|'')*+'|'(?:[^']|'')*+'|"(?:[^"]|"")*+")"""
    r"""|(?P<blank>\s+|--[^\n]*)|(?P<word>[\w$]+|.)""",
    re.DOTALL,
)

Swap = Mapping[tuple[str, str], str]
"""Label and name of a migration that was squashed, and the name of the one that replaces it."""


@dataclass(frozen=True, slots=True)
class Essence:
    """Hold what a migration does, and what undoes it, each as text that is only good for comparing."""

    up: str
    down: str = ""


def of_sql(data: bytes) -> Essence:
    """Read a file of SQL; the part behind a line `-- +goose Down` or `-- migrate:down` undoes it."""
    text = data.decode("utf-8", "surrogateescape")
    mark = _DOWN.search(text)
    if not mark:
        return Essence(_plain(text))
    return Essence(_plain(text[: mark.start()]), _plain(text[mark.end() :]))


def of_python(data: bytes, swap: Swap) -> Essence | None:
    """Read a file of Python, None for one that cannot be parsed; a function `downgrade` undoes it.

    What Django's squashing goes on to edit counts for nothing: `replaces`, and dependencies on what it took
    the place of.
    """
    module = parsed(data)
    if module is None:
        return None
    try:
        return _essence(module, swap)
    except RecursionError:
        return None


def replaced(data: bytes) -> list[tuple[str, str]]:
    """Give the labels and names of what a squashed migration of Django replaces."""
    module = parsed(data) if b"replaces" in data else None
    found = migration_class(module) if module else None
    values = [pairs(value) for name, value in assigned(found.body) if name == "replaces"] if found else []
    return [(words[0], words[1]) for value in values for words, _, _ in value.values]


def _essence(module: ast.Module, swap: Swap) -> Essence:
    downs = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "downgrade"]
    found = migration_class(module)
    after = _dependencies(found, swap) if found else ""
    if found:
        found.body = [node for node in found.body if _name(node) not in {"dependencies", "replaces"}]
    for node in ast.walk(module):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Module)):
            node.body = [child for child in node.body if not _is_docstring(child) and child not in downs]
    return Essence(f"{after}\n{ast.dump(module)}", "".join(map(ast.dump, downs)))


def _dependencies(found: ast.ClassDef, swap: Swap) -> str:
    values = [value for name, value in assigned(found.body) if name == "dependencies"]
    named = [pairs(value) for value in values]
    if not all(value.known for value in named):
        return "".join(map(ast.dump, values))
    words = {(word, swap.get((word, name), name)) for one in named for (word, name), _, _ in one.values}
    return repr(sorted(words))


def _name(node: ast.stmt) -> str:
    return next((name for name, _ in assigned([node])), "")


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _plain(text: str) -> str:
    try:
        return ";".join(_squeezed(statement.text) for statement in split(text))
    except ValueError:  # no SQL: it is only compared
        return " ".join(text.split())


def _squeezed(text: str) -> str:
    """Write a statement's words with one space between them; what is quoted stays as it is."""
    words, at = [], 0
    while at < len(text):
        if dollar := _DOLLAR.match(text, at):
            end = text.find(dollar[0], dollar.end())
            stop = len(text) if end < 0 else end + len(dollar[0])
            words.append(text[at:stop])
        elif text.startswith("/*", at):
            stop = _behind_comment(text, at)
        else:
            match = _TOKEN.match(text, at)
            stop = match.end() if match else at + 1
            if match is None or not match["blank"]:
                words.append(text[at:stop])
        at = stop
    return " ".join(words)


def _behind_comment(text: str, at: int) -> int:
    """Find the end of a comment, which may hold others."""
    depth = 0
    for edge in _EDGE.finditer(text, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(text)
