"""Tell what this machine can see: a site is compared with itself."""

from collections.abc import Callable, Mapping

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.gates.lighthouse.decisions.calibration import calibrate, table
from lockgate.gates.lighthouse.decisions.looks import Side, order
from lockgate.gates.lighthouse.measuring import Measuring
from lockgate.gates.lighthouse.model import Page
from lockgate.gates.protocol import Output
from lockgate.untrusted import cut, one_line

ROUNDS = 20


def calibrated(
    measuring: Measuring,
    configuration: LighthouseConfiguration,
    progress: Callable[[int], None],
    rounds: int = ROUNDS,
) -> Output:
    """Run the base, or without one the head, against itself in turns; give what is seen as tables."""
    side: Side = "base" if measuring.sides.base else "head"
    there = [page for page in measuring.sides.choice.pages if page.path not in measuring.sides.lacking]
    tables = []
    for page in there[: max(configuration.timed_pages, 1)]:
        first, second = _runs(measuring, side, page, rounds)
        title = f"What this machine sees of {cut(one_line(page.path), 200)}"
        tables.append(table(title, calibrate(first, second, configuration.minimum_effect)))
        progress(1)
    return Output(
        findings=(),
        tools=measuring.tools,
        tables=tuple(tables),
        counts={"pages": len(tables)},
    )


def _runs(
    measuring: Measuring, side: Side, page: Page, rounds: int
) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
    first: list[Mapping[str, float]] = []
    second: list[Mapping[str, float]] = []
    for turn in order(rounds):
        (first if turn == "base" else second).append(measuring.fresh(side, page).values)
    return first, second
