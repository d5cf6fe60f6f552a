"""Read what a migration in Python says of itself, without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Named:
    """Hold literal values of one assignment, each with its lines; not `known` is what is computed."""

    values: tuple[tuple[tuple[str, ...], int, int], ...] = ()
    known: bool = True
    line: int = 0


def parsed(data: bytes) -> ast.Module | None:
    """Give the syntax tree of a file, None for one that is none, or is too large or too deep to be one."""
    if len(data) > MOST_BYTES:
        return None
    try:
        return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def spoilt(data: bytes) -> tuple[int, str] | None:
    """Give the line, 0 for none, at which a file stops being Python, and why; None for one that is.

    What is too large or too deep for us may be fine, and is none either.
    """
    if len(data) > MOST_BYTES:
        return None
    try:
        ast.parse(data)
    except SyntaxError as error:
        return error.lineno or 0, error.msg
    except ValueError as error:  # a null byte, until Python 3.12
        return 0, str(error)
    except (RecursionError, MemoryError):
        return None
    return None


def assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Give the names that a module or a class assigns, and to what; one with an annotation counts too."""
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def migration_class(module: ast.Module) -> ast.ClassDef | None:
    """Find Django's class `Migration`."""
    classes = (node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Migration")
    return next(classes, None)


def pairs(value: ast.expr) -> Named:
    """Read a list of pairs of words, as `dependencies` is; `swappable_dependency(…)` is left out."""
    found, known = [], True
    left = [value]
    while left:  # no recursion: a stranger may add a thousand lists
        part = left.pop()
        if isinstance(part, ast.BinOp):
            left += (part.right, part.left)
            continue
        entries = part.elts if isinstance(part, (ast.List, ast.Tuple)) else None
        known = known and entries is not None
        for entry in entries or ():
            words = _words(entry) if isinstance(entry, (ast.List, ast.Tuple)) else None
            if words and len(words) == 2:
                found.append((words, entry.lineno, entry.end_lineno or entry.lineno))
            elif not isinstance(entry, ast.Call):
                known = False
    return Named(tuple(found), known, value.lineno)


def names(value: ast.expr) -> Named:
    """Read None, a word, or several words, as `down_revision` is."""
    if isinstance(value, ast.Constant) and value.value is None:
        return Named(line=value.lineno)
    words = _words(value) if isinstance(value, (ast.List, ast.Set, ast.Tuple)) else _words_of_one(value)
    if words is None:
        return Named(known=False, line=value.lineno)
    lines = value.lineno, value.end_lineno or value.lineno
    return Named(tuple(((word,), *lines) for word in words), True, value.lineno)


def _words(value: ast.List | ast.Set | ast.Tuple) -> tuple[str, ...] | None:
    found = tuple(
        entry.value
        for entry in value.elts
        if isinstance(entry, ast.Constant) and isinstance(entry.value, str)
    )
    return found if len(found) == len(value.elts) else None


def _words_of_one(value: ast.expr) -> tuple[str, ...] | None:
    known = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return (value.value,) if known else None  # type: ignore[attr-defined]
