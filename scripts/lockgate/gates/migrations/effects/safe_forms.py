"""The form of a statement that makes nobody wait, with the project's own names in it."""

import re
from collections.abc import Callable, Iterator

from lockgate.gates.migrations.catalogs.catalog import Column, Constraint, Index
from lockgate.gates.migrations.effects.safe import BATCH, Case, Part, Safe, quote, quoted
from lockgate.gates.migrations.effects.wording import named_in, new_columns, retyped
from lockgate.untrusted import shown


def safe_form(case: Case) -> Safe | None:
    """Give the safe form of what a step does to a table; None where there is nothing better to say."""
    for form in (*_REWRITES, *_FORMS) if case.moment.rewrites else _FORMS:
        if (safe := form(case)) is not None:
            return safe
    return None


def _refresh(case: Case) -> Safe | None:
    if not case.moment.has(r"\brefresh\s+materialized\b"):
        return None
    again = Part((f"REFRESH MATERIALIZED VIEW CONCURRENTLY {case.name}",))
    if any(index.table == case.table and index.unique for index in case.applied.before.indexes.values()):
        return Safe((again,))
    index = f"CREATE UNIQUE INDEX CONCURRENTLY ON {case.name} (…)"
    return Safe((Part((index,), atomic=False), again), words="It needs a unique index over all rows")


def _reindex(case: Case) -> Safe | None:
    what = re.match(r"\s*reindex\s+(?:\([^)]*\)\s*)?(\w+)\s+([^\s;]+)", case.moment.step.what, re.IGNORECASE)
    if case.moment.verb != "REINDEX":
        return None
    named = f"{what[1].upper()} CONCURRENTLY {what[2]}" if what else f"TABLE CONCURRENTLY {case.name}"
    return Safe((Part((f"REINDEX {named}",), atomic=False),))


def _repack(case: Case) -> Safe | None:
    if case.moment.verb == "CLUSTER" or case.moment.has(r"^\s*vacuum\b.*\bfull\b"):
        words = "Leave it out of the migration; `pg_repack` does the same without the lock"
        return Safe((Part((f"VACUUM {case.name}",), atomic=False),), words=words)
    if case.moment.has(r"\bset\s+(tablespace|logged|unlogged|access\s+method)\b"):
        return Safe(
            (), words=f"Move the rows of {shown(case.name)} with `pg_repack`, or into a new table in batches"
        )
    return None


def _attach(case: Case) -> Safe | None:
    if not case.moment.has(r"\battach\s+partition\b"):
        return None
    name = quote(f"{case.short}_bound")
    check = f"ALTER TABLE {case.name} ADD CONSTRAINT {name} CHECK (…) NOT VALID"
    valid = f"ALTER TABLE {case.name} VALIDATE CONSTRAINT {name}"
    words = "The CHECK says what the bounds say, and that the key is not null: then ATTACH reads nothing"
    return Safe((Part((check,)), Part((valid,)), Part((case.moment.step.what,))), words=words)


def _detach(case: Case) -> Safe | None:
    text = case.moment.step.what.rstrip("; \n")
    if not case.moment.has(r"\bdetach\s+partition\b"):
        return None
    return Safe((Part((f"{text} CONCURRENTLY",), atomic=False),))


def _validate(case: Case) -> Safe | None:
    if not case.moment.has(r"\bvalidate\s+constraint\b"):
        return None
    return Safe(
        (Part((case.moment.step.what,)),), words="Put it into a migration of its own, after the other"
    )


def _constraints(case: Case) -> Safe | None:
    found = _new_constraints(case)
    for contype, form in (("fc", _not_valid), ("pu", _using_index), ("x", _exclusion)):
        if some := [each for each in found if each.contype in contype]:
            return form(case, some)
    return None


def _new_constraints(case: Case) -> list[Constraint]:
    word = {"f": r"references|foreign", "c": "check", "u": "unique", "p": "primary", "x": "exclude"}
    new = [
        constraint
        for oid, constraint in sorted(case.applied.after.constraints.items())
        if constraint.table == case.table
        and oid not in case.applied.before.constraints
        and constraint.contype in word
        and (case.moment.tagged or case.moment.has(rf"\b({word[constraint.contype]})\b"))
    ]
    return [each for each in new if named_in(case.moment, each.name)] or new


