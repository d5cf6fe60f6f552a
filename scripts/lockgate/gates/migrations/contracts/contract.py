"""Judge expand and contract: what a change takes away or asks for that the last release does not know."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from lockgate.finding import Related, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.catalog import Catalog
from lockgate.gates.migrations.catalogs.compare import changes
from lockgate.gates.migrations.catalogs.difference import Change, unqualified
from lockgate.gates.migrations.contracts.mends import mend
from lockgate.gates.migrations.contracts.references import ENOUGH, MOST
from lockgate.gates.migrations.contracts.released import Released
from lockgate.gates.migrations.contracts.wanted import Use, Uses, Wanted
from lockgate.gates.migrations.model import Applied, Measured, Step
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.untrusted import shown

Search = Callable[[Collection[Wanted]], Mapping[Wanted, Uses]]
_IN_MESSAGE = 3
_EVERYDAY = frozenset({
    "account_id", "created_at", "created_by", "created_on", "deleted_at", "display_name", "expires_at",
    "external_id", "first_name", "is_active", "is_deleted", "last_name", "modified_at", "object_id",
    "order_id", "parent_id", "password_hash", "phone_number", "sort_order", "updated_at", "updated_by",
    "user_id", "user_name",
})  # fmt: skip
_OF_A_COLUMN = frozenset({"column-removed", "column-renamed", "column-replaced"})


@dataclass(frozen=True, slots=True)
class _Found:
    applied: Applied
    change: Change


def contracts(measured: Measured, references: Search, released: Released | None = None) -> Iterator[Judged]:
    """Judge each difference that code of the base could stumble over.

    `references` looks names up in the base's code (References). What it still uses is high, what it does not
    use, or what somebody answers for in `released`, is a note. What the change itself made is silent.
    """
    released = released or Released()
    found = [item for item in _found(measured) if item.change.kind != "expand"]
    before = measured.before if measured.before.relations or not found else found[0].applied.before
    wanted = {item.change: _wanted(item.change, before) for item in found}
    uses = references({each for several in wanted.values() for each in several}) if found else {}
    for item in found:
        known = _union(uses.get(each, Uses()) for each in wanted[item.change])
        here = [other.change for other in found if other.applied is item.applied]
        yield _judged(measured, item, known, _record(released, item, here))


def _record(released: Released, item: _Found, here: Collection[Change]) -> str:
    """Say who answers for it, and what else he answers for that the migration does not touch."""
    why = released.why(item.change, item.applied.migration.path)
    idle = [shown(name) for name in released.idle(here, item.applied.migration.path)] if why else []
    return why + (f", and names {', '.join(idle[:_IN_MESSAGE])}, which it does not touch" if idle else "")


def _found(measured: Measured) -> Iterator[_Found]:
    """Give the differences that the change makes as a whole, each with the migration that makes it."""
    if not measured.applied:
        return
    if measured.existed[-1] <= measured.before.relations.keys():
        own = [(applied, changes(applied.before, applied.after)) for applied in measured.applied]
        for change in changes(measured.before, measured.applied[-1].after):
            yield _Found(_maker(change, own), change)
        return
    for applied, existed in zip(measured.applied, measured.existed, strict=True):
        for change in changes(applied.before, applied.after):
            if change.oid in existed or change.oid not in applied.before.relations:
                yield _Found(applied, change)


def _maker(change: Change, own: list[tuple[Applied, tuple[Change, ...]]]) -> Applied:
    """Find the migration that makes a difference: it does the same, or something, to the same thing."""
    keys: tuple[Callable[[Change], object], ...] = (
        lambda each: (each.what, each.oid, each.number, each.value),
        lambda each: (each.oid, each.number),
        lambda each: each.oid,
    )
    for key in keys:
        for applied, made in reversed(own):
            if any(key(each) == key(change) for each in made):
                return applied
    return own[-1][0]


def _wanted(change: Change, before: Catalog) -> tuple[Wanted, ...]:
    """Say what to look for in the base's code."""
    table = unqualified(change.table)
    if change.what == "value-renamed":
        users = sorted({key[0] for key, column in before.columns.items() if column.type_oid == change.oid})
        tables = [before.relations[oid].name for oid in users if oid in before.relations]
        return tuple(Wanted("value", change.value, name) for name in tables)
    if change.what == "function-removed":
        return (Wanted("function", table),)
    if change.what in {"type-removed", "type-renamed", "sequence-removed"}:
        return (Wanted("type", table),)
    if change.columns:
        return tuple(Wanted("column", name, table, _is_rare(name, before)) for name in change.columns)
    return (Wanted("table", table),)


