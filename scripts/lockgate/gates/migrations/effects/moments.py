"""What a change's steps hold on tables that were there before it: what all judges of effect start from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.gates.migrations.catalogs.catalog import BOOKS, Relation
from lockgate.gates.migrations.model import (
    BLOCKS_READS,
    BLOCKS_WRITES,
    Applied,
    Lock,
    Rewrite,
    Step,
    strength,
)

_TABLES, _READ_ONLY = frozenset("rpf"), frozenset("vm")
_FILLING = frozenset({"CREATE MATERIALIZED VIEW", "CREATE TABLE AS", "SELECT INTO"})
_MAKES = re.compile(r"CREATE\s+(?:\w+\s+){0,2}(?:TABLE|MATERIALIZED\s+VIEW)\b", re.IGNORECASE)
_QUERY = re.compile(r"\bAS\s*+\(?\s*+(?:SELECT|WITH|TABLE|EXECUTE)\b", re.IGNORECASE)
_SOURCE = re.compile(r"\b(?:SELECT|TABLE|EXECUTE)\b", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*+'")
_LOOKED_AT = 10_000
_WORD = re.compile(r"\w+")
_NOISE = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold a step, and the locks on what existed that make others wait; the strongest of each relation.

    `held` are all that its transaction had when the step had ended, `taken` those that no earlier step had
    as strong. `rewrites`, `read` and `written` are of tables that existed, and `others` says that rows of a
    new one were written: TRUNCATE only makes empty files, so it does none of these. `indexes` counts indexes
    that existed and are held ACCESS EXCLUSIVE.
    """

    step: Step
    held: tuple[Lock, ...]
    taken: tuple[Lock, ...]
    rewrites: tuple[Rewrite, ...]
    read: frozenset[int]
    written: frozenset[int]
    others: bool
    indexes: int

    @property
    def exclusive(self) -> tuple[Lock, ...]:
        """Give the locks taken that block even reads."""
        return tuple(lock for lock in self.taken if lock.mode in BLOCKS_READS)

    @property
    def tagged(self) -> bool:
        """Say whether all that is known of the statement is the server's tag of its command."""
        return re.fullmatch(r"[A-Z]+(?: [A-Z]+){0,4}", self.step.what) is not None

    @property
    def verb(self) -> str:
        """Give the statement's first word; comments before it do not count."""
        return _verb(self.step)

    @property
    def fills(self) -> bool:
        """Say whether it makes a table or a materialised view out of what a query gives."""
        text = self.step.what[_start(self.step) :]
        if self.tagged:
            return text in _FILLING
        return _MAKES.match(text) is not None and _QUERY.search(text) is not None

    @property
    def is_short(self) -> bool:
        """Say whether it writes no more rows than its own text has."""
        bare = _QUOTED.sub("''", self.step.what)
        return self.verb == "INSERT" and not self.tagged and _SOURCE.search(bare) is None

    def has(self, pattern: str) -> bool:
        """Say whether the beginning of the statement's text has that, whatever its case."""
        start = _start(self.step)
        return re.search(pattern, self.step.what[start : start + _LOOKED_AT], re.IGNORECASE) is not None


def moments(applied: Applied, existed: frozenset[int]) -> Iterator[Moment]:
    """Go through the steps of a migration."""
    known = {**applied.after.relations, **applied.before.relations}
    before: dict[int, dict[int, Lock]] = {}
    for step in applied.trace.steps:
        held = _strongest(step, existed, known)
        earlier = before.get(step.transaction, {})
        taken = {oid: lock for oid, lock in held.items() if _stronger(lock, earlier.get(oid))}
        before[step.transaction] = held
        written = {oid for oid in step.written if not (oid in known and known[oid].name in BOOKS)}
        indexes = {lock.oid for lock in step.locks if _is_index(lock) and lock.oid in existed}
        done = _done(step, existed, known, written)
        yield Moment(step, tuple(held.values()), tuple(taken.values()), *done, len(indexes))


def _done(
    step: Step, existed: frozenset[int], known: dict[int, Relation], written: set[int]
) -> tuple[tuple[Rewrite, ...], frozenset[int], frozenset[int], bool]:
    if _verb(step) == "TRUNCATE":
        return (), frozenset(), frozenset(), False
    tables = {oid for oid in existed if oid not in known or known[oid].relkind not in {"i", "I"}}
    rewrites = tuple(each for each in step.rewrites if each.oid in tables)
    return rewrites, step.scanned & existed, frozenset(written & existed), bool(written - existed)


def _start(step: Step) -> int:
    noise = _NOISE.match(step.what)
    return noise.end() if noise else 0


def _verb(step: Step) -> str:
    word = _WORD.match(step.what, _start(step))
    return word[0].upper() if word else ""


def _strongest(step: Step, existed: frozenset[int], known: dict[int, Relation]) -> dict[int, Lock]:
    found: dict[int, Lock] = {}
    for lock in sorted(step.locks, key=lambda lock: lock.oid):
        relation = known.get(lock.oid)
        # A relation that the step drops is in no catalog any more when its locks are read.
        kind = lock.relkind or (relation.relkind if relation else "")
        name = lock.name or (relation.full_name if relation else "")
        if lock.oid in existed and _blocks(kind, lock.mode) and _stronger(lock, found.get(lock.oid)):
            found[lock.oid] = Lock(lock.oid, name, kind, lock.mode)
    return found


def _blocks(kind: str, mode: str) -> bool:
    return (kind in _TABLES and mode in BLOCKS_WRITES) or (kind in _READ_ONLY and mode in BLOCKS_READS)


def _stronger(lock: Lock, other: Lock | None) -> bool:
    return other is None or strength(lock) > strength(other)


def _is_index(lock: Lock) -> bool:
    return lock.relkind in {"i", "I"} and lock.mode in BLOCKS_READS
