"""Tables that a statement locks only because a foreign key leads to them."""

import re
from collections.abc import Iterator

from lockgate.gates.migrations.catalogs.catalog import Constraint
from lockgate.gates.migrations.effects.moments import Moment
from lockgate.gates.migrations.model import BLOCKS_READS, Applied


def parents(applied: Applied, moment: Moment) -> frozenset[int]:
    """Give the tables that a step locks because another one refers to them, or is referred to by them."""
    taken = {lock.oid: lock for lock in moment.taken}
    if not taken:
        return frozenset()
    if moment.verb == "TRUNCATE":
        return frozenset(_children(applied, moment))
    locked = {lock.oid for lock in moment.step.locks}
    found = set()
    for constraint, made in _foreign_keys(applied):
        parent = taken.get(constraint.references)
        if parent is None or constraint.table == parent.oid or constraint.table not in locked:
            continue
        # Making one takes less than ACCESS EXCLUSIVE, so who holds that alters the table itself.
        if parent.oid in applied.after.relations and not (made and parent.mode in BLOCKS_READS):
            found.add(parent.oid)
    return frozenset(found)


def _foreign_keys(applied: Applied) -> Iterator[tuple[Constraint, bool]]:
    """Give the foreign keys that a migration makes and those that it removes."""
    before, after = applied.before.constraints, applied.after.constraints
    for oid in sorted(before.keys() ^ after.keys()):
        constraint = after.get(oid) or before[oid]
        if constraint.contype == "f":
            yield constraint, oid in after


def _children(applied: Applied, moment: Moment) -> Iterator[int]:
    taken = {lock.oid: lock for lock in moment.taken}
    for constraint in applied.before.constraints.values():
        child = applied.before.relations.get(constraint.table)
        if constraint.contype != "f" or child is None or constraint.table not in taken:
            continue
        if constraint.references in taken and not moment.has(rf"(?<!\w){re.escape(child.name)}(?!\w)"):
            yield child.oid
