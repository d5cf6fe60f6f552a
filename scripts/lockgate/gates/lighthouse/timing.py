"""Time a page: base and head in turns, as many looks as it takes, and what that says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lockgate.config.lighthouse import MinimumEffect
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.decisions.looks import LOOKS, Decision, Side, decide_page, go_on, order
from lockgate.gates.lighthouse.decisions.machine import unsteady
from lockgate.gates.lighthouse.metrics import BY_ID
from lockgate.gates.lighthouse.model import Page, Sample
from lockgate.gates.lighthouse.rule_book import Place, judged
from lockgate.gates.lighthouse.wording import difference, value
from lockgate.untrusted import cut, one_line, shown
from lockgate.verdict import Strip, Table

COLUMNS = ("timing", "base", "head", "shift", "interval of the shift", "runs", "verdict")
_ENDLESS = float("inf")


@dataclass(frozen=True, slots=True)
class Timed:
    """Hold the runs of both sides in order, and what they say; `doubt` is why times cannot be believed."""

    base: tuple[Sample, ...]
    head: tuple[Sample, ...]
    decisions: tuple[Decision, ...]
    doubt: str = ""

    @property
    def unclear(self) -> tuple[str, ...]:
        """Name the timings of which nothing can be said."""
        return tuple(BY_ID[each.metric].label for each in self.decisions if each.answer == "inconclusive")


def timed(take: Callable[[Side], Sample], effect: MinimumEffect) -> Timed:
    """Run both sides in turns until each timing has an answer, or the last look is done."""
    base: list[Sample] = []
    head: list[Sample] = []
    doubt = ""
    decisions: tuple[Decision, ...] = ()
    for look in LOOKS:
        for side in order(look.runs, len(head)):
            (base if side == "base" else head).append(take(side))
        doubt = unsteady([run.benchmark for run in base], [run.benchmark for run in head])
        values = [run.values for run in base], [run.values for run in head]
        decisions = decide_page(*values, effect, look, steady=not doubt)
        if not go_on(decisions):
            break
    return Timed(tuple(base), tuple(head), decisions, doubt)


def findings(page: Page, told: Timed, place: Place, origin: str, *, blocks: bool) -> Iterator[Judged]:
    """Yield a finding of each timing that has become worse; where `blocks`, one of those that are unclear."""
    for each in told.decisions:
        if each.answer == "fail":
            yield judged(
                "slower",
                place,
                f"{shown(page.path)} is slower than in the base: {BY_ID[each.metric].label}"
                f" {value(each.metric, each.base)} → {value(each.metric, each.head)}, {_beyond(each)},"
                f" over {len(told.head)} runs of each in turns",
                identity=f"{each.metric} {page.path}",
                origin=origin,
            )
    if blocks and told.unclear:
        why = f": {told.doubt}" if told.doubt else f" for {', '.join(told.unclear)}"
        yield judged(
            "inconclusive",
            place,
            f"Nobody can say whether {shown(page.path)} has become slower{why}",
            identity=f"timings {page.path}",
            origin=origin,
            severity=Severity.HIGH,
        )


def table(page: Page, told: Timed) -> Table:
    """Tell each timing of a page, with the runs to be drawn unless all of them are the same."""
    strips = [_strip(each.metric, told.base, told.head) for each in told.decisions]
    return Table(
        f"Time of {cut(one_line(page.path), 200)}: base and head in turns, {len(told.head)} runs of each;"
        " shift: the middle of the differences of all pairs",
        COLUMNS,
        tuple(_row(each, len(told.head)) for each in told.decisions),
        tuple(strip for strip in strips if len({*strip.base, *strip.head}) > 1),
    )


def _row(each: Decision, runs: int) -> tuple[str, ...]:
    return (
        BY_ID[each.metric].label,
        value(each.metric, each.base),
        value(each.metric, each.head),
        difference(each.metric, each.estimate),
        f"{_end(each, each.low)} to {_end(each, each.high)}",
        str(runs),
        each.answer,
    )


def _end(each: Decision, end: float) -> str:
    return "?" if abs(end) == _ENDLESS else difference(each.metric, end)


def _beyond(each: Decision) -> str:
    """Say how sure the difference is."""
    return f"by {_end(each, each.low)} at least" if each.low > -_ENDLESS else _end(each, each.estimate)


def _strip(metric: str, base: Sequence[Sample], head: Sequence[Sample]) -> Strip:
    before, after = (
        tuple(run.values[metric] for run in side if metric in run.values) for side in (base, head)
    )
    unit = "ms" if BY_ID[metric].unit == "ms" else ""
    return Strip(BY_ID[metric].label, unit, before, after)
