"""Whether two catalogs hold the same, whatever their objects' oids, places and generated names are."""

import re
from collections.abc import Iterator

from lockgate.gates.migrations.catalogs.catalog import BOOKS, Catalog, Relation

_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX .*? ON (.*)", re.DOTALL)
_KINDS = {"f": "foreign table", "m": "materialised view", "p": "table", "r": "table", "v": "view"}

Line = tuple[str, str]
"""What a thing is part of, empty where it stands alone, and what it is."""


def difference(before: Catalog, now: Catalog) -> tuple[list[str], list[str]]:
    """Give what is lost and what is left behind; of a table that is either, its columns are not listed."""
    old, new = described(before), described(now)
    return _whole(old - new), _whole(new - old)


def described(catalog: Catalog) -> frozenset[Line]:
    """Describe what a catalog holds, without what is made anew each time: oids, places, names of indexes."""
    return frozenset(_lines(catalog))


def _whole(lines: frozenset[Line]) -> list[str]:
    tables = {what for of, what in lines if not of}
    return sorted(what for of, what in lines if of not in tables)


def _lines(catalog: Catalog) -> Iterator[Line]:
    own = {
        oid: (f"{_KINDS[one.relkind]} {one.full_name}", one)
        for oid, one in catalog.relations.items()
        if one.name not in BOOKS and one.relkind in _KINDS
    }
    yield from (("", what) for what, _ in own.values())
    yield from (("", f"type {enum.name}: {', '.join(enum.labels)}") for enum in catalog.enums.values())
    for oid, words in _parts(catalog, {oid: table for oid, (_, table) in own.items()}):
        yield own[oid][0], words


def _parts(catalog: Catalog, tables: dict[int, Relation]) -> Iterator[tuple[int, str]]:
    for column in catalog.columns.values():
        if column.table in tables:
            more = " NOT NULL" if column.not_null else ""
            more += f" DEFAULT {column.default}" if column.default else ""
            yield column.table, f"column {tables[column.table].full_name}.{column.name} {column.type}{more}"
    for constraint in catalog.constraints.values():
        if constraint.table in tables:
            valid = "" if constraint.valid or "NOT VALID" in constraint.definition else " NOT VALID"
            name = tables[constraint.table].full_name
            yield constraint.table, f"constraint of {name}: {constraint.definition}{valid}"
    for index in catalog.indexes.values():
        if index.table in tables:
            match = _INDEX.match(index.definition)
            what = f"{match[1] or ''}INDEX ON {match[2]}" if match else index.definition
            yield index.table, f"{what}{'' if index.valid else ' (not valid)'}"
