"""Strip plots: every run of a metric as a dot on one scale, the base's above the head's."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from lockgate.verdict import Strip

DOTS = 60
"""A row has at most so many dots."""

_WIDENED = 0.1  # of the number, to both sides, where all runs have the same


@dataclass(frozen=True, slots=True)
class Row:
    """Draw one side's runs: where each dot and the tick of their median are, in percent of the width."""

    side: str
    dots: tuple[float, ...]
    median: float
    middle: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Draw a strip: its rows, the ends of its scale with their unit, and all of it in one sentence."""

    title: str
    rows: tuple[Row, ...]
    low: str
    high: str
    sentence: str


def plots(strips: Iterable[Strip]) -> list[Plot]:
    """Lay out the strips that have a run; what no scale has a place for is no run."""
    return [plot for strip in strips if (plot := _plot(strip))]


def _plot(strip: Strip) -> Plot | None:
    both = (("base", strip.base), ("head", strip.head))
    sides = {side: runs for side, numbers in both if (runs := [*filter(math.isfinite, numbers)][:DOTS])}
    if not sides:
        return None
    least, most = min(map(min, sides.values())), max(map(max, sides.values()))
    low, high = (least, most) if least < most else _around(least)

    def place(number: float) -> float:
        return round((number - low) / (high - low) * 100, 2)

    rows = (
        Row(side, tuple(map(place, runs)), place(median(runs)), written(median(runs), strip.unit))
        for side, runs in sides.items()
    )
    told = "; ".join(_told(side, runs, strip.unit) for side, runs in sides.items())
    ends = written(low, strip.unit), written(high, strip.unit)
    return Plot(strip.title, tuple(rows), *ends, f"{strip.title}: {told}.")


def _around(number: float) -> tuple[float, float]:
    """Give a scale for a single number."""
    reach = abs(number) * _WIDENED or 1.0
    return (number - reach, number + reach) if number else (0.0, reach)


def _told(side: str, runs: Sequence[float], unit: str) -> str:
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    ends = f"{written(min(runs), unit)} to {written(max(runs), unit)}"
    return f"{side}, {count}, {ends}, median {written(median(runs), unit)}"


def written(number: float, unit: str) -> str:
    """Write a number as exactly as it is read, with its unit: `1,240 ms`, `71.5 ms`, `0.021`."""
    text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
    return f"{text} {unit}".strip()