def _not_valid(case: Case, found: list[Constraint]) -> Safe:
    add, valid = [], []
    for each in found:
        body = each.definition.removesuffix(" NOT VALID")
        add.append(f"ALTER TABLE {case.name} ADD CONSTRAINT {quote(each.name)} {body} NOT VALID")
        valid.append(f"ALTER TABLE {case.name} VALIDATE CONSTRAINT {quote(each.name)}")
    topic = "foreign key" if found[0].contype == "f" else "check"
    relation = case.applied.before.relations.get(case.table)
    parted = relation is not None and relation.relkind == "p" and topic == "foreign key"
    words = "Before PostgreSQL 18, add it to each partition so, and then to the whole table" if parted else ""
    return Safe((Part(tuple(add)), Part(tuple(valid))), topic, words)


def _using_index(case: Case, found: list[Constraint]) -> Safe:
    each = found[0]
    kind = "PRIMARY KEY" if each.contype == "p" else "UNIQUE"
    later = re.search(r"\)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)\Z", each.definition)
    indexes = [index for index in case.applied.after.indexes.values() if index.table == case.table]
    build = [_concurrently(index.definition) for index in indexes if index.name == each.name]
    use = (
        f"ADD CONSTRAINT {quote(each.name)} {kind} USING INDEX {quote(each.name)}{later[1] if later else ''}"
    )
    nulls = _newly_not_null(case) if each.contype == "p" else []
    parts = [Part((statement,), atomic=False) for statement in build]
    return Safe((*parts, *_checked(case, nulls, f"ALTER TABLE {case.name} {use}")), "unique")


def _exclusion(case: Case, _found: list[Constraint]) -> Safe:
    words = (
        "PostgreSQL adds EXCLUDE in no other way: make a new table that has it, fill it in batches, and swap"
    )
    return Safe((), words=f"{words} it for {shown(case.name)}")


def _newly_not_null(case: Case) -> list[Column]:
    before = case.applied.before.columns
    return [
        column
        for key, column in sorted(case.applied.after.columns.items())
        if key[0] == case.table and key in before and column.not_null and not before[key].not_null
    ]


def _not_null(case: Case) -> Safe | None:
    columns = [column for column in _newly_not_null(case) if named_in(case.moment, column.name)]
    return Safe(_checked(case, columns), "column") if columns else None


def _checked(case: Case, columns: list[Column], last: str = "") -> tuple[Part, ...]:
    """Make columns NOT NULL by a check that is validated before, then do the last thing."""
    if not columns:
        return (Part((last,)),) if last else ()
    table = f"ALTER TABLE {case.name}"
    names = [quote(f"{case.short}_{column.name}_not_null") for column in columns]
    pairs = list(zip(names, (quote(column.name) for column in columns), strict=True))
    add = tuple(
        f"{table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID" for name, column in pairs
    )
    valid = tuple(f"{table} VALIDATE CONSTRAINT {name}" for name in names)
    final = tuple(f"{table} ALTER COLUMN {column} SET NOT NULL" for _, column in pairs)
    drop = tuple(f"{table} DROP CONSTRAINT {name}" for name in names)
    return Part(add), Part(valid), Part((*final, *([last] if last else []), *drop))


def _index(case: Case) -> Safe | None:
    new = list(_new_indexes(case))
    if not new:
        return None
    relation = case.applied.before.relations.get(case.table)
    if relation and relation.relkind == "p":
        return _partitioned(new)
    return Safe(tuple(Part((_concurrently(index.definition),), atomic=False) for index in new), "index")


def _new_indexes(case: Case) -> Iterator[Index]:
    backing = {constraint.name for constraint in case.applied.after.constraints.values()}
    found = [
        index
        for oid, index in sorted(case.applied.after.indexes.items())
        if index.table == case.table and oid not in case.applied.before.indexes and index.name not in backing
    ]
    yield from [index for index in found if named_in(case.moment, index.name)] or found


def _partitioned(new: list[Index]) -> Safe:
    words = (
        "Give each partition its index with CREATE INDEX CONCURRENTLY, then ALTER INDEX … ATTACH PARTITION"
    )
    return Safe(tuple(Part((index.definition,)) for index in new), words=words)


