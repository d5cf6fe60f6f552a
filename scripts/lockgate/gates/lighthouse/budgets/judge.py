"""Hold a page's runs against the budgets for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from lockgate.finding import Notification, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.budgets import audits, facts
from lockgate.gates.lighthouse.budgets.matching import applies, matches
from lockgate.gates.lighthouse.decisions.shift import median_interval
from lockgate.gates.lighthouse.metrics import BY_ID
from lockgate.gates.lighthouse.model import Limit, Page, PageResult, Site
from lockgate.gates.lighthouse.pages import accessibility
from lockgate.gates.lighthouse.rule_book import Place, judged
from lockgate.untrusted import shown

Interval = Callable[[Sequence[float], float], tuple[float, float]]
SHARE = 0.05
"""In how many of all cases a page whose median is at its budget may be told to be over it."""


@dataclass(frozen=True, slots=True)
class _Excess:
    """Hold a budget that is not kept, or may not be: the value, its interval, and how far it is beyond.

    `beyond` is counted from the end of the interval that is nearer to the budget.
    """

    limit: Limit
    seen: facts.Seen
    beyond: float
    certain: bool

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Order what is said of one metric: first what is certain, what blocks, what is further beyond."""
        return not self.certain, self.limit.warns, -self.beyond


def over(
    limits: Iterable[Limit],
    result: PageResult,
    site: Site,
    interval: Interval = median_interval,
    *,
    folds: bool = False,
) -> tuple[list[Judged], tuple[Notification, ...]]:
    """Judge the head's runs of a page, of each metric once: by the budget that says most.

    What is exact is judged by the first run. A timing is over its budget only if the interval of its median
    lies beyond, for which it takes five runs; where the interval holds the budget it is a note. A metric that
    was not measured is an error, which makes the gate incomplete.

    Where it `folds`, an audit of axe that fails because of elements which are findings already says nothing
    more, unless the budget is more severe than they are. Then what is new on the page must be new among them.
    """
    worst: dict[str, _Excess] = {}
    notes: list[Notification] = []
    for limit in limits:
        if not applies(limit, result.page):
            continue
        seen = _seen(limit, result, interval)
        if seen is None:
            notes.append(_unmeasured(limit, result.page))
        elif (excess := _excess(limit, seen)) and (
            limit.metric not in worst or excess.rank < worst[limit.metric].rank
        ):
            worst[limit.metric] = excess
    found = [each for each in worst.values() if not (folds and _is_told(each.limit, result))]
    return [_judged(each, result, site) for each in found], tuple(notes)


def categories(limits: Iterable[Limit]) -> frozenset[str]:
    """Give the categories that Lighthouse must run so that all limits can be judged."""
    return frozenset(_category(limit.metric) for limit in limits)


def needs_speed_index(limits: Iterable[Limit]) -> bool:
    """Say whether a limit needs the Speed Index, which may be left out elsewhere."""
    return any(
        limit.metric in {"si", "category.performance"} or limit.metric.startswith("audit.speed-index.")
        for limit in limits
    )


def is_timed(limits: Iterable[Limit], page: Page) -> bool:
    """Say whether a page has a budget that takes several runs to judge."""
    return any(_is_timing(limit.metric) and applies(limit, page) for limit in limits)


def idle(limits: Iterable[Limit], pages: Iterable[Page]) -> tuple[Notification, ...]:
    """Warn of limits that are for none of the pages, once for each pattern of a file: they can never fire."""
    all_pages = tuple(pages)
    by_pattern: dict[tuple[str, str], list[Limit]] = {}
    for limit in limits:
        by_pattern.setdefault((limit.path, limit.pages), []).append(limit)
    return tuple(
        Notification(
            level="warning",
            message=f"{several[0].source} is for {shown(several[0].pages)}, which is none of the pages that "
            "are judged: it can never fire",
            path=path,
        )
        for (path, _), several in by_pattern.items()
        if not any(matches(several[0].grammar, several[0].pages, page) for page in all_pages)
    )


def _category(metric: str) -> str:
    kind, _, rest = metric.partition(".")
    if kind == "category":
        return rest
    return audits.CATEGORY[rest.rpartition(".")[0]] if kind == "audit" else "performance"


def _is_timing(metric: str) -> bool:
    if metric in BY_ID:
        return not BY_ID[metric].exact
    audit, _, what = metric.removeprefix("audit.").rpartition(".")
    return audits.is_timing(audit, what)


def _seen(limit: Limit, result: PageResult, interval: Interval) -> facts.Seen | None:
    samples = result.head if _is_timing(limit.metric) else result.head[:1]
    values = [value for sample in samples if (value := facts.measured(limit, sample)) is not None]
    if not values:
        return None
    if not _is_timing(limit.metric):
        return facts.Seen(values[0], values[0], values[0], runs=1)
    low, high = interval(values, SHARE)
    return facts.Seen(median(values), low, high, runs=len(values), timing=True)


def _excess(limit: Limit, seen: facts.Seen) -> _Excess | None:
    """Say whether a budget is not kept. What is at the budget keeps it."""
    sign, bound = (1, limit.most) if limit.least is None else (-1, limit.least)
    if bound is None:
        return None
    near, far = (seen.low, seen.high) if sign > 0 else (seen.high, seen.low)
    if isfinite(near) and (beyond := sign * (near - bound)) > 0:
        return _Excess(limit, seen, beyond, certain=True)
    # Too few runs for an interval: then the middle one says whether it is worth a word.
    furthest = far if isfinite(far) else seen.value
    beyond = sign * (furthest - bound)
    return _Excess(limit, seen, beyond, certain=False) if seen.timing and beyond > 0 else None


def _is_told(limit: Limit, result: PageResult) -> bool:
    """Say whether the elements that make an audit fail are findings, and none of them a milder one."""
    told = [
        accessibility.severity(each)
        for each in result.head[0].violations
        if limit.metric == f"audit.{each.rule}.score"
    ]
    return bool(told) and min(told) >= (Severity.MEDIUM if limit.warns else Severity.HIGH)


def _judged(found: _Excess, result: PageResult, site: Site) -> Judged:
    limit = found.limit
    rule = "over-budget" if found.certain else "maybe-over-budget"
    place = Place(limit.path, limit.line) if limit.path else Place(site.manifest)
    origin = f"{site.folder}#{result.page.path}"
    return judged(
        rule,
        place,
        facts.message(limit, found.seen, found.beyond, result, certain=found.certain),
        # A page that breaks the limit that warns does not have the one that blocks behind it. Each page is
        # a content of its own: people waive by the digits that come first.
        identity=f"{limit.metric} warns {origin}" if limit.warns else f"{limit.metric} {origin}",
        origin=origin,
        severity=Severity.MEDIUM if limit.warns and found.certain else None,
    )


def _unmeasured(limit: Limit, page: Page) -> Notification:
    what = f"{facts.label(limit.metric)} of {shown(page.path)} was not measured"
    return Notification(level="error", message=f"{what}: {limit.source} is not judged", path=limit.path)
