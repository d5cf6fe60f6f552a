"""What this machine can see of one page: from runs of the base against itself, in turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from statistics import median

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.looks import LOOKS, minimum
from lockgate.gates.lighthouse.decisions.simulation import PAGE, Runs, only, slower, through
from lockgate.gates.lighthouse.metrics import BY_ID, COMPARED
from lockgate.gates.lighthouse.wording import difference, value
from lockgate.verdict import Table

POWER = 0.8
ALARM_DRAWS, POWER_DRAWS = 2_000, 400
_HALVINGS = 12
_Z = 1.96  # of the normal distribution, for 95 %

Draws = Sequence[tuple[Runs, Runs]]


@dataclass(frozen=True, slots=True)
class Share:
    """Hold a share of draws, and from where to where it lies with 95 % as far as they go."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what can be seen of one timing: its runs' median and ends, false alarms, and the least slowdown.

    `smallest` fails in 80 % of comparisons; None where there are too few runs for any to fail.
    """

    metric: str
    median: float
    low: float
    high: float
    alarms: Share
    smallest: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Hold what can be seen of a page: each timing alone, and the false alarms of all together.

    The shares' intervals are those of the draws; the runs themselves are one sample of the machine.
    """

    timings: tuple[Seen, ...]
    alarms: Share


def calibrate(base: Runs, again: Runs, effect: MinimumEffect, seed: int = 0) -> Calibration:
    """Judge the base against itself many times over, as it might have come about.

    `base` and `again` hold the two runs of each round. A draw takes rounds that follow one another and lets
    chance say in each which run is the head's: so runs stay beside those that they were taken beside. If all
    runs were shuffled, the false alarms would be those of the design, whatever the machine does.
    """
    timings = [metric for metric in COMPARED if all(metric in run for run in (*base, *again))]
    return Calibration(
        tuple(_seen(metric, only(base, [metric]), only(again, [metric]), effect, seed) for metric in timings),
        _alarms(_draws(only(base, timings), only(again, timings), ALARM_DRAWS, seed), effect),
    )


def _seen(metric: str, base: Runs, again: Runs, effect: MinimumEffect, seed: int) -> Seen:
    values = [run[metric] for run in (*base, *again)]
    alarms = _alarms(_draws(base, again, ALARM_DRAWS, seed), effect)
    # A shift that separates any two runs, and counts for the slowest base, fails in each draw.
    most = max(values) - min(values) + minimum(metric, max(values), effect)
    smallest = _smallest(metric, most, _draws(base, again, POWER_DRAWS, seed), effect)
    return Seen(metric, median(values), min(values), max(values), alarms, smallest)


def _draws(base: Runs, again: Runs, times: int, seed: int) -> Draws:
    rounds = list(zip(base, again, strict=True))
    size = min(len(rounds), LOOKS[-1].runs)
    chance = Random(seed)  # noqa: S311 - keeps no secret, and has to draw the same each time
    draws = []
    for _ in range(times):
        start = chance.randint(0, len(rounds) - size)
        turned = [pair[:: chance.choice((1, -1))] for pair in rounds[start : start + size]]
        draws.append(([one for one, _ in turned], [other for _, other in turned]))
    return draws


def _fails(draws: Draws, effect: MinimumEffect, more: dict[str, float]) -> float:
    """Give the share of draws in which the head, made slower, fails."""
    failed = 0
    for base, head in draws:
        decisions, _ = through(base, slower(head, more), effect)
        failed += any(decision.answer == "fail" for decision in decisions)
    return failed / len(draws)


def _alarms(draws: Draws, effect: MinimumEffect) -> Share:
    """Count the false alarms; the interval is Wilson's, which holds for a share of zero too."""
    share, n, z = _fails(draws, effect, {}), len(draws), _Z
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Share(share, max(0.0, middle - half), min(1.0, middle + half))


def _smallest(metric: str, most: float, draws: Draws, effect: MinimumEffect) -> float | None:
    """Find by halving what fails in POWER of the draws: a larger shift fails wherever a smaller one does."""
    if _fails(draws, effect, {metric: most}) < POWER:
        return None
    least = 0.0
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if _fails(draws, effect, {metric: middle}) < POWER:
            least = middle
        else:
            most = middle
    return most


def table(title: str, found: Calibration) -> Table:
    """Show what was found, one row for each timing and one for all."""
    rows = [
        (
            BY_ID[seen.metric].label,
            value(seen.metric, seen.median),
            f"{value(seen.metric, seen.low)} … {value(seen.metric, seen.high)}",
            _shown(seen.alarms),
            "none" if seen.smallest is None else difference(seen.metric, seen.smallest),
        )
        for seen in found.timings
    ]
    columns = ("timing", "median", "runs", "false alarms", f"seen in {100 * POWER:.0f} % of cases")
    return Table(title, columns, (*rows, (PAGE, "", "", _shown(found.alarms), "")))


def _shown(share: Share) -> str:
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} … {100 * share.high:.1f} %)"
