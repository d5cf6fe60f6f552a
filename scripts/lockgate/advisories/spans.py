"""What an index keeps of an `affected` entry: ranges as intervals, and listed versions outside of them."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lockgate.advisories import osv
from lockgate.versions import order

Events = list[tuple[str, str]]


class Interval(NamedTuple):
    """Hold versions from `low` on, to before `high`, or with it when `closed`; None has no end."""

    low: order.Key
    high: order.Key | None
    closed: bool

    def holds(self, key: order.Key) -> bool:
        """Say whether a version is inside."""
        if key < self.low:
            return False
        return self.high is None or key < self.high or (self.closed and key == self.high)


class Spans(NamedTuple):
    """Hold for which versions an entry is."""

    intervals: tuple[Interval, ...]
    listed: frozenset[order.Key]

    def holds(self, key: order.Key) -> bool:
        """Say whether the entry is for a version."""
        return key in self.listed or any(interval.holds(key) for interval in self.intervals)


class Matcher:
    """Answer which of the entries of one package hold for a version, by one search among all bounds."""

    def __init__(self, entries: Iterable[tuple[int, Spans]]) -> None:
        held = list(entries)
        ends = {end for _, spans in held for part in spans.intervals for end in (part.low, part.high)}
        self._bounds = sorted(end for end in ends if end is not None)
        place = {bound: 2 * number + 1 for number, bound in enumerate(self._bounds)}
        self._intervals = [
            (number, place[part.low], _last(part, place))
            for number, spans in held
            for part in spans.intervals
        ]
        self._listed: dict[order.Key, set[int]] = {}
        for number, spans in held:
            for key in spans.listed:
                self._listed.setdefault(key, set()).add(number)
        self._known: dict[int, frozenset[int]] = {}

    def of(self, key: order.Key) -> frozenset[int]:
        """Give the numbers of the entries that hold."""
        number = bisect_left(self._bounds, key)
        # Odd places are bounds, even ones what is between them.
        at = 2 * number + (number < len(self._bounds) and self._bounds[number] == key)
        found = self._known.get(at)
        if found is None:
            found = frozenset(entry for entry, low, high in self._intervals if low <= at <= high)
            self._known[at] = found
        return found | self._listed[key] if key in self._listed else found


def _last(part: Interval, place: Mapping[order.Key, int]) -> float:
    if part.high is None:
        return math.inf
    return place[part.high] - (not part.closed)


def compiled(ecosystem: str, ranges: Iterable[Events], listed: Iterable[str]) -> Spans:
    """Turn events and listed versions into something that answers fast."""
    key = order.of(ecosystem)
    return Spans(
        tuple(interval for events in ranges for interval in _intervals(events, ecosystem)),
        frozenset(map(key, listed)),
    )


def stored(ecosystem: str, entries: Sequence[osv.Record]) -> tuple[list[Events], list[str]]:
    """Give what has to be kept of the entries of one package: all events, and versions that no range has."""
    ranges = [events for entry in entries for events in osv.ranges(entry, ecosystem)]
    spans, key = compiled(ecosystem, ranges, ()), order.of(ecosystem)
    listed = {version for entry in entries for version in entry.get("versions") or ()}
    return ranges, sorted(version for version in listed if not spans.holds(key(version)))


def _intervals(events: Events, ecosystem: str) -> Iterable[Interval]:
    key = order.of(ecosystem)
    limits = [text for kind, text in events if kind == "limit"]
    end = max(map(key, limits)) if limits and "*" not in limits else None
    steps = [
        (order.LOWEST if text == "0" else key(text), kind == "last_affected", kind)
        for kind, text in events
        if kind in {"introduced", "fixed", "last_affected"}
    ]
    low: order.Key | None = None
    for bound, closed, kind in sorted(steps, key=lambda step: step[:2]):
        if kind == "introduced":
            low = bound if low is None else low
        elif low is not None:
            yield _limited(Interval(low, bound, closed), end)
            low = None
    if low is not None:
        yield _limited(Interval(low, None, closed=False), end)


def _limited(interval: Interval, end: order.Key | None) -> Interval:
    if end is None or (interval.high is not None and interval.high < end):
        return interval
    return Interval(interval.low, end, closed=False)