def _is_rare(name: str, catalog: Catalog) -> bool:
    """Say whether a word in code can hardly mean anything but this column."""
    if name in _EVERYDAY or not re.search(r"[^_]_[^_]|[a-z][A-Z]", name):
        return False
    owners = (
        catalog.relations.get(column.table) for column in catalog.columns.values() if column.name == name
    )
    return sum(1 for owner in owners if owner and owner.relkind in "rp" and not owner.parent) == 1


def _union(several: Iterator[Uses]) -> Uses:
    """Put the places of several names together."""
    uses = list(several)
    places = dict.fromkeys(sorted(place for each in uses for place in each.places))
    return Uses(tuple(places)[:MOST], sum(each.more for each in uses) + max(len(places) - MOST, 0))


def _judged(measured: Measured, item: _Found, uses: Uses, record: str) -> Judged:
    change, migration = item.change, item.applied.migration
    blocks = bool(uses) and not record
    rule = "writers-broken"
    if change.kind == "contract":
        rule = "contract-still-used" if blocks else "contract-done"
    message = "; ".join(filter(None, (change.words, _used(change, uses), record)))
    return judged(
        rule,
        _place(measured, item.applied, change),
        message,
        identity=f"{migration.name} {change.identity}",
        severity=None if blocks else Severity.NOTE,
        mend=mend(measured.project, change) if blocks else "",
        related=tuple(Related(use.path, use.line, use.words or _named(change)) for use in uses.places),
    )


def _used(change: Change, uses: Uses) -> str:
    """Say where the base's code names it."""
    what = "it"
    if change.kind == "writer":
        what = (
            "the table" if not change.columns else "the column" if len(change.columns) == 1 else "the columns"
        )
    if not uses:
        return f"no code of the base names {what}, tests and migrations apart"
    places = [_shown(use) for use in uses.places[:_IN_MESSAGE]]
    more = uses.more + len(uses.places) - len(places)
    told = f"the base's code{' still' if change.kind == 'contract' else ''} names {what}: {', '.join(places)}"
    some = "at least " if uses.more + len(uses.places) >= ENOUGH else ""
    return f"{told} and {some}{more} more" if more else told


def _shown(use: Use) -> str:
    place = shown(f"{use.path}:{use.line}")
    return f"{use.words} ({place})" if use.words else place


def _named(change: Change) -> str:
    if change.columns:
        return f"{' or '.join(map(shown, change.columns))} is named here"
    name = change.value if change.what == "value-renamed" else unqualified(change.table)
    return f"{shown(name)} is named here"


def _place(measured: Measured, applied: Applied, change: Change) -> Place:
    """Find the step that did it: the one that names column and table, or at least the table."""
    path = applied.migration.path or measured.project.path
    ranked = [(_score(step, change), -at, step) for at, step in enumerate(applied.trace.steps)]
    score, _, step = max(ranked, key=lambda item: item[:2], default=(0, 0, Step("")))
    return Place(path, step.line, step.end_line) if score else Place(path)


def _score(step: Step, change: Change) -> int:
    objects = {name.replace('"', "") for name in step.objects}
    tables = {name.replace('"', "") for name in (change.table, change.table_after) if name}
    columns = {*change.columns, *filter(None, (change.column_after, change.value))}
    words = set(re.findall(r"[\w$]+", step.what.lower()))
    exact = any(f"{table}.{column}" in objects for table in tables for column in columns)
    named = any(unqualified(table).lower() in words for table in tables)
    column = any(name.lower() in words for name in columns)
    own = change.value.lower() in words  # a constraint's name, which no other step has
    fits = change.what not in _OF_A_COLUMN or words & {"drop", "rename", "alter"}
    return 8 * (exact or own) + 4 * (column and bool(fits)) + 2 * (not tables.isdisjoint(objects)) + named
