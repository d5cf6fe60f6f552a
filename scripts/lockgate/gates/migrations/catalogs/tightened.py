"""Find constraints and unique indexes of a table that existed which refuse rows that it took before."""

import re
from collections.abc import Iterator

from lockgate.gates.migrations.catalogs.catalog import Catalog, Constraint, Index
from lockgate.gates.migrations.catalogs.difference import Change
from lockgate.untrusted import shown

_UNIQUE = frozenset("pu")
_CALLED = {"c": "CHECK", "f": "FOREIGN KEY", "p": "PRIMARY KEY", "u": "UNIQUE", "x": "EXCLUDE"}
_CHOICES = re.compile(
    r"(?P<head>CHECK \(\(\(?[\w\".]+\)?(?:::[\w ]+)?) = ANY "
    r"\((?P<list>\(?ARRAY\[[^\]]*\]\)?(?:::[\w ]+\[\])?)\)\)\)"
)
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.'])-?\d[\d.]*")


def tightened(before: Catalog, after: Catalog) -> Iterator[Change]:
    """Give what is new and refuses rows, and what is gone or refuses none that were taken."""
    was, now = _named(before, after), _named(after, before)
    for new in (item for key, item in now.items() if key not in was and item.table in before.relations):
        words = f"{_CALLED[new.contype] if isinstance(new, Constraint) else 'index'} {shown(new.name)}"
        yield _change(before, after, _refuses(new, before, after), new, words)
    for old in (item for key, item in was.items() if key not in now and item.table in after.relations):
        name = before.relations[old.table].full_name
        words = f"{shown(old.name)} of {shown(name)} is removed"
        yield Change("expand", "constraint-removed", words, old.table, table=name, value=old.name)


def _named(catalog: Catalog, other: Catalog) -> dict[tuple[int, str, str], Constraint | Index]:
    """Give constraints, and indexes that none of them has, by what they demand; the other's own apart.

    The same oid is the same thing: only its name, or its column's, can have been changed.
    """
    result: dict[tuple[int, str, str], Constraint | Index] = {}
    own = {(item.table, item.name) for item in catalog.constraints.values()}
    for item in catalog.constraints.values():
        if item.oid not in other.constraints:
            result[item.table, item.contype, _bare(item.definition)] = item
    for index in catalog.indexes.values():
        if index.oid not in other.indexes and (index.table, index.name) not in own:
            result[index.table, "index", index.definition] = index
    return result


def _refuses(new: Constraint | Index, before: Catalog, after: Catalog) -> bool:
    if isinstance(new, Constraint):
        return not _is_known(new, before, after) and not _is_harmless(new, before, after)
    if not new.unique or _is_weaker(new.table, new.columns, before):
        return False
    return not _leaves_null(new.table, new.columns, before, after)


def _change(before: Catalog, after: Catalog, refuses: bool, new: Constraint | Index, words: str) -> Change:
    table = before.relations[new.table].full_name
    names = (before.columns.get((new.table, number)) for number in new.columns)
    columns = tuple(column.name for column in names if column)
    words = f"{words} is added to {shown(table)}"
    words += f" over {', '.join(map(shown, columns[:8]))}" if columns else ""
    return Change(
        "writer" if refuses else "expand",
        "constraint-added",
        words,
        new.table,
        new.columns[0] if new.columns else 0,
        table,
        columns,
        after.relations[new.table].full_name,
        value=new.name,
    )


def _is_known(new: Constraint, before: Catalog, after: Catalog) -> bool:
    """Say whether it was there already, and was rebuilt as a column's type changed, or allows more."""
    for old in before.constraints.values():
        if (old.table, old.contype) != (new.table, new.contype):
            continue
        rebuilt = (old.name, old.columns) == (new.name, new.columns) and old.oid not in after.constraints
        if rebuilt and any(_retyped(new.table, number, before, after) for number in new.columns):
            return True
        if new.contype == "c" and _more_choices(old.definition, new.definition):
            return True
    return False


def _bare(definition: str) -> str:
    return definition.removesuffix(" NOT VALID")


def _retyped(table: int, number: int, before: Catalog, after: Catalog) -> bool:
    old, new = before.columns.get((table, number)), after.columns.get((table, number))
    return old is not None and new is not None and (old.type, old.type_oid) != (new.type, new.type_oid)


def _more_choices(old: str, new: str) -> bool:
    """Say whether a list of allowed values only grew."""
    was, now = _CHOICES.fullmatch(_bare(old)), _CHOICES.fullmatch(_bare(new))
    if was is None or now is None or was["head"] != now["head"]:
        return False
    return _literals(was["list"]) <= _literals(now["list"])


def _literals(text: str) -> set[str]:
    return {match[0] for match in _LITERAL.finditer(text)}


def _is_harmless(new: Constraint, before: Catalog, after: Catalog) -> bool:
    """Say whether rows that code writes which knows the old columns alone cannot hurt it."""
    numbers = new.columns
    if numbers and not any((new.table, number) in before.columns for number in numbers):
        return True
    if new.contype in _UNIQUE and _is_weaker(new.table, numbers, before):
        return True
    return new.contype in {"u", "f"} and _leaves_null(new.table, numbers, before, after)


def _is_weaker(table: int, numbers: tuple[int, ...], before: Catalog) -> bool:
    """Say whether some of these columns were unique by themselves already."""
    if 0 in numbers:
        return False
    return any(
        index.table == table and index.unique and index.columns and " WHERE " not in index.definition
        and 0 not in index.columns and set(index.columns) <= set(numbers)
        for index in before.indexes.values()
    )  # fmt: skip


def _leaves_null(table: int, numbers: tuple[int, ...], before: Catalog, after: Catalog) -> bool:
    """Say whether one of the columns is new and stays NULL in such rows, and NULL is equal to nothing."""
    fresh = [(table, number) for number in numbers if (table, number) not in before.columns]
    columns = (after.columns.get(key) for key in fresh)
    return any(item and not item.not_null and not item.default and not item.generated for item in columns)
