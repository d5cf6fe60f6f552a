"""Judge a page by its exact metrics, against the base's: what it asks for more, and all parts together."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from lockgate.config.lighthouse import Growth
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.budgets.amounts import size
from lockgate.gates.lighthouse.metrics import KINDS
from lockgate.gates.lighthouse.model import PageResult, Request, Sample, Site
from lockgate.gates.lighthouse.pages import accessibility, stable, third_parties
from lockgate.gates.lighthouse.pages.components import Finder, Spot
from lockgate.gates.lighthouse.pages.sides import Sides
from lockgate.gates.lighthouse.rule_book import judged, shown
from lockgate.gates.lighthouse.wording import value

_NAMED = 3
_WORDS = {
    "dom": "elements",
    "requests.total": "requests",
    "unused-js": "of unused script",
    **{f"bytes.{kind}": f"of {kind}s" for kind in ("document", "script", "stylesheet", "image", "font")},
    "bytes.media": "of media",
    "bytes.other": "of other files",
}


def compare(
    site: Site,
    results: Sequence[PageResult],
    finder: Finder,
    growth: Growth,
    allowed: Collection[str] = (),
) -> Sides:
    """Judge all that one run of each page of a site shows; `allowed` are hosts that pages may call."""
    return (
        accessibility.judge(site, results, finder)
        + third_parties.third_parties(site, results, finder, allowed)
        + third_parties.blocking(site, results, finder)
        + third_parties.failing(site, results, finder)
        + Sides(tuple(grown(site, results, finder, growth)))
    )


def grown(site: Site, results: Iterable[PageResult], finder: Finder, growth: Growth) -> Iterator[Judged]:
    """Find the pages that have more requests, elements or unused script than the base's, by what is allowed.

    Bytes are judged where there is no build: the files of one are, each once, whichever pages load it.
    """
    least = {
        "requests.total": growth.requests,
        "dom": growth.dom,
        "unused-js": size(growth.unused_js),
        **(_bytes(growth) if site.kind in {"start", "urls"} else {}),
    }
    for result in results:
        for metric, allowed in least.items():
            before, after = (
                side[0].values.get(metric) if side else None for side in (result.base, result.head)
            )
            if before is not None and after is not None and after - before >= max(allowed, 1):
                yield _grown(site, result, finder, metric)


def _grown(site: Site, result: PageResult, finder: Finder, metric: str) -> Judged:
    base, head = result.base[0], result.head[0]
    before, after = base.values[metric], head.values[metric]
    more = value(metric, after - before)
    requests = _more(metric, base, head)
    names = ", ".join(shown(request.url, 120) for request in requests[:_NAMED])
    others = f" and {len(requests) - _NAMED:,} more" if len(requests) > _NAMED else ""
    origin = f"{site.folder or site.manifest}#{result.page.path}"
    spot = finder.address(result.page, requests[0].url) if requests else Spot(finder.page(result.page))
    return judged(
        "page-grew",
        spot.place,
        f"{shown(result.page.path)} has {more} {_WORDS[metric]} more than in the base:"
        f" {value(metric, before)} → {value(metric, after)}{f', for {names}{others}' if names else ''}.",
        identity=f"{metric} {origin}",  # people waive by the digits that come first: they are each page's own
        origin=origin,
    )


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


def _more(metric: str, base: Sample, head: Sample) -> list[Request]:
    """List the requests that the growth comes from, largest first; none for what has no requests.

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
    return [request for *_, request in sorted(found, key=lambda each: each[:3])]
