"""Make a sample of what one run of Lighthouse gave."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from lockgate.gates.lighthouse.browsers.result import (
    Accessibility,
    AuditResult,
    Coverage,
    Item,
    LighthouseResult,
    Outcome,
    requests_of,
)
from lockgate.gates.lighthouse.metrics import KINDS
from lockgate.gates.lighthouse.model import Audit, Request, Sample, Violation
from lockgate.untrusted import cut

_LONGEST_URL = 2_048
_LONGEST_TEXT = 1_000
_LONGEST_TITLE = 200
_MOST_VIOLATIONS = 10_000
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_TIMINGS = {
    "fcp": "first-contentful-paint",
    "lcp": "largest-contentful-paint",
    "tbt": "total-blocking-time",
    "cls": "cumulative-layout-shift",
    "inp": "max-potential-fid",
    "si": "speed-index",
    "tti": "interactive",
    "dom": "dom-size-insight",
}
_CATEGORIES = ("accessibility", "best-practices", "performance", "seo")
_RULE = re.compile(r"[a-z0-9-]{1,100}")


def sample(outcome: Outcome, result: LighthouseResult) -> Sample:
    """Make a sample; raise ToolError where Lighthouse did not list the requests.

    The browser's own request for an icon is left out: it depends on the browser and on the moment.
    """
    here = _split(result.final_displayed_url) or _split(result.requested_url) or urlsplit("")
    icons = frozenset(outcome.icons)
    items = [
        (item, parts)
        for item in requests_of(result)
        if (parts := _split(item.url)) and not (item.resource_type == "Other" and item.url in icons)
    ]
    requests = tuple(_requests(items, here, outcome))
    return Sample(
        values={**_sums(requests), **dict(_measured(result))},
        requests=requests,
        violations=tuple(_violations(outcome.accessibility)),
        audits={name: _audit(audit) for name, audit in result.audits.items()},
        benchmark=result.environment.benchmark_index,
        address=_address(here, _split(result.requested_url) or here),
    )


def _split(url: str) -> SplitResult | None:
    """Take an address of the network apart; None for all others, such as `data:` and `blob:`."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _SCHEMES and parts.hostname else None


def _is_own(parts: SplitResult, here: SplitResult) -> bool:
    """Say whether an address is of the page's own origin; its web sockets are, too."""
    return (parts.hostname, _port(parts), _is_safe(parts)) == (here.hostname, _port(here), _is_safe(here))


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme in ("https", "wss")


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _address(parts: SplitResult, here: SplitResult) -> str:
    """Write an address: from the root where it is of the same origin, else whole; without its fragment."""
    plain = parts._replace(fragment="")
    if _is_own(parts, here):
        plain = plain._replace(scheme="", netloc="", path=plain.path or "/")
        return cut(f"{plain.path}?{plain.query}" if plain.query else plain.path, _LONGEST_URL)
    name = parts.netloc.rpartition("@")[2]  # what stands before it may be a password
    return cut(plain._replace(netloc=name).geturl(), _LONGEST_URL)


def _requests(
    items: Iterable[tuple[Item, SplitResult]], here: SplitResult, outcome: Outcome
) -> Iterator[Request]:
    blocking = set(outcome.blocking)
    unused = _unused(outcome.unused)
    for item, parts in items:
        transfer, size = round(item.transfer_size), round(item.resource_size)
        kind = item.resource_type.lower()
        yield Request(
            url=_address(parts, here),
            kind=kind if kind in KINDS else "other",
            transfer=transfer,
            size=size,
            status=round(item.status_code or 0),
            host="" if _is_own(parts, here) else str(parts.hostname),
            blocking=item.url in blocking,
            # Once for each address, over the wire: the same share of a compressed script is unused.
            unused=round(unused.pop(item.url, 0) * min(transfer, size)),
        )
        blocking.discard(item.url)


def _unused(coverage: Sequence[Coverage]) -> dict[str, float]:
    """Give the share that nothing ran, by address: a document may have several scripts within it."""
    unused: dict[str, int] = {}
    length: dict[str, int] = {}
    for each in coverage:
        unused[each.url] = unused.get(each.url, 0) + each.unused
        length[each.url] = length.get(each.url, 0) + each.length
    return {url: unused[url] / length[url] for url in unused if length[url]}


def _sums(requests: Sequence[Request]) -> Mapping[str, float]:
    values: dict[str, float] = {}
    others = [request for request in requests if request.host]
    groups = {kind: [request for request in requests if request.kind == kind] for kind in KINDS}
    for name, group in {**groups, "third-party": others, "total": requests}.items():
        values[f"bytes.{name}"] = sum(request.transfer for request in group)
        values[f"requests.{name}"] = len(group)
    return values | {
        "third-parties": len({request.host for request in others}),
        "unused-js": sum(request.unused for request in requests),
        "blocking": sum(request.blocking for request in requests),
    }


def _measured(result: LighthouseResult) -> Iterator[tuple[str, float]]:
    for metric, audit in _TIMINGS.items():
        value = result.audits.get(audit, AuditResult()).numeric_value
        if value is not None:
            yield metric, value
    for name in _CATEGORIES:
        category = result.categories.get(name)
        if category and category.score is not None:
            yield f"category.{name}", category.score


def _audit(audit: AuditResult) -> Audit:
    rows = audit.details.rows if audit.details else None
    fails = audit.score is not None and audit.score < 1
    return Audit(
        score=audit.score,
        value=audit.numeric_value,
        length=None if rows is None else len(rows),
        mode=audit.score_display_mode,
        title=cut(audit.title, _LONGEST_TITLE) if fails else "",
        detail=cut(audit.details.first, _LONGEST_TITLE) if fails and audit.details else "",
    )


def _violations(found: Accessibility | None) -> Iterator[Violation]:
    if found is None:
        return
    version = re.match(r"\d+\.\d+", found.version)
    pages = f"https://dequeuniversity.com/rules/axe/{version[0]}" if version else ""
    every = ((rule, node) for rule in found.violations for node in rule.nodes)
    for (rule, node), _ in zip(every, range(_MOST_VIOLATIONS), strict=False):
        parts = (part if isinstance(part, str) else " ".join(part) for part in node.target)
        yield Violation(
            rule=cut(rule.id, 100),
            impact=rule.impact or "minor",
            tags=tuple(rule.tags),
            title=cut(rule.help, _LONGEST_TEXT),
            help=f"{pages}/{rule.id}" if pages and _RULE.fullmatch(rule.id) else "",
            selector=cut(" ".join(parts) or node.node.selector, _LONGEST_TEXT),
            snippet=cut(node.node.snippet, _LONGEST_TEXT),
            summary=cut(node.failure_summary, _LONGEST_TEXT),
            structure=cut(node.node.selector, _LONGEST_TEXT),
        )