def _drop_index(case: Case) -> Safe | None:
    if not case.moment.has(r"^\s*drop\s+index\b"):
        return None
    gone = [
        index
        for oid, index in sorted(case.applied.before.indexes.items())
        if index.table == case.table and oid not in case.applied.after.indexes
        and named_in(case.moment, index.name)
    ]  # fmt: skip
    relation = case.applied.before.relations.get(case.table)
    schema = relation.schema if relation else "public"
    drops = (f"DROP INDEX CONCURRENTLY {quoted(schema, index.name)}" for index in gone)
    return Safe(tuple(Part((drop,), atomic=False) for drop in drops), "drop index") if gone else None


def _retyped(case: Case) -> Safe | None:
    pairs = retyped(case.applied.before, case.applied.after, case.table, case.moment)
    if not pairs:
        return None
    old, new = pairs[0]
    table, name, other = f"ALTER TABLE {case.name}", quote(old.name), quote(f"{old.name}_new")
    fill = _batch(case, f"{other} = {name}::{new.type}", f"{other} IS NULL AND {name} IS NOT NULL")
    swap = (f"{table} DROP COLUMN {name}", f"{table} RENAME COLUMN {other} TO {name}")
    parts = (
        Part((f"{table} ADD COLUMN {other} {new.type}",), note="and let the code write both columns"),
        fill,
        Part(swap, note="once no release reads the old one"),
    )
    return Safe(parts, "column", "Its indexes and constraints go to the new column in the same safe way")


def _added(case: Case) -> Safe | None:
    added = new_columns(case.applied, case.table, case.moment)
    if not added or case.moment.has(r"^\s*create\s+(unique\s+)?index\b"):  # of a column that is new too
        return None
    column = added[0]
    table, name = f"ALTER TABLE {case.name}", quote(column.name)
    add = f"{table} ADD COLUMN {name} {column.type}"
    nulls = _checked(case, [column]) if column.not_null else ()
    if column.computed and not case.moment.has(r"\bidentity\b"):
        words = "Let a trigger or the code fill it; a stored column can only be added to all rows at once"
        fill = _batch(case, f"{name} = …", f"{name} IS NULL")
        return Safe((Part((add,)), fill, *nulls), "column", words)
    if column.generated or column.default.startswith("nextval("):
        sequence = quote(f"{case.short}_{column.name}_seq")
        default = f"{table} ALTER COLUMN {name} SET DEFAULT nextval('{sequence}')"
        start = Part((f"CREATE SEQUENCE {sequence}", add, default))
        return Safe((start, _batch(case, f"{name} = DEFAULT", f"{name} IS NULL"), *nulls), "column")
    if not column.default and column.not_null:
        return Safe((Part((add,)), _batch(case, f"{name} = …", f"{name} IS NULL"), *nulls), "column")
    if not column.default:
        words = "Add it with the type below the domain, and the domain's CHECK as a constraint NOT VALID"
        return Safe((), "column", words)
    default = f"{table} ALTER COLUMN {name} SET DEFAULT {column.default}"
    return Safe(
        (Part((add, default)), _batch(case, f"{name} = DEFAULT", f"{name} IS NULL"), *nulls), "column"
    )


def _concurrently(definition: str) -> str:
    return re.sub(r"\A(CREATE (?:UNIQUE )?INDEX) ", r"\1 CONCURRENTLY ", definition)


def _collated(case: Case) -> Safe | None:
    if not case.moment.has(r"\btype\b.*\bcollate\b"):
        return None
    return Safe(
        (), "column", "Add a column with the new collation and its index, fill it in batches, switch over"
    )


def _batch(case: Case, change: str, where: str) -> Part:
    # Text for people, with every name quoted.
    some = f"SELECT ctid FROM {case.name} WHERE {where} LIMIT {BATCH}"  # noqa: S608
    update = f"UPDATE {case.name} SET {change} WHERE ctid = ANY (ARRAY({some}))"  # noqa: S608
    return Part((update,), atomic=False, note="until it changes no row")


_REWRITES = (_refresh, _repack, _retyped, _added)
_FORMS: tuple[Callable[[Case], Safe | None], ...] = (
    _refresh, _reindex, _repack, _attach, _detach, _validate, _constraints, _retyped, _not_null, _collated,
    _drop_index, _added, _index,
)  # fmt: skip
