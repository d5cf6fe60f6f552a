"""Judge a page by its exact metrics, against the base's: what it asks for more, and all parts together."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote

from lockgate.config.lighthouse import Growth
from lockgate.finding import Finding, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.budgets.amounts import size
from lockgate.gates.lighthouse.metrics import KINDS
from lockgate.gates.lighthouse.model import Page, PageResult, Request, Sample, Site
from lockgate.gates.lighthouse.pages import accessibility, stable, third_parties
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sides import Sides
from lockgate.gates.lighthouse.rule_book import Place, judged
from lockgate.gates.lighthouse.wording import value
from lockgate.untrusted import shown

_NAMED = 3
_NOTHING: Mapping[str, Finding] = MappingProxyType({})
_WORDS = {
    "dom": "elements",
    "requests.total": "requests",
    "unused-js": "of unused script",
    **{f"bytes.{kind}": f"of {kind}s" for kind in ("document", "script", "stylesheet", "image", "font")},
    "bytes.media": "of media",
    "bytes.other": "of other files",
}


_COUNTS = {"dom": "element", "requests.total": "request"}


@dataclass(frozen=True, slots=True)
class _More:
    """Hold what a page has more: `told` is said of files elsewhere, `requests` are what the rest is for."""

    metric: str
    before: float
    after: float
    told: int
    requests: Sequence[Request]


def compare(
    site: Site,
    results: Sequence[PageResult],
    finder: Finder,
    growth: Growth,
    allowed: Collection[str] = (),
    named: Mapping[str, Finding] = _NOTHING,
) -> Sides:
    """Judge all that one run of each page of a site shows; `allowed` are hosts that pages may call.

    `named` is what the builds say of files, by their paths from the root (bundles.compare).
    """
    return (
        accessibility.judge(site, results, finder)
        + third_parties.third_parties(site, results, finder, allowed)
        + third_parties.blocking(site, results, finder)
        + third_parties.failing(site, results, finder)
        + Sides(tuple(grown(site, results, finder, growth, named)))
    )


def grown(
    site: Site,
    results: Iterable[PageResult],
    finder: Finder,
    growth: Growth,
    named: Mapping[str, Finding] = _NOTHING,
) -> Iterator[Judged]:
    """Find the pages that have more requests, elements, bytes or unused script than the base's.

    Bytes of files that a high finding of `named` is about count no more: it has told of them.
    """
    least = {
        "requests.total": growth.requests,
        "dom": growth.dom,
        "unused-js": size(growth.unused_js),
        **_bytes(growth),
    }
    for result in results:
        for metric, allowed in least.items():
            more = _of_page(metric, result, named)
            if more and more.after - more.before - more.told >= max(allowed, 1):
                yield _grown(site, result.page, finder, more, named)


def _of_page(metric: str, result: PageResult, named: Mapping[str, Finding]) -> _More | None:
    """Say how much more a page has; None where that was not measured on both sides."""
    before, after = (side[0].values.get(metric) if side else None for side in (result.base, result.head))
    if before is None or after is None:
        return None
    left, told = [], 0
    for amount, request in _more(metric, result.base[0], result.head[0]):
        finding = named.get(_path(request)) if metric not in _COUNTS else None
        if finding and finding.severity >= Severity.HIGH:
            told += amount
        else:
            left.append(request)
    return _More(metric, before, after, told, left)


def _grown(site: Site, page: Page, finder: Finder, more: _More, named: Mapping[str, Finding]) -> Judged:
    metric, requests = more.metric, more.requests
    names = ", ".join(shown(request.url, 120) for request in requests[:_NAMED])
    others = f" and {len(requests) - _NAMED:,} more" if len(requests) > _NAMED else ""
    share = f" {value(metric, more.after - more.before - more.told)} of it" if more.told else ""
    origin = f"{site.folder or site.manifest}#{page.path}"
    what = _COUNTS.get(metric, "") if more.after - more.before == 1 else ""
    return judged(
        "page-grew",
        _place(site, page, finder, requests, named),
        f"{shown(page.path)} has {value(metric, more.after - more.before)} {what or _WORDS[metric]} more"
        f" than in the base: {value(metric, more.before)} → {value(metric, more.after)}"
        f"{f',{share} for {names}{others}' if names else ''}.",
        identity=f"{metric} {origin}",  # people waive by the digits that come first: they are each page's own
        origin=origin,
    )


def _place(
    site: Site, page: Page, finder: Finder, requests: Sequence[Request], named: Mapping[str, Finding]
) -> Place:
    """Give the place of what most of it is for: as the builds know it, else where its address stands."""
    if not requests:
        return finder.page(page)
    known = named.get(_path(requests[0]))
    if known and (known.line or known.path != site.manifest):
        return Place(known.path, known.line)
    return finder.address(page, requests[0].url).place


def _path(request: Request) -> str:
    """Give the path of a file of the site's own as `named` has it; empty for others."""
    return "" if request.host else unquote(re.split("[?#]", request.url, maxsplit=1)[0])


def _bytes(growth: Growth) -> dict[str, float]:
    return {
        f"bytes.{kind}": size(growth.css if kind == "stylesheet" else getattr(growth, kind)) for kind in KINDS
    }


def _amount(metric: str, request: Request) -> int:
    if metric == "unused-js":
        return request.unused
    if metric == "requests.total":
        return 1
    return request.transfer if metric == f"bytes.{request.kind}" else 0


def _more(metric: str, base: Sample, head: Sample) -> list[tuple[int, Request]]:
    """List the requests that the growth comes from, and how much, largest first; none without requests.

    What is left of an address is compared with what is left of those like it: their hashes have changed.
    """
    had = Counter[str]()
    for request in base.requests:
        had[request.url] += _amount(metric, request)
    left = []
    for request in head.requests:
        same = min(had[request.url], _amount(metric, request))
        had[request.url] -= same
        left.append((_amount(metric, request) - same, request.transfer, request))
    like = Counter[str]()
    for url, amount in had.items():
        like[stable.address(url)] += amount
    found = []
    for amount, transfer, request in sorted(left, key=lambda each: each[:2]):
        name = stable.address(request.url)
        same = min(like[name], amount)
        like[name] -= same
        if amount > same:
            found.append((same - amount, -transfer, request.url, request))
    return [(-amount, request) for amount, *_, request in sorted(found, key=lambda each: each[:3])]
