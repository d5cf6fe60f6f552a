"""Whether the machine kept its pace while both sides ran, by Lighthouse's own benchmark of it."""

from collections.abc import Sequence
from statistics import median, quantiles

FLOOR = 250.0
"""A phone of the lowest class has about so much; Lighthouse itself warns of a machine below 1,000."""
APART = 0.25
SPREAD = 0.5


def unsteady(base: Sequence[float], head: Sequence[float]) -> str:
    """Say why the times of these runs cannot be believed, from their benchmarks; empty where they can.

    They cannot where a side's median is below FLOOR, where the sides' medians are apart by more than APART of
    the lower one, and where the middle half of a side spans more than SPREAD of its median. A run that has
    no benchmark, which is 0, does not count.
    """
    sides = [[each for each in side if each > 0] for side in (base, head)]
    if not all(sides):
        return ""
    low, high = sorted(map(median, sides))
    if low < FLOOR:
        return f"the machine is too slow: its benchmark is {low:,.0f}, and {FLOOR:,.0f} is the least"
    if high - low > APART * low:
        return f"the machine had another pace for each side: its benchmark is {low:,.0f} and {high:,.0f}"
    if any(_span(side) > SPREAD * median(side) for side in sides):
        return "the machine changed its pace from run to run: the middle half of its benchmarks is far apart"
    return ""


def _span(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    first, _, third = quantiles(values, method="inclusive")
    return third - first
