"""Compare two definitions of one column."""

import re
from collections.abc import Iterator

from lockgate.gates.migrations.catalogs.catalog import Catalog, Column
from lockgate.gates.migrations.catalogs.difference import Kind
from lockgate.gates.migrations.catalogs.type_fit import misfit

_PRESENT = re.compile(r"CHECK \(\(.+ IS NOT NULL\)\)(?: NOT VALID)?")


def altered(old: Column, new: Column, before: Catalog, after: Catalog) -> Iterator[tuple[Kind, str, str]]:
    """Give each difference: its kind, its sort, and words that follow the column's name."""
    said = False
    if why := misfit(old, new, before, after):
        said = True
        yield "writer", "type-narrower", f"gets a narrower type: {why}"
    if _refuses_null(new, after) and not _refuses_null(old, before) and not _was_checked(old, before):
        said = True
        yield "writer", "not-null", "becomes NOT NULL"
    if new.computed and not old.computed:
        said = True
        yield "writer", "computed", "is computed from now on, and cannot be written"
    if is_required(new, after) and (old.default or old.generated):
        said = True
        yield "writer", "default-removed", "is NOT NULL and loses its default"
    if not said and _facts(old) != _facts(new):
        yield "expand", "column-altered", "is altered"


def is_required(column: Column, catalog: Catalog) -> bool:
    """Say whether a row cannot be written without it."""
    return _refuses_null(column, catalog) and not column.default and not column.generated


def _refuses_null(column: Column, catalog: Catalog) -> bool:
    domain = catalog.domains.get(column.type_oid)
    return column.not_null or (domain is not None and domain.not_null)


def _was_checked(column: Column, catalog: Catalog) -> bool:
    """Say whether a CHECK refuses NULL already, as one that is NOT VALID does for what is written."""
    return any(
        item.table == column.table and item.columns == (column.number,) and _is_presence(item.definition)
        for item in catalog.constraints.values()
    )


def _is_presence(definition: str) -> bool:
    return (
        _PRESENT.fullmatch(definition) is not None and " AND " not in definition and " OR " not in definition
    )


def _facts(column: Column) -> tuple[str, int, bool, str, bool, bool]:
    return (column.type, column.type_oid, column.not_null, column.default, column.generated, column.computed)
