"""Judge what a change's migrations did to tables that existed: what they locked, rewrote, read and wrote."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from lockgate.finding import Related, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.effects.failing import failing
from lockgate.gates.migrations.effects.moments import Moment, moments
from lockgate.gates.migrations.effects.parents import parents
from lockgate.gates.migrations.effects.safe import Case, Safe, mend, own_migration, with_timeout
from lockgate.gates.migrations.effects.safe_forms import safe_form
from lockgate.gates.migrations.effects.seconds import REWRITE, SCAN, estimate, tiny
from lockgate.gates.migrations.effects.wording import blocked, held, listed, why
from lockgate.gates.migrations.model import Applied, Lock, Measured
from lockgate.gates.migrations.rule_book import Place, judged

_ALONE = Safe((), words="Put the statement into a migration of its own")
_NO_SCHEMA = frozenset({"LOCK", "TRUNCATE"})


@dataclass(frozen=True, slots=True)
class _Scene:
    measured: Measured
    applied: Applied
    existed: frozenset[int]
    moments: tuple[Moment, ...]

    def name(self, oid: int, moment: Moment | None = None) -> str:
        """Give a table's name at a moment, or as the base has it."""
        now = next((lock.name for lock in moment.step.locks if lock.oid == oid), "") if moment else ""
        known = self.applied.before.relations.get(oid) or self.applied.after.relations.get(oid)
        return now or (known.full_name if known else "")

    def above(self, oid: int) -> frozenset[int]:
        """Give the tables that this one is a partition of."""
        found: set[int] = set()
        relations = self.applied.before.relations
        while oid in relations and (parent := relations[oid].parent) and parent not in found:
            found.add(oid := parent)
        return frozenset(found)


def effects(measured: Measured) -> Iterator[Judged]:
    """Judge each migration of the change by what was seen while it was applied."""
    for applied, existed in zip(measured.applied, measured.existed, strict=True):
        scene = _Scene(measured, applied, existed, tuple(moments(applied, existed)))
        for judge in _JUDGES:
            yield from judge(scene)
        yield from failing(measured, applied)


def _rewrites(scene: _Scene) -> Iterator[Judged]:
    for moment in scene.moments:
        if found := moment.rewrites:
            locks = moment.held or tuple(
                Lock(each.oid, each.name, "r", "AccessExclusiveLock") for each in found
            )
            whys = sorted(filter(None, {why(each, scene.applied, moment) for each in found}))
            what = f"{held(locks, moment.indexes)}, rewrites {_it(locks, {each.name for each in found})}"
            text = f"{what}{': ' if whys else ''}{'; '.join(whys)}"
            yield _slow(scene, moment, "rewrite-under-lock", text, [each.oid for each in found], locks)


def _it(locks: Iterable[Lock], names: set[str]) -> str:
    same = len(names) == 1 and names == {lock.name for lock in locks}
    return "it" if same else listed(names)


def _read(moment: Moment) -> frozenset[int]:
    """Give the tables that a step reads whole under a lock, where it does nothing worse."""
    return moment.read if moment.held and not moment.rewrites else frozenset()


def _scans(scene: _Scene) -> Iterator[Judged]:
    for moment in scene.moments:
        if read := _read(moment):
            names = {scene.name(oid, moment) for oid in read}
            text = f"{held(moment.held, moment.indexes)}, reads {_it(moment.held, names)} whole"
            yield _slow(scene, moment, "scan-under-lock", text, sorted(read), moment.held)


def _slow(
    scene: _Scene, moment: Moment, rule: str, text: str, tables: list[int], locks: Iterable[Lock]
) -> Judged:
    rewriting = rule == "rewrite-under-lock"
    sizes, names = scene.measured.sizes, [scene.name(oid) for oid in tables]  # as production has them
    small = tiny(sizes, names)
    takes = estimate(sizes, names, REWRITE if rewriting else SCAN)
    time = f"for the time of the {'rewrite' if rewriting else 'read'}{takes and f', {takes}'}"
    known = ", which is tiny" if small else ""
    safe = _form(scene, moment, tables, locks) or (None if moment.taken else _ALONE)
    return _finding(
        scene, moment, rule, f"holds {text}; blocks {blocked(locks, moment.indexes)} {time}{known}", names,
        safe=safe, severity=Severity.LOW if small else None,
    )  # fmt: skip


def _form(scene: _Scene, moment: Moment, tables: Iterable[int], locks: Iterable[Lock]) -> Safe | None:
    """Give the form for the first table that has one: whole ones before partitions, those touched first."""
    oids = sorted(
        dict.fromkeys([*tables, *(lock.oid for lock in locks)]), key=lambda oid: len(scene.above(oid))
    )
    forms = (safe_form(Case(scene.applied, moment, oid)) for oid in oids)
    return next((form for form in forms if form), None)


def _rows(scene: _Scene) -> Iterator[Judged]:
    for group in _transactions(scene):
        first: dict[frozenset[str], Judged] = {}
        for moment in filter(_writes_under_lock, group):
            names = frozenset(scene.name(oid, moment) for oid in moment.written)
            text = (
                f"writes rows of {listed(names) or 'a new table'} while it holds {held(moment.held)}; "
                f"blocks {blocked(moment.held)} until the last row is written"
            )
            tables = names or {lock.name for lock in moment.held}
            made = _finding(scene, moment, "rows-under-lock", text, tables, safe=own_migration(moment))
            first[names] = _beside(first[names], made) if names in first else made
        yield from first.values()


