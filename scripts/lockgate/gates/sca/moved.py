"""Follow a project from one kind of lock to another, which git does not see as a rename."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lockgate.gates.sca.locks import Lock, Locks
from lockgate.inventory.model import Inventory


def followed(locks: Locks) -> tuple[Lock, ...]:
    """Give the base's locks; one that is gone counts as the lock that took its place.

    That is the new lock of its folder and ecosystem that shares most components with it. Several may become
    one: what `requirements.txt` and `requirements-dev.txt` had is not new in the `uv.lock` after them.
    """
    there, before = {lock.origin for lock in locks.head}, {lock.path for lock in locks.base}
    new = [lock for lock in locks.head if lock.touched and lock.origin not in before]
    return tuple(lock if lock.path in there else _followed(lock, new) for lock in locks.base)


def by_origin(base: Iterable[Lock]) -> Mapping[str, Inventory]:
    """Give what the base had by the name of the lock that has it now."""
    found: dict[str, Inventory] = {}
    for lock in base:
        if inventory := lock.inventory:
            other = found.get(lock.origin)
            parts = (*(other.components if other else ()), *inventory.components)
            found[lock.origin] = replace(inventory, components=parts)
    return found


def _followed(lock: Lock, new: Sequence[Lock]) -> Lock:
    same = [each for each in new if _place(each) == _place(lock)]
    best = max(same, key=lambda each: len(_parts(each) & _parts(lock)), default=None)
    return replace(lock, origin=best.origin) if best and _parts(best) & _parts(lock) else lock


def _place(lock: Lock) -> tuple[str, str]:
    return lock.path.rpartition("/")[0], lock.inventory.ecosystem if lock.inventory else ""


def _parts(lock: Lock) -> set[tuple[str, str]]:
    components = lock.inventory.components if lock.inventory else ()
    return {(component.name, component.version) for component in components}
