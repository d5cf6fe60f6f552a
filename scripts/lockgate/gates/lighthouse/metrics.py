"""The metrics of a page, one name for each: in budgets, in samples, in tables."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["bytes", "count", "ms", "score", "shift"]


@dataclass(frozen=True, slots=True)
class Metric:
    """Describe a metric. `exact` ones are the same in each run of the same page; the others are timings.

    `unit`: bytes over the wire, headers too; a count; milliseconds; a score from 0 to 1, where more is
    better; a layout shift. `budget` is its key in `gates.lighthouse.budgets`.
    """

    id: str
    label: str
    unit: Unit
    exact: bool
    budget: str = ""


KINDS = ("document", "script", "stylesheet", "image", "font", "media", "other")
"""The kinds of requests, as a budget.json names them; `third-party` and `total` are sums over all kinds."""

_SHORT = {"stylesheet": "css"}
_KIND_METRICS = tuple(
    metric
    for kind in (*KINDS, "third-party", "total")
    for metric in (
        Metric(f"bytes.{kind}", f"{kind} bytes", "bytes", exact=True, budget=_SHORT.get(kind, kind)),
        Metric(
            f"requests.{kind}", f"{kind} requests", "count", exact=True,
            budget="requests" if kind == "total" else "",
        ),
    )
)  # fmt: skip
METRICS: tuple[Metric, ...] = (
    *_KIND_METRICS,
    Metric("third-parties", "third parties", "count", exact=True, budget="third-parties"),
    Metric("unused-js", "unused script bytes", "bytes", exact=True, budget="unused-js"),
    Metric("dom", "elements", "count", exact=True, budget="dom"),
    Metric("blocking", "render-blocking requests", "count", exact=True, budget="blocking"),
    Metric("fcp", "First Contentful Paint", "ms", exact=False, budget="fcp"),
    Metric("lcp", "Largest Contentful Paint", "ms", exact=False, budget="lcp"),
    Metric("tbt", "Total Blocking Time", "ms", exact=False, budget="tbt"),
    Metric("cls", "Cumulative Layout Shift", "shift", exact=False, budget="cls"),
    # A page that nobody touches has no Interaction to Next Paint: its longest task stands for it.
    Metric("inp", "Max Potential First Input Delay (stands for INP)", "ms", exact=False, budget="inp"),
    Metric("si", "Speed Index", "ms", exact=False, budget="si"),
    Metric("tti", "Time to Interactive", "ms", exact=False, budget="tti"),
    Metric("category.accessibility", "accessibility score", "score", exact=True, budget="accessibility"),
    Metric("category.best-practices", "best practices score", "score", exact=True, budget="best-practices"),
    Metric("category.performance", "performance score", "score", exact=False, budget="performance"),
    Metric("category.seo", "SEO score", "score", exact=True, budget="seo"),
)
BY_ID = {metric.id: metric for metric in METRICS}
COMPARED = ("fcp", "lcp", "tbt", "cls", "inp")
"""The timings that are compared with the base."""