def _writes_under_lock(moment: Moment) -> bool:
    """Say whether a step writes as many rows as a table has while others wait."""
    if not moment.held or moment.is_short:
        return False
    return bool(moment.written) or moment.fills or (moment.verb == "INSERT" and moment.others)


def _beside(first: Judged, other: Judged) -> Judged:
    place = Related(other.finding.path, other.finding.line, "rows are written here too")
    return replace(first, finding=replace(first.finding, related=(*first.finding.related, place)))


def _mixed(scene: _Scene) -> Iterator[Judged]:
    for group in _transactions(scene):
        schema = [moment for moment in group if moment.taken and moment.verb not in _NO_SCHEMA]
        written = [moment for moment in group if moment.written]
        if schema and written and not any(map(_writes_under_lock, group)):
            names = {scene.name(oid, moment) for moment in written for oid in moment.written}
            locks = held(lock for moment in schema for lock in moment.taken)
            text = (
                f"writes rows of {listed(names)} in the transaction that changes the schema and takes {locks}"
            )
            yield _finding(scene, written[0], "data-and-schema", text, names, safe=own_migration(written[0]))


def _timeouts(scene: _Scene) -> Iterator[Judged]:
    seen: set[int] = set()
    for moment in scene.moments:
        locks = [lock for lock in moment.exclusive if lock.oid not in seen]
        if moment.step.lock_timeout:
            continue
        seen.update(lock.oid for lock in locks)
        told = {each.oid for each in moment.rewrites} | _read(moment) | parents(scene.applied, moment)
        told |= {above for oid in told for above in scene.above(oid)}
        if locks := [lock for lock in locks if lock.oid not in told]:
            text = (
                f"takes {held(locks)}, and `lock_timeout` is not set: behind one long query it waits, "
                "and whoever comes later waits behind it"
            )
            safe = _form(scene, moment, [lock.oid for lock in locks], ()) if _has_better(moment) else None
            yield _finding(
                scene, moment, "lock-without-timeout", text, [lock.name for lock in locks],
                safe=safe or _timeout(scene, moment),
            )  # fmt: skip


def _timeout(scene: _Scene, moment: Moment) -> Safe:
    # Two statements that Prisma sends at once are one transaction.
    local = scene.applied.migration.atomic or scene.measured.project.kind == "prisma"
    return with_timeout(moment, local=local)


def _has_better(moment: Moment) -> bool:
    return moment.has(r"^\s*drop\s+index\b|\bdetach\s+partition\b")


def _parents(scene: _Scene) -> Iterator[Judged]:
    for moment in scene.moments:
        oids = parents(scene.applied, moment) if not moment.step.lock_timeout else frozenset()
        locks = [lock for lock in moment.taken if lock.oid in oids]
        if locks:
            text = f"takes {held(locks)}, because of a foreign key; blocks {blocked(locks)}"
            yield _finding(
                scene, moment, "parent-locked", text, [lock.name for lock in locks],
                safe=_timeout(scene, moment),
            )  # fmt: skip


def _several(scene: _Scene) -> Iterator[Judged]:
    for group in _transactions(scene):
        locked: dict[int, Lock] = {}
        last, steps = None, 0
        for moment in group:
            if fresh := _counted(scene, moment, locked):
                last, steps = moment, steps + 1
                locked |= fresh
        # One statement that locks another table through a foreign key alone is told as that.
        if last and len(locked) > 1 and (steps > 1 or not parents(scene.applied, last)):
            text = f"holds {held(locked.values())} in one transaction"
            words = Safe((), words="Put each table into a migration of its own")
            yield _finding(
                scene, last, "several-tables-locked", text, [lock.name for lock in locked.values()],
                safe=words,
            )  # fmt: skip


def _counted(scene: _Scene, moment: Moment, locked: dict[int, Lock]) -> dict[int, Lock]:
    """Give the tables that a step locks first; a partition counts with the table that it is of."""
    tables = [lock for lock in moment.taken if lock.relkind in "rpf"]
    known = locked.keys() | {lock.oid for lock in tables}
    return {lock.oid: lock for lock in tables if lock.oid not in locked and not known & scene.above(lock.oid)}


def _transactions(scene: _Scene) -> Iterable[list[Moment]]:
    groups: dict[int, list[Moment]] = {}
    for moment in scene.moments:
        groups.setdefault(moment.step.transaction, []).append(moment)
    return groups.values()


def _finding(
    scene: _Scene,
    moment: Moment,
    rule: str,
    message: str,
    tables: Iterable[str],
    *,
    safe: Safe | None,
    severity: Severity | None = None,
) -> Judged:
    migration, project = scene.applied.migration, scene.measured.project
    place = Place(migration.path or project.path, moment.step.line, moment.step.end_line)
    return judged(
        rule,
        place,
        message[:1].upper() + message[1:],
        identity=" ".join([migration.name, *sorted(set(tables))]),
        severity=severity,
        mend=mend(safe, project),
    )


_JUDGES: tuple[Callable[[_Scene], Iterator[Judged]], ...] = (
    _rewrites, _scans, _rows, _mixed, _timeouts, _parents, _several,
)  # fmt: skip
