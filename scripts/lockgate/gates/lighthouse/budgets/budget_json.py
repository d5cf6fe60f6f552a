"""Read a budget.json, the format of Lighthouse before 12: an array of budgets, the last that matches wins."""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from lockgate.config.yaml_lines import Path
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets import documents
from lockgate.gates.lighthouse.model import Limit
from lockgate.untrusted import shown

_Kind = Literal["document", "script", "stylesheet", "image", "font", "media", "other", "third-party", "total"]
_TIMINGS = {
    "cumulative-layout-shift": "cls",
    "first-contentful-paint": "fcp",
    "interactive": "tti",
    "largest-contentful-paint": "lcp",
    "max-potential-fid": "inp",
    "speed-index": "si",
    "total-blocking-time": "tbt",
}
_GONE = {
    "estimated-input-latency": "total-blocking-time",
    "first-cpu-idle": "interactive",
    "first-meaningful-paint": "largest-contentful-paint",
}
_Number = Annotated[float, Meta(ge=0, le=1e12)]
_PATH = "write the start of a path, as in a robots.txt: `/`, `/products/*`, `/about$`"


class _Resource(Struct, frozen=True, forbid_unknown_fields=True):
    resourceType: _Kind  # noqa: N815 (their names)
    budget: _Number


class _Timing(Struct, frozen=True, forbid_unknown_fields=True):
    metric: str
    budget: _Number
    tolerance: _Number = 0.0


class _Options(Struct, frozen=True, forbid_unknown_fields=True):
    firstPartyHostnames: tuple[str, ...] = ()  # noqa: N815


class _Budget(Struct, frozen=True, forbid_unknown_fields=True):
    path: str = "/"
    options: _Options = _Options()
    resourceSizes: tuple[_Resource, ...] = ()  # noqa: N815
    resourceCounts: tuple[_Resource, ...] = ()  # noqa: N815
    timings: tuple[_Timing, ...] = ()


_KEYS = (
    *_Budget.__struct_fields__, *_Options.__struct_fields__, *_Resource.__struct_fields__, "metric",
    "tolerance",
)  # fmt: skip
Judgeable = tuple[tuple[Limit, ...], tuple[Notification, ...]]


def limits(source: documents.Source) -> Judgeable:
    """Give a file's limits, and notices of what it wants that Lighthouse no longer measures.

    Sizes are units of 1,024 bytes and times milliseconds, as they were. Raise ConfigurationError for what
    Lighthouse refused as well, with file, line, place and the nearest right word.
    """
    data = source.document.data
    if not isinstance(data, list):
        raise source.error((), "it is no list of budgets", "write `[` and `]` around its objects")
    known = (*_KEYS, *get_args(_Kind))
    budgets = documents.decode(source, tuple[_Budget, ...], (), data, known)
    result: list[Limit] = []
    notes: list[Notification] = []
    for number, budget in enumerate(budgets):
        _refuse(source, number, budget)
        later = tuple(dict.fromkeys(other.path for other in budgets[number + 1 :]))
        for found in (*_resources(source, number, budget, later), *_timings(source, number, budget, later)):
            (result if isinstance(found, Limit) else notes).append(found)  # type: ignore[arg-type]
    return tuple(result), tuple(notes)


def _refuse(source: documents.Source, number: int, budget: _Budget) -> None:
    path = budget.path
    if not path.startswith("/") or path.count("*") > 1 or "$" in path[:-1]:
        what = (
            f"{shown(path)} is no path: it starts with `/`, and has one `*`, and one `$` at its end, at most"
        )
        raise source.error((number, "path"), what, _PATH)
    for host in budget.options.firstPartyHostnames:
        if not host or "/" in host or ":" in host or "*" in host.removeprefix("*."):
            raise source.error(
                (number, "options", "firstPartyHostnames"),
                f"{shown(host)} is no name of a host",
                "write it as `example.com`, or `*.example.com` for all below it",
            )
    named: dict[str, list[str]] = {
        "resourceSizes": [one.resourceType for one in budget.resourceSizes],
        "resourceCounts": [one.resourceType for one in budget.resourceCounts],
        "timings": [one.metric for one in budget.timings],
    }
    for key, words in named.items():
        for index, word in enumerate(words):
            if word in words[:index]:
                raise source.error(
                    (number, key, index), f"{shown(word)} stands twice", "remove one of the two"
                )


def _resources(
    source: documents.Source, number: int, budget: _Budget, later: tuple[str, ...]
) -> Iterator[Limit]:
    for key, metric, unit, wanted in (
        ("resourceSizes", "bytes", 1_024, budget.resourceSizes),
        ("resourceCounts", "requests", 1, budget.resourceCounts),
    ):
        for index, one in enumerate(wanted):
            yield _limit(
                source, (number, key, index), budget, later, f"{metric}.{one.resourceType}", one.budget * unit
            )


def _timings(
    source: documents.Source, number: int, budget: _Budget, later: tuple[str, ...]
) -> Iterator[Limit | Notification]:
    for index, one in enumerate(budget.timings):
        place: Path = (number, "timings", index)
        if one.metric in _TIMINGS:
            yield _limit(source, place, budget, later, _TIMINGS[one.metric], one.budget + one.tolerance)
        elif one.metric in _GONE:
            yield Notification(
                level="warning",
                message=f"{shown(source.path)}, line {source.line(place)}: {one.metric} is no longer in "
                f"Lighthouse, and its budget is not judged; {_GONE[one.metric]} is the nearest that is",
                path=source.path,
            )
        else:
            what = f"{shown(one.metric)} is no timing of Lighthouse"
            raise source.error((*place, "metric"), what, documents.nearest(one.metric, _TIMINGS))


def _limit(
    source: documents.Source,
    place: Path,
    budget: _Budget,
    later: tuple[str, ...],
    metric: str,
    most: float,
) -> Limit:
    return Limit(
        budget.path,
        metric,
        most=most,
        source=f"{shown(str(place[1]))} in {source.path.rpartition('/')[2]}",
        path=source.path,
        line=source.line(place),
        grammar="robots",
        unless=later,
        own=budget.options.firstPartyHostnames,
    )
