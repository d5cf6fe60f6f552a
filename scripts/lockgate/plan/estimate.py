"""Over how many jobs a run's work is spread: one, unless more of them are done much sooner."""

from collections.abc import Mapping
from dataclasses import dataclass

from lockgate.inputs import Cell

_OVERHEAD = 45.0  # seconds until a job of its own has a runner, the checkout and its tools, and is collected
_WORTH = 60.0  # seconds that must be won, for what more jobs cost


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold about how many seconds the gates take in one job, and in the jobs of `cells` (none: one job).

    `after` are gates that measure time: the job that judges runs them when all else is done, in either case.
    """

    alone: float
    shared: float
    cells: tuple[Cell, ...] = ()
    after: tuple[str, ...] = ()

    def __str__(self) -> str:
        alone = f"about {self.alone:,.0f} s in one job"
        shared = f", {self.shared:,.0f} s in {len(self.cells)} jobs and one that judges"
        after = f"; after that {' and '.join(self.after)} measures time, by itself" if self.after else ""
        return f"{alone}{shared if self.cells else '; more jobs would not pay'}{after}"


def estimate(seconds: Mapping[str, float], cores: int, most: int, after: tuple[str, ...] = ()) -> Estimate:
    """Spread gates that take so many `seconds` of one core over at most `most` jobs of `cores` cores.

    The number is the smallest one after which another job would win little. `after`: see Estimate.
    """
    alone = sum(seconds.values()) / cores
    busy = {gate: needed / cores for gate, needed in sorted(seconds.items()) if needed > 0}
    counts = dict.fromkeys(busy, 1)
    while sum(counts.values()) < most and _longest(busy, counts)[1] > _WORTH:
        counts[_longest(busy, counts)[0]] += 1
    shared = _longest(busy, counts)[1] + _OVERHEAD if busy else 0.0
    if not busy or sum(counts.values()) > most or alone - shared < _WORTH:
        return Estimate(alone, alone, after=after)
    cells = (Cell(gate, number, counts[gate]) for gate in counts for number in range(1, counts[gate] + 1))
    return Estimate(alone, shared, tuple(cells), after)


def _longest(busy: Mapping[str, float], counts: Mapping[str, int]) -> tuple[str, float]:
    """Give the gate whose jobs take longest, and how long each of them does."""
    return max(
        ((gate, busy[gate] / counts[gate]) for gate in counts), key=lambda pair: pair[1], default=("", 0)
    )
