"""Find where Python code means a table or a column."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.gates.migrations.contracts import sql_words
from lockgate.gates.migrations.contracts.wanted import CERTAIN, NEAR, RARE, Names

_ANYTHING = frozenset(
    {"obj", "object", "instance", "row", "item", "self", "record", "entry", "model", "c", ""}
)
_ASKS = frozenset({
    "filter", "exclude", "get", "create", "update", "get_or_create", "update_or_create", "values", "order_by",
    "annotate", "aggregate", "values_list", "only", "defer", "F", "Q", "insert", "filter_by", "distinct",
    "select_related", "prefetch_related", "bulk_update", "bulk_create", "earliest", "latest", "alias",
})  # fmt: skip
Found = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Word:
    """Hold a word in code: what it hangs on, the name at the start of that, the call it is given to."""

    how: str
    text: str
    line: int
    on: str = ""
    root: str = ""
    call: str = ""


class PythonFile:
    """Hold a module's words, taken from its syntax tree once."""

    def __init__(self, tree: ast.Module) -> None:
        self._words = list(_words(tree))
        self._names = {word.text for word in self._words if word.how == "name"}
        self._strings = [word for word in self._words if word.how == "string"]

    def uses(self, names: Names) -> Iterator[Found]:
        """Give rank and line of each place."""
        wanted = names.wanted
        if wanted.kind == "column":
            near = self._is_about(names)
            for word in self._words:
                if (rank := _column(word, names, near)) is not None:
                    yield rank, word.line
        elif wanted.kind == "table":
            for word in self._words:
                if word.how != "field" and (
                    word.text in names.models if word.how == "name" else _is_table(word, names)
                ):
                    yield CERTAIN, word.line
        else:
            near = self._is_about(names)
            for word in self._strings:
                if _is_other(word.text, names, near):
                    yield CERTAIN if near else NEAR, word.line

    def _is_about(self, names: Names) -> bool:
        return not names.models.isdisjoint(self._names) or any(
            _is_table(word, names) for word in self._strings
        )


def _is_table(word: _Word, names: Names) -> bool:
    if word.how != "string":
        return False
    tail = word.text.rpartition(".")[2]
    if "." in word.text and tail in {*names.models, *(model.lower() for model in names.models)}:
        return True
    return tail == names.table or sql_words.names_table(word.text, names.table)


def _is_other(text: str, names: Names, near: bool) -> bool:
    wanted = names.wanted
    if wanted.kind == "value":
        return near and (text == wanted.name or (sql_words.mentions(text, wanted.name)))
    if wanted.kind == "function":
        return text == wanted.name or sql_words.calls(text, wanted.name)
    return sql_words.mentions(text, wanted.name)


def _column(word: _Word, names: Names, near: bool) -> int | None:
    if word.how == "string" and sql_words.names_column(word.text, names.table, names.wanted.name):
        return CERTAIN
    if names.clients and not names.models:
        return None
    fields = names.attributes
    rare = RARE if names.wanted.is_rare else None
    match word.how:
        case "attribute" if word.text in fields:
            return _attribute(word, names, near, rare)
        case "keyword" | "string":
            return _path(word, names, near, rare, fields)
    return None


def _attribute(word: _Word, names: Names, near: bool, rare: int | None) -> int | None:
    if names.means_table(word.on) or (not word.on and names.means_table(word.root)):
        return CERTAIN
    other = word.root[:1].isupper() and word.root not in names.models
    return NEAR if near and word.on in _ANYTHING and not other else rare


def _path(word: _Word, names: Names, near: bool, rare: int | None, fields: frozenset[str]) -> int | None:
    """Judge `category__name`, `-placed`, `name__in`: each step but the first must follow the table's own."""
    parts = word.text.lstrip("-").replace(".", "__").split("__")
    steps = [at for at, part in enumerate(parts) if part in fields]
    if not steps:
        table, column = names.table, names.wanted.name
        return rare if rare and sql_words.names_column(word.text, table, column, alone=True) else None
    if steps[-1] and any(names.means_table(parts[at - 1]) for at in steps if at):
        return CERTAIN
    if steps[0]:
        return rare
    if word.call in _ASKS and word.root in names.models:
        return CERTAIN
    other = word.root[:1].isupper() and word.root not in names.models and word.root not in {"F", "Q"}
    asked = word.how == "string" or word.call in _ASKS or word.call in names.models
    return NEAR if near and asked and not other else rare


def _words(tree: ast.Module) -> Iterator[_Word]:
    todo: list[tuple[ast.AST, str, ast.Call | None]] = [(tree, "", None)]
    while todo:
        node, owner, call = todo.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        yield from _of_node(node, owner, call)
        if isinstance(node, ast.Call):
            call = node
        elif isinstance(node, (ast.stmt, ast.Lambda)):
            owner, call = node.name if isinstance(node, ast.ClassDef) else owner, None
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                todo += [(each, owner, call) for each in value if isinstance(each, ast.AST)]
            elif name != "ctx" and isinstance(value, ast.AST):
                todo.append((value, owner, call))


def _of_node(node: ast.AST, owner: str, call: ast.Call | None) -> Iterator[_Word]:
    match node:
        case ast.Attribute(value=value, attr=attr):
            on, root = _ends(value)
            on, root = (owner, root) if on == "self" else (on, owner if root == "self" else root)
            yield _Word("attribute", attr, node.end_lineno or node.lineno, on, root)
            yield _Word("name", attr, node.lineno)
        case ast.keyword(arg=str() as arg):
            yield _Word("keyword", arg, node.lineno, *_asked(call))
        case ast.Constant(value=str() as text):
            yield _Word("string", text, node.lineno, *_asked(call))
        case ast.Name(id=name):
            yield _Word("name", name, node.lineno)
        case ast.alias(name=name):
            yield _Word("name", name.rpartition(".")[2], node.lineno)


def _asked(call: ast.Call | None) -> tuple[str, str, str]:
    if call is None:
        return "", "", ""
    on, root = _ends(call.func)
    return "", root, on


def _ends(node: ast.expr) -> tuple[str, str]:
    """Give the last and the first name of `a.b(c).d`: `d` and `a`; the last is empty for a call's result."""
    last = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    at: ast.expr | None = node
    while isinstance(at, (ast.Attribute, ast.Call, ast.Subscript)):
        at = at.func if isinstance(at, ast.Call) else at.value
    return last, at.id if isinstance(at, ast.Name) else ""
