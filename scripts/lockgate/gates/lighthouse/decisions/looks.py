"""Whether a page has become slower: two looks at runs of base and head in turns.

After five runs a side, and where those do not tell, after ten, each timing gets an answer:

- *fail*: the runs rank too high for chance, and the estimate of the shift is at least the minimum effect;
- *pass*: the interval of the shift ends below the minimum effect;
- *inconclusive*: neither can be said.

**False alarms.** A page has five timings and may fail by any of them, at either look. Bonferroni, which needs
no independence, leaves each timing 1 %. The first look spends 0.4 %: of the 252 ways to split ten runs in
halves, only the one with each run of the head slower than each of the base is that rare (1/252 = 0.397 %).
The second has the rest, 0.6 %. So identical code fails in 5 · (1/252 + 0.006) = 4.98 % of cases at most. In
the simulation it is far less, as the timings of a run move together and the estimate must be large as well.

**Misses.** What is slower by the minimum effect passes in 5 % of cases at most: 1.6 % at the first look
(4/252: the interval ends at the third largest of the 25 differences), 3.4 % at the second.

**Hopeless.** A timing stops at the first look where p is above 0.3 and an interval as narrow as the second
look's would still not end below the minimum effect. To stop without a fail adds no false alarm, and nothing
relies on it: where another timing goes on, all are judged again. With simulated runs this costs less than
half a point of power and saves up to three of ten runs; from p above 0.2 on it would cost up to two points.

**Why not the differences within rounds.** Five rounds have 32 signs: a signed-rank test has no p below 3.1 %
and could never fail at the first look. At the second it has less power (TBT + 90 ms: 50 % against 66 %, LCP
+ 400 ms: 11 % against 39 %), unless the machine drifts by as much as all other noise. Turns take a slow
drift out of the estimate; what it leaves in the spread of both sides makes the ranks err towards fewer false
alarms (with a drift of 10 %, 0.1 % instead of 0.4 % for FCP).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.ranks import p_slower
from lockgate.gates.lighthouse.decisions.shift import Shift, shift
from lockgate.gates.lighthouse.metrics import BY_ID, COMPARED

Answer = Literal["fail", "inconclusive", "pass", "undecided"]
Side = Literal["base", "head"]


@dataclass(frozen=True, slots=True)
class Look:
    """Say what one look may do: at `runs` a side, it may fail a timing wrongly in the share `alpha` of cases.

    It may let one pass wrongly in the share `miss`.
    """

    runs: int
    alpha: float
    miss: float
    last: bool = False


LOOKS = (Look(runs=5, alpha=0.004, miss=0.016), Look(runs=10, alpha=0.006, miss=0.034, last=True))
HOPELESS = 0.3
NARROWER = 0.6
"""How much of its upper half an interval keeps, about, from the first look to the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Hold what the runs say of one timing, in its own unit.

    `base` and `head` are medians, `estimate` is the shift between them. The interval from `low` to `high`
    tells why: above zero, the head is slower beyond chance; below `least`, the minimum effect here, it is not
    slower by that much. Its ends are infinite where there are too few runs. `p` is the rank test's.
    """

    metric: str
    answer: Answer
    base: float
    head: float
    estimate: float
    low: float
    high: float
    least: float
    p: float


def order(rounds: int, after: int = 0) -> tuple[Side, ...]:
    """Give the order of the runs of so many rounds, `after` of which are done: base, head, head, base, ….

    A round runs each side once; the side that begins changes, so that a slow drift meets both alike.
    """
    turns: tuple[tuple[Side, Side], ...] = (("base", "head"), ("head", "base"))
    return tuple(side for number in range(after, rounds) for side in turns[number % 2])


def decide(
    metric: str, base: Sequence[float], head: Sequence[float], effect: MinimumEffect, look: Look
) -> Decision:
    """Decide on one timing from its values in all runs so far; neither side may be empty."""
    before = median(base)
    least = minimum(metric, before, effect)
    p = p_slower(base, head)
    found = shift(base, head, look.alpha, look.miss)
    return Decision(
        metric=metric,
        answer=_answer(p, found, least, look),
        base=before,
        head=median(head),
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        least=least,
        p=p,
    )


def minimum(metric: str, base: float, effect: MinimumEffect) -> float:
    """Give the least shift that counts, in the timing's unit, where `base` is the base's median."""
    if BY_ID[metric].unit == "shift":
        return effect.shift
    return max(effect.ms, base * effect.percent / 100)


def _answer(p: float, found: Shift, least: float, look: Look) -> Answer:
    if p <= look.alpha and found.estimate >= least:
        return "fail"
    if found.high < least or found.high <= 0:
        return "pass"
    return "inconclusive" if look.last or _hopeless(p, found, least) else "undecided"


def _hopeless(p: float, found: Shift, least: float) -> bool:
    """Say whether the next look would hardly tell more: no fail is near, nor an interval below `least`."""
    return p > HOPELESS and found.estimate + NARROWER * (found.high - found.estimate) >= least


def decide_page(
    base: Sequence[Mapping[str, float]],
    head: Sequence[Mapping[str, float]],
    effect: MinimumEffect,
    look: Look,
    *,
    steady: bool = True,
) -> tuple[Decision, ...]:
    """Decide on each timing of metrics.COMPARED that runs of both sides have, in that order.

    Some are undecided only where more runs may tell and nothing has failed. Of a machine that is not steady
    (machine.unsteady) no time is believed, before the last look or at it; layout shifts are.
    """
    decisions = tuple(
        decide(metric, before, after, effect, look)
        for metric in COMPARED
        if (before := _values(base, metric)) and (after := _values(head, metric))
    )
    if not steady:
        doubt: Answer = "inconclusive" if look.last else "undecided"
        decisions = tuple(
            replace(one, answer=doubt) if BY_ID[one.metric].unit == "ms" else one for one in decisions
        )
    if any(one.answer == "fail" for one in decisions):
        return tuple(
            replace(one, answer="inconclusive") if one.answer == "undecided" else one for one in decisions
        )
    return decisions


def go_on(decisions: Sequence[Decision]) -> bool:
    """Say whether another look is wanted."""
    return any(one.answer == "undecided" for one in decisions)


def _values(runs: Sequence[Mapping[str, float]], metric: str) -> list[float]:
    return [run[metric] for run in runs if metric in run]
