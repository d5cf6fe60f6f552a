"""Tell what this machine can see: a site is compared with itself."""

from collections.abc import Callable, Mapping

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.finding import Notification
from lockgate.gates.lighthouse.decisions.calibration import Calibration, calibrate, table
from lockgate.gates.lighthouse.decisions.looks import Side, order
from lockgate.gates.lighthouse.measuring import Measuring
from lockgate.gates.lighthouse.metrics import BY_ID
from lockgate.gates.lighthouse.model import Page
from lockgate.gates.lighthouse.wording import difference
from lockgate.gates.protocol import Output
from lockgate.untrusted import cut, one_line, shown

ROUNDS = 20
_NOTHING_JUDGED = "`mode: calibrate` judges nothing: it tells what this machine can see"


def calibrated(
    measuring: Measuring,
    configuration: LighthouseConfiguration,
    progress: Callable[[int], None],
    rounds: int = ROUNDS,
) -> Output:
    """Run the base, or without one the head, against itself in turns; give what is seen as tables."""
    side: Side = "base" if measuring.sides.base else "head"
    there = [page for page in measuring.sides.choice.pages if page.path not in measuring.sides.lacking]
    tables, notes = [], [Notification(level="warning", message=_NOTHING_JUDGED)]
    for page in there[: max(configuration.timed_pages, 1)]:
        first, second = _runs(measuring, side, page, rounds)
        seen = calibrate(first, second, configuration.minimum_effect)
        title = (
            f"What this machine sees of {cut(one_line(page.path), 200)}, {side} against itself, {rounds} runs"
        )
        tables.append(table(title, seen))
        notes.append(Notification(level="note", message=_summary(page, seen)))
        progress(1)
    return Output(
        findings=(),
        tools=measuring.tools,
        tables=tuple(tables),
        counts={"pages": len(tables)},
        notifications=tuple(notes),
    )


def _summary(page: Page, seen: Calibration) -> str:
    """Say in a line what is in the table."""
    least = [
        f"{BY_ID[each.metric].label} {difference(each.metric, each.smallest)}"
        for each in seen.timings
        if each.smallest is not None
    ]
    return (
        f"{shown(page.path)} beside itself: {seen.alarms.value:.1%} false alarms; seen in 80 % of cases: "
        f"{', '.join(least) or 'nothing, with so few runs'}"
    )


def _runs(
    measuring: Measuring, side: Side, page: Page, rounds: int
) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
    first: list[Mapping[str, float]] = []
    second: list[Mapping[str, float]] = []
    for turn in order(rounds):
        (first if turn == "base" else second).append(measuring.fresh(side, page).values)
    return first, second
