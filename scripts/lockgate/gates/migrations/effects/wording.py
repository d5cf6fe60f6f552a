"""How a measured effect is put into words."""

from collections.abc import Iterable, Sequence

from lockgate.gates.migrations.catalogs.catalog import Catalog, Column
from lockgate.gates.migrations.effects.moments import Moment
from lockgate.gates.migrations.model import BLOCKS_READS, MODES, Applied, Lock, Rewrite
from lockgate.untrusted import one_line, shown

_MOST = 5


def bare(name: str) -> str:
    """Leave out the schema that nobody writes."""
    return name.removeprefix("public.")


def listed(names: Iterable[str]) -> str:
    """Name a few things of a project, each once: `users`, `orders` and 7 more."""
    unique = sorted(set(map(bare, names)))
    first = [shown(name) for name in unique[:_MOST]]
    if len(unique) > _MOST:
        return f"{', '.join(first)} and {len(unique) - _MOST:,} more"
    return " and ".join(filter(None, [", ".join(first[:-1]), first[-1]])) if first else ""


def held(locks: Iterable[Lock], indexes: int = 0) -> str:
    """Say which locks are held: ACCESS EXCLUSIVE on `users` and 3 indexes, SHARE on `orders`."""
    by_mode: dict[str, list[str]] = {}
    for lock in locks:
        by_mode.setdefault(lock.mode, []).append(lock.name)
    parts, some = [], counted(indexes, "index", "indexes")
    if indexes and not BLOCKS_READS & by_mode.keys():
        parts.append(f"ACCESS EXCLUSIVE on {some}")
    for mode in sorted(by_mode, key=list(MODES).index, reverse=True):
        rest = f" and {some}" if indexes and mode in BLOCKS_READS else ""
        parts.append(f"{MODES[mode]} on {listed(by_mode[mode])}{rest}")
    return ", ".join(parts)


def counted(number: int, one: str, many: str) -> str:
    """Count things: 1 index, 3 indexes."""
    return f"{number:,} {one if number == 1 else many}"


def blocked(locks: Iterable[Lock], indexes: int = 0) -> str:
    """Say what such locks make wait; whoever plans a query of a table asks for its indexes too."""
    return "reads and writes" if indexes or any(lock.mode in BLOCKS_READS for lock in locks) else "writes"


def why(rewrite: Rewrite, applied: Applied, moment: Moment) -> str:
    """Say why a table is written anew, with types as the catalogs have them; empty where nobody knows."""
    if changed := retyped(applied.before, applied.after, rewrite.oid, moment):
        reason = one_line(rewrite.reason) or "type change"
        return f"{reason} " + ", ".join(
            f"{shown(new.name)} {_type(old)} → {_type(new)}" for old, new in changed[:_MOST]
        )
    if added := new_columns(applied, rewrite.oid, moment):
        return "new column " + ", ".join(_new(column) for column in added[:_MOST])
    return one_line(rewrite.reason)


def named_in(moment: Moment, name: str) -> bool:
    """Say whether a step is about that name, as far as its text tells; a command's tag rules nothing out."""
    return moment.tagged or name.lower() in moment.step.what.lower()


def retyped(before: Catalog, after: Catalog, table: int, moment: Moment) -> Sequence[tuple[Column, Column]]:
    """Pair a table's columns whose type changes."""
    pairs = [
        (before.columns[key], column)
        for key, column in sorted(after.columns.items())
        if key[0] == table and key in before.columns and before.columns[key].type != column.type
    ]
    return [pair for pair in pairs if named_in(moment, pair[0].name)] or (
        [] if moment.has(r"\badd\s+(column\s+)?\w") and not moment.has(r"\btype\b") else pairs
    )


def new_columns(applied: Applied, table: int, moment: Moment) -> Sequence[Column]:
    """List the columns that a table gets in a step, as far as its text tells."""
    return [
        column
        for key, column in sorted(applied.after.columns.items())
        if key[0] == table and key not in applied.before.columns and named_in(moment, column.name)
    ]


def _new(column: Column) -> str:
    # A constant one is stored once and rewrites nothing.
    default = f" with the volatile default {shown(column.default)}" if column.default else ""
    return f"{shown(column.name)} {_type(column)}{default}"


def _type(column: Column) -> str:
    return shown(column.type).strip("`")
