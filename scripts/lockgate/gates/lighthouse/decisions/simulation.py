"""What the decision does with runs like those measured: false alarms and power, beside common rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, median

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.looks import LOOKS, Decision, decide_page, go_on
from lockgate.gates.lighthouse.metrics import BY_ID, COMPARED, Unit

Run = Mapping[str, float]
Runs = Sequence[Run]

MEDIANS = (1, 3, 5, 10)
SLACK = 1.1
PAGE = "any timing"


@dataclass(frozen=True, slots=True)
class Change:
    """Make timings of one unit slower: by a share of the median, in percent, and by an amount."""

    label: str
    unit: Unit
    percent: float = 0.0
    amount: float = 0.0


CHANGES = (
    Change("none", "ms"),
    *(Change(f"+{percent} %", "ms", percent=percent) for percent in (5, 10, 25, 50)),
    Change("+100 ms", "ms", amount=100),
    Change("none", "shift"),
    *(Change(f"+{amount}", "shift", amount=amount) for amount in (0.01, 0.03)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold what a change of one timing, or of all times at once, led to, in shares of all comparisons.

    `medians` failed as the median of so many runs (MEDIANS) was 10 % above the base's; `first` failed at the
    first look, `failed` at either. `runs` is how many a side it took, on average.
    """

    timing: str
    change: str
    medians: tuple[float, ...]
    first: float
    failed: float
    passed: float
    inconclusive: float
    runs: float


def simulate(measured: Runs, effect: MinimumEffect, times: int, seed: int) -> tuple[Row, ...]:
    """Compare a page with itself made slower, `times` for each change, by runs drawn with replacement.

    `measured` are runs of one page, more than ten, with the same timings each. A run is drawn whole, as its
    timings belong together.
    """
    timings = [metric for metric in COMPARED if metric in measured[0]]
    subjects = [(BY_ID[metric].label, BY_ID[metric].unit, only(measured, [metric])) for metric in timings]
    return tuple(
        _row(label, change.label, [_end(*sides, effect) for sides in _draws(runs, change, times, seed)])
        for label, unit, runs in [*subjects, (PAGE, "ms", only(measured, timings))]
        for change in CHANGES
        if change.unit == unit
    )


def only(runs: Runs, metrics: Sequence[str]) -> list[Run]:
    """Leave these metrics of each run."""
    return [{metric: run[metric] for metric in metrics} for run in runs]


def slower(runs: Runs, amounts: Mapping[str, float]) -> list[Run]:
    """Add to each run's timings."""
    return [{metric: value + amounts.get(metric, 0) for metric, value in run.items()} for run in runs]


def through(base: Runs, head: Runs, effect: MinimumEffect) -> tuple[tuple[Decision, ...], int]:
    """Take the looks, as long as they are wanted, at runs that are all there; say how many it took a side."""
    decisions: tuple[Decision, ...] = ()
    for look in LOOKS:
        decisions = decide_page(base[: look.runs], head[: look.runs], effect, look)
        if not go_on(decisions):
            return decisions, look.runs
    return decisions, LOOKS[-1].runs


def _draws(runs: Runs, change: Change, times: int, seed: int) -> Iterator[tuple[Runs, Runs]]:
    chance, size = Random(seed), LOOKS[-1].runs  # noqa: S311 - the same draws each time are the point
    amounts = {
        metric: change.amount + median(run[metric] for run in runs) * change.percent / 100
        for metric in runs[0]
        if BY_ID[metric].unit == change.unit
    }
    for _ in range(times):
        yield chance.choices(runs, k=size), slower(chance.choices(runs, k=size), amounts)


@dataclass(frozen=True, slots=True)
class _End:
    medians: tuple[bool, ...]
    answers: frozenset[str]
    runs: int


def _end(base: Runs, head: Runs, effect: MinimumEffect) -> _End:
    decisions, runs = through(base, head, effect)
    return _End(
        medians=tuple(
            any(_median(head, metric, count) > SLACK * _median(base, metric, count) for metric in base[0])
            for count in MEDIANS
        ),
        answers=frozenset(decision.answer for decision in decisions),
        runs=runs,
    )


def _median(runs: Runs, metric: str, count: int) -> float:
    return median(run[metric] for run in runs[:count])


def _row(timing: str, change: str, ends: Sequence[_End]) -> Row:
    failed = ["fail" in end.answers for end in ends]
    passed = [end.answers == {"pass"} for end in ends]
    early = LOOKS[0].runs
    return Row(
        timing=timing,
        change=change,
        medians=tuple(fmean(column) for column in zip(*(end.medians for end in ends), strict=True)),
        first=fmean(fail and end.runs == early for fail, end in zip(failed, ends, strict=True)),
        failed=fmean(failed),
        passed=fmean(passed),
        inconclusive=1 - fmean(failed) - fmean(passed),
        runs=fmean(end.runs for end in ends),
    )


def table(rows: Sequence[Row]) -> str:
    """Write the rows as a table in Markdown."""
    early, late = (look.runs for look in LOOKS)
    columns = (
        "timing",
        "made slower by",
        *("one run, 10 %" if count == 1 else f"median of {count}, 10 %" for count in MEDIANS),
        f"fails at {early}",
        f"fails at {early} or {late}",
        "passes",
        "inconclusive",
        "runs a side",
    )
    lines = [columns, ("---",) * 2 + ("--:",) * (len(columns) - 2), *(_cells(row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    shares = (*row.medians, row.first, row.failed, row.passed, row.inconclusive)
    return (row.timing, row.change, *(f"{100 * share:.1f} %" for share in shares), f"{row.runs:.1f}")
