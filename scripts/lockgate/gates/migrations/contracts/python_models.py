"""Find which Python class is a table, and which of its fields is a column: Django's models, SQLAlchemy's."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_KEYED = ("ForeignKey", "OneToOneField")
_COLUMN = ("Column", "mapped_column")
_MANY = "ManyToManyField"
_MOST_WORDS = 12
_LABEL = re.compile(r"""^\s+label\s*=\s*["'](\w+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Model:
    """Hold a class that is a table, or whose fields such a class inherits: `fields` are field, column, line.

    A relation of many to many has a table of its own: it is the model that its field is named by.
    """

    name: str
    table: str
    line: int
    fields: tuple[tuple[str, str, int], ...] = ()
    bases: tuple[str, ...] = ()
    kind: str = "model"


def models(tree: ast.Module, app: str) -> Iterator[Model]:
    """Give the classes of a module that may be tables; `app` is the label of Django's app that it is in."""
    for node in _classes(tree):
        if node.bases:
            label = _meta(node, "app_label") or app
            said = _assigned(node, "__tablename__") or _meta(node, "db_table")
            table = said or f"{label}_{node.name.lower()}"
            calls = list(_calls(node))
            fields = tuple((name, _column(name, call), line) for name, call, line in calls)
            yield Model(node.name, table, node.lineno, fields, tuple(map(_last, node.bases)))
            for name, call, line in calls:
                if _last(call.func) == _MANY and not any(word.arg == "through" for word in call.keywords):
                    own = next(_texts(word.value for word in call.keywords if word.arg == "db_table"), "")
                    yield Model(name, own or f"{table}_{name}", line, kind="field")


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Give a module's classes, also those in an `if`, a `try` or another class; not those in functions."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.ClassDef):
            yield node
        inner = (getattr(node, name, ()) for name in ("body", "orelse", "handlers"))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr)):
            todo += [each for several in inner for each in several]


def app_of(path: str) -> str:
    """Give the folder that Django names an app by: the one of `models.py` or of the folder `models`."""
    parts = path.split("/")[:-1]
    if "models" in parts:
        parts = parts[: parts.index("models")]
    return parts[-1] if parts else ""


def label_in(text: str) -> str:
    """Give the label that an `apps.py` says, empty for none."""
    match = _LABEL.search(text)
    return match[1] if match else ""


def classes_of(table: str) -> Collection[str]:
    """Give what a class may be called, in small letters: `shop_order_line` → `orderline`, `order`, …"""
    words = table.lower().split("_")[:_MOST_WORDS]
    ends = range(1, len(words) + 1)
    return {join.join(words[start:end]) for end in ends for start in range(end) for join in ("", "_")} - {""}


def _calls(node: ast.ClassDef) -> Iterator[tuple[str, ast.Call, int]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        if isinstance(statement.value, ast.Call) and isinstance(target, ast.Name):
            yield target.id, statement.value, statement.lineno


def _column(name: str, call: ast.Call) -> str:
    maker = _last(call.func)
    said = [word.value for word in call.keywords if word.arg == "db_column"]
    said += call.args[:1] if maker in _COLUMN else []
    return next(_texts(said), f"{name}_id" if maker.endswith(_KEYED) else name)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _meta(node: ast.ClassDef, name: str) -> str:
    inner = (each for each in node.body if isinstance(each, ast.ClassDef) and each.name == "Meta")
    return next((value for each in inner if (value := _assigned(each, name))), "")


def _assigned(node: ast.ClassDef, name: str) -> str:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            target, value = statement.targets[0], statement.value.value
            if isinstance(target, ast.Name) and target.id == name and isinstance(value, str):
                return value.replace('"', "").rpartition(".")[2]
    return ""
