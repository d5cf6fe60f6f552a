"""What each migration of a change did: a row for each."""

from lockgate.gates.migrations.effects.moments import Moment, moments
from lockgate.gates.migrations.effects.wording import bare, counted
from lockgate.gates.migrations.model import MODES, Applied, Lock, Measured, strength
from lockgate.untrusted import cut, one_line
from lockgate.verdict import Table

_COLUMNS = ("migration", "strongest lock", "on", "what it did")
_LONGEST = 120


def tables(measured: Measured) -> tuple[Table, ...]:
    """Tell each migration's strongest lock on a table that existed, and what it did."""
    rows = tuple(_row(*each) for each in zip(measured.applied, measured.existed, strict=True))
    return (Table(f"Migrations, applied to {measured.server}", _COLUMNS, rows),) if rows else ()


def _row(applied: Applied, existed: frozenset[int]) -> tuple[str, ...]:
    seen = tuple(moments(applied, existed))
    locks = [lock for moment in seen for lock in moment.held]
    strongest = max(map(strength, locks), default=0)
    top = [lock for lock in locks if strength(lock) == strongest]
    return (
        _plain(applied.migration.name),
        MODES[top[0].mode] if top else "none",
        _on(top),
        _did(applied, seen),
    )


def _on(locks: list[Lock]) -> str:
    names = sorted({bare(lock.name) for lock in locks})
    rest = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"{_plain(names[0])}{rest}" if names else ""


def _did(applied: Applied, seen: tuple[Moment, ...]) -> str:
    rewritten = {each.oid for moment in seen for each in moment.rewrites}
    read = {oid for moment in seen for oid in moment.read}
    written = {oid for moment in seen for oid in moment.written}
    parts = [counted(len(seen), "statement", "statements")]
    for verb, oids in (("rewrote", rewritten), ("read", read - rewritten), ("wrote rows of", written)):
        if oids:
            parts.append(f"{verb} {counted(len(oids), 'table', 'tables')}")
    if applied.trace.failure:
        parts.append("failed")
    return ", ".join(parts)


def _plain(text: str) -> str:
    return cut(one_line(text), _LONGEST)
