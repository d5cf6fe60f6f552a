"""How much was looked at: a row for each lock."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lockgate.gates.sca.hits import Hit
from lockgate.gates.sca.locks import Lock
from lockgate.inventory.model import Scope
from lockgate.verdict import Table

_COLUMNS = ("lock", "ecosystem", "components", "direct", "only for development", "vulnerabilities")


def table(locks: Sequence[Lock], hits: Iterable[Hit]) -> tuple[Table, ...]:
    """Count the components and vulnerabilities of each lock that could be read."""
    wrong = Counter(hit.lock.path for hit in hits)
    rows = [_row(lock, wrong[lock.path]) for lock in locks if lock.inventory and lock.inventory.components]
    return (Table("Components", _COLUMNS, tuple(sorted(rows))),) if rows else ()


def _row(lock: Lock, wrong: int) -> tuple[str, ...]:
    parts = lock.inventory.components if lock.inventory else ()
    direct = len([part for part in parts if part.direct])
    dev = len([part for part in parts if part.scope is Scope.DEV])
    ecosystem = lock.inventory.ecosystem if lock.inventory else ""
    return lock.path, ecosystem, f"{len(parts):,}", f"{direct:,}", f"{dev:,}", f"{wrong:,}"
