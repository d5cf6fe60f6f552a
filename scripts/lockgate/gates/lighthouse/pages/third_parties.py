"""Judge what a page asks for: hosts of others, requests that block, requests that fail."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.model import PageResult, Request, Sample, Site
from lockgate.gates.lighthouse.pages import stable
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sides import Group, Sides, groups, identity, pages_shown, told
from lockgate.gates.lighthouse.rule_book import judged
from lockgate.untrusted import shown


def third_parties(
    site: Site, results: Iterable[PageResult], finder: Finder, allowed: Collection[str] = ()
) -> Sides:
    """Find the hosts of others that pages call. Those that match `allowed` are nobody's concern.

    Without any base nothing says which are new: they are low then.
    """
    results = list(results)
    compared = any(result.base for result in results)

    def hosts(sample: Sample) -> list[Request]:
        """Give the first request of each host."""
        first: dict[str, Request] = {}
        for request in sample.requests:
            if request.host and not any(fnmatchcase(request.host, pattern.lower()) for pattern in allowed):
                first.setdefault(request.host, request)
        return list(first.values())

    def judge(group: Group[Request]) -> Judged:
        request = group.thing
        spot = finder.address(group.pages[0], request.url)
        before = ", and did not in the base" if compared and group.state == "new" else ""
        return judged(
            "third-party-added",
            spot.place,
            f"{_call(group, 'call')} the host {shown(request.host)}, which is not the site's{before}:"
            f" {shown(request.url)}.{spot.note}",
            identity=identity(group, request.host),
            origin=site.folder or site.manifest,
            severity=None if compared else Severity.LOW,
        )

    return told(groups(results, hosts, lambda request: request.host), judge)


def failing(site: Site, results: Iterable[PageResult], finder: Finder) -> Sides:
    """Find the files of the site itself that its pages ask for in vain."""

    def failures(sample: Sample) -> list[Request]:
        first: dict[str, Request] = {}
        for request in sample.requests:
            if not request.host and (request.status <= 0 or request.status >= 400):
                first.setdefault(stable.address(request.url), request)
        return list(first.values())

    def judge(group: Group[Request]) -> Judged:
        request = group.thing
        spot = finder.address(group.pages[0], request.url)
        answer = f"the answer is {request.status}" if request.status > 0 else "there is no answer"
        return judged(
            "request-fails",
            spot.place,
            f"{_call(group, 'ask')} for {shown(request.url)}, and {answer}.{spot.note}",
            identity=identity(group, stable.address(request.url)),
            origin=site.folder or site.manifest,
        )

    return told(groups(results, failures, lambda request: stable.address(request.url)), judge)


def blocking(site: Site, results: Iterable[PageResult], finder: Finder) -> Sides:
    """Find the requests that hold a page's first paint back and did not in the base.

    A page that is new is not judged: it has nothing to compare with. A request that only took the place of
    another of its kind adds nothing, whatever its name.
    """
    results = [result for result in results if result.base]

    def judge(group: Group[Request]) -> Judged:
        request = group.thing
        spot = finder.address(group.pages[0], request.url)
        kind = {"script": "script", "stylesheet": "style sheet"}.get(request.kind, "request")
        message = f"the {kind} {shown(request.url)} holds back the first paint of {pages_shown(group.pages)}"
        return judged(
            "blocking-added",
            spot.place,
            f"{message}; it did not in the base.{spot.note}",
            identity=stable.address(request.url),
            origin=site.folder or site.manifest,
        )

    found = groups(
        results,
        lambda sample: [request for request in sample.requests if request.blocking],
        lambda request: stable.address(request.url),
        (lambda request: stable.address(request.url), lambda request: request.kind),
    )
    return Sides(tuple(judge(group) for group in found if group.state == "new"))


def _call(group: Group[Request], verb: str) -> str:
    return f"{pages_shown(group.pages)} {verb if len(group.pages) > 1 else f'{verb}s'}"
