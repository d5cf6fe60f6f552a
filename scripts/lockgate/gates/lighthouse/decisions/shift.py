"""How much slower: the Hodges–Lehmann estimate, and intervals that assume no distribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, inf
from statistics import median

from lockgate.gates.lighthouse.decisions.ranks import few


@dataclass(frozen=True, slots=True)
class Shift:
    """Hold how much more the head has than the base, in the values' own unit: best guess and interval.

    An end is infinite where there are too few runs to say.
    """

    estimate: float
    low: float
    high: float


def shift(base: Sequence[float], head: Sequence[float], below: float, above: float) -> Shift:
    """Estimate the shift as Hodges and Lehmann do: by the median of the differences of each run with each.

    The truth lies below the interval in the share `below` of all cases at most, and above it in `above`. That
    is exact without ties; with them it happens less often. Neither side may be empty.
    """
    ordered = sorted(after - before for before in base for after in head)
    low, high = (few(len(base), len(head), share) for share in (below, above))
    return Shift(median(ordered), ordered[low - 1] if low else -inf, ordered[-high] if high else inf)


def median_interval(values: Sequence[float], share: float) -> tuple[float, float]:
    """Give the interval of the median that a sample stands for, from its order statistics alone.

    The truth lies below it in `share` of all cases at most, and so above it; `share` is below one half. Both
    ends are infinite where there are too few runs to say: with 5 %, it takes five.
    """
    ordered = sorted(values)
    cut = 0
    while sum(comb(len(ordered), k) for k in range(cut + 1)) <= share * 2 ** len(ordered):
        cut += 1
    return (ordered[cut - 1], ordered[-cut]) if cut else (-inf, inf)
