"""Compare two catalogs: what of the first does code that was written for it no longer find, or get in?

Names are what code knows, so they are looked up first: where a view, or another table, has taken the name of
one that was renamed, code goes on with that. Objects are followed by oid, columns by number.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.gates.migrations.catalogs.altered import altered, is_required
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column, Domain, Enum, Function, Relation
from lockgate.gates.migrations.catalogs.difference import Change, Kind, by_table
from lockgate.gates.migrations.catalogs.tightened import tightened
from lockgate.untrusted import shown

_CALLED = {"r": "table", "p": "table", "f": "foreign table", "v": "view", "m": "materialised view"}
_ROWS = frozenset("rpf")
_SEQUENCE = "S"


def changes(before: Catalog, after: Catalog) -> tuple[Change, ...]:
    """Give what differs between two catalogs of one database, in an order that is always the same.

    What happens to a partition as to its parent is said of the parent alone.
    """
    pair = _Pair(before, after)
    found = [*pair.relations(), *tightened(before, after), *_types(before, after)]
    found += [*_functions(before, after), *_sequences(before, after)]
    said = {(change.what, change.oid, change.columns, change.column_after) for change in found}
    parents = {
        oid: relation.parent for oid, relation in (*before.relations.items(), *after.relations.items())
    }
    return tuple(
        change
        for change in sorted(found, key=lambda change: (change.identity, change.words))
        if (change.what, parents.get(change.oid, 0), change.columns, change.column_after) not in said
    )


class _Pair:
    """Compare the tables and views of two catalogs."""

    def __init__(self, before: Catalog, after: Catalog) -> None:
        self.before, self.after = before, after
        self.old_columns, self.new_columns = by_table(before), by_table(after)
        self.holders = {item.full_name: item for item in after.relations.values() if item.relkind in _CALLED}

    def relations(self) -> Iterator[Change]:
        for old in self.before.relations.values():
            if old.relkind in _CALLED:
                yield from self.relation(old)
        for new in self.after.relations.values():
            if new.relkind in _CALLED and new.oid not in self.before.relations:
                words = f"{_CALLED[new.relkind]} {shown(new.full_name)} is made"
                yield Change("expand", "table-added", words, new.oid, table_after=new.full_name)

    def relation(self, old: Relation) -> Iterator[Change]:
        same = self.after.relations.get(old.oid)
        stays = same is not None and same.full_name == old.full_name
        holder = same if stays else self.holders.get(old.full_name)
        called = f"{_CALLED[old.relkind]} {shown(old.full_name)}"
        if holder is None and same is None:
            words = f"{called} is removed"
            yield Change("contract", "table-removed", words, old.oid, table=old.full_name)
        elif holder is None and same is not None:
            what = "table-moved" if same.name == old.name else "table-renamed"
            words = f"{called} becomes {shown(same.full_name)}"
            yield Change("contract", what, words, old.oid, table=old.full_name, table_after=same.full_name)
        elif holder and same is None and {old.relkind, holder.relkind} <= _ROWS and self.is_new(holder):
            words = f"{called} is removed and made anew: its rows are gone unless the migration copies them"
            yield Change("contract", "table-replaced", words, old.oid, table=old.full_name)
            return
        heir = holder or same
        if heir is not None:
            yield from self.columns(old, heir)

    def is_new(self, relation: Relation) -> bool:
        return relation.oid not in self.before.relations

    def columns(self, old: Relation, heir: Relation) -> Iterator[Change]:
        had = self.old_columns.get(old.oid, [])
        has = {column.name: column for column in self.new_columns.get(heir.oid, [])}
        for column in had:
            yield from self.column(old, heir, column, has.get(column.name))
        names, numbers = {column.name for column in had}, {column.number for column in had}
        for column in has.values():
            if column.name not in names and not (heir.oid == old.oid and column.number in numbers):
                yield self.added(old, heir, column)

    def column(self, old: Relation, heir: Relation, column: Column, twin: Column | None) -> Iterator[Change]:
        place = _Place(old, heir, column)
        moved = self.after.columns.get((old.oid, column.number)) if heir.oid == old.oid else None
        if twin is None and moved is None:
            yield place.change("contract", "column-removed", "is removed")
        elif twin is None and moved is not None:
            yield place.change("contract", "column-renamed", f"becomes {shown(moved.name)}", moved.name)
        elif twin is not None and (moved is not None or heir.oid != old.oid or self.had(twin)):
            for kind, what, words in altered(column, twin, self.before, self.after):
                reads = kind == "writer" and heir.relkind not in _ROWS
                yield place.change("contract" if reads else kind, what, words, column.name)
        else:
            words = "is removed and made anew: what it held is gone unless the migration copies it"
            yield place.change("contract", "column-replaced", words)

    def had(self, column: Column) -> bool:
        return (column.table, column.number) in self.before.columns

    def added(self, old: Relation, heir: Relation, column: Column) -> Change:
        needed = is_required(column, self.after) and heir.relkind in _ROWS
        words = f"column {shown(column.name)} of {shown(heir.full_name)} is added"
        words += ", NOT NULL and without a default" if needed else ""
        return Change(
            "writer" if needed else "expand",
            "column-required" if needed else "column-added",
            words,
            old.oid,
            column.number,
            old.full_name,
            table_after=heir.full_name,
            column_after=column.name,
        )


@dataclass(frozen=True, slots=True)
class _Place:
    old: Relation
    heir: Relation
    column: Column

    def change(self, kind: Kind, what: str, words: str, after: str = "") -> Change:
        return Change(
            kind,
            what,
            f"column {shown(self.column.name)} of {shown(self.old.full_name)} {words}",
            self.old.oid,
            self.column.number,
            self.old.full_name,
            (self.column.name,),
            self.heir.full_name,
            after,
        )


def _types(before: Catalog, after: Catalog) -> Iterator[Change]:
    was, now = _named(before), _named(after)
    names = {item.name for item in now.values()}
    for old in was.values():
        if old.name not in names:
            new = now.get(old.oid)
            words = f"becomes {shown(new.name)}" if new else "is removed"
            what = "type-renamed" if new else "type-removed"
            words = f"type {shown(old.name)} {words}"
            yield Change(
                "contract", what, words, old.oid, table=old.name, table_after=new.name if new else ""
            )
    for oid in now.keys() - was.keys():
        words = f"type {shown(now[oid].name)} is made"
        yield Change("expand", "type-added", words, oid, table_after=now[oid].name)
    yield from _values(before, after)
    yield from _domains(before, after)


def _named(catalog: Catalog) -> dict[int, Enum | Domain]:
    return {**catalog.enums, **catalog.domains}


def _values(before: Catalog, after: Catalog) -> Iterator[Change]:
    """Compare the labels of types that stay: PostgreSQL renames and adds them, and removes none."""
    for oid in before.enums.keys() & after.enums.keys():
        old, new = before.enums[oid], after.enums[oid]
        gone = [label for label in old.labels if label not in new.labels]
        made = [label for label in new.labels if label not in old.labels]
        for label in gone:
            words = f"value {shown(label)} of type {shown(old.name)} is renamed"
            words += f" to {shown(made[0])}" if len(gone) == len(made) == 1 else ""
            yield Change("contract", "value-renamed", words, oid, table=old.name, value=label)
        if len(made) > len(gone):
            words = f"type {shown(new.name)} has more values"
            yield Change("expand", "value-added", words, oid, table=old.name, table_after=new.name)


def _domains(before: Catalog, after: Catalog) -> Iterator[Change]:
    for oid in before.domains.keys() & after.domains.keys():
        old, new = before.domains[oid], after.domains[oid]
        users = [key for key, column in sorted(before.columns.items()) if column.type_oid == oid]
        if (new.not_null and not old.not_null) or new.checks - old.checks:
            for key in users:
                column, table = before.columns[key], before.relations[key[0]].full_name
                words = f"type {shown(old.name)}, which column {shown(column.name)} of {shown(table)} has, "
                words += "refuses more than before"
                yield Change(
                    "writer", "domain-stricter", words, *key, table, (column.name,), table, column.name
                )
        elif (old.not_null, old.checks) != (new.not_null, new.checks):
            words = f"type {shown(old.name)} refuses less than before"
            yield Change("expand", "domain-looser", words, oid, table=old.name, table_after=new.name)


def _functions(before: Catalog, after: Catalog) -> Iterator[Change]:
    was, now = _overloads(before), _overloads(after)
    for old in before.functions.values():
        if not any(_answers(new, old) for new in now[old.full_name]):
            same = after.functions.get(old.oid)
            name = same.full_name if same else ""
            words = f"becomes {shown(name)}" if name else "is removed"
            words = f"function {shown(old.full_name)} with {len(old.types)} parameters {words}"
            yield Change(
                "contract", "function-removed", words, old.oid, table=old.full_name, table_after=name
            )
    for new in after.functions.values():
        if new.oid not in before.functions and not any(_answers(new, old) for old in was[new.full_name]):
            words = f"function {shown(new.full_name)} is made"
            yield Change("expand", "function-added", words, new.oid, table_after=new.full_name)


def _overloads(catalog: Catalog) -> defaultdict[str, list[Function]]:
    result = defaultdict[str, list[Function]](list)
    for function in catalog.functions.values():
        result[function.full_name].append(function)
    return result


def _answers(new: Function, old: Function) -> bool:
    """Say whether a call of the old function finds the new one."""
    return new.types[: len(old.types)] == old.types and new.required <= old.required


def _sequences(before: Catalog, after: Catalog) -> Iterator[Change]:
    names = {item.full_name for item in after.relations.values() if item.relkind == _SEQUENCE}
    for old in before.relations.values():
        if old.relkind == _SEQUENCE and not old.parent and old.full_name not in names:
            words = f"sequence {shown(old.full_name)} is removed or renamed"
            yield Change("contract", "sequence-removed", words, old.oid, table=old.full_name)
