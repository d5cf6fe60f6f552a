"""What a run says of a limit's metric, and the sentence about a budget that is not kept."""

from dataclasses import dataclass
from math import isfinite

from lockgate.gates.lighthouse import wording
from lockgate.gates.lighthouse.metrics import BY_ID, Unit
from lockgate.gates.lighthouse.model import Limit, PageResult, Request, Sample
from lockgate.gates.lighthouse.pages import stable
from lockgate.untrusted import shown

_NAMED = 3
_SINGULAR = {"blocking": "render-blocking request", "dom": "element", "third-parties": "third party"}
_OF_ALL = {"total": "in all", "third-party": "from third parties"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what the runs say: their median, and the interval of what it stands for, if not exact."""

    value: float
    low: float
    high: float
    runs: int
    timing: bool = False


def measured(limit: Limit, sample: Sample) -> float | None:
    """Give what one run says of a limit's metric; None where it says nothing."""
    if limit.metric.startswith("audit."):
        return _audit(limit.metric, sample)
    value = sample.values.get(limit.metric)
    if value is None or not limit.own:
        return value
    others = [request for request in sample.requests if request.host]
    mine = [request for request in others if _is_own(request.host, limit.own)]
    match limit.metric:
        case "bytes.third-party":
            return value - sum(request.transfer for request in mine)
        case "requests.third-party":
            return value - len(mine)
    return value


def _is_own(host: str, own: tuple[str, ...]) -> bool:
    return any(
        host == name or (name.startswith("*.") and (host.endswith(name[1:]) or host == name[2:]))
        for name in own
    )


def _audit(metric: str, sample: Sample) -> float | None:
    """Give an audit's score, value or length. One that does not apply to the page has nothing to blame."""
    name, _, what = metric.removeprefix("audit.").rpartition(".")
    audit = sample.audits.get(name)
    if audit is None or audit.mode == "error":
        return None
    if audit.mode == "notApplicable":
        return 1.0 if what == "score" else 0.0
    match what:
        case "score":
            return audit.score
        case "value":
            return audit.value
        case _:
            return float(audit.length or 0)


def label(metric: str) -> str:
    """Name a metric within a sentence."""
    if metric in BY_ID:
        return BY_ID[metric].label
    return f"the {metric.rpartition('.')[2]} of {_audit_of(metric)}"


def _audit_of(metric: str) -> str:
    return f"the audit {metric.removeprefix('audit.').rpartition('.')[0]}"


def message(limit: Limit, seen: Seen, beyond: float, result: PageResult, *, certain: bool) -> str:
    """State the fact, how far it is beyond the budget, and who said what the budget is."""
    unit = _unit(limit.metric)
    bound, side = (limit.most, "over") if limit.least is None else (limit.least, "below")
    allowed = f"the {wording.amount(unit, bound or 0)} of {limit.source}"
    if unit == "score" and limit.metric.startswith("audit.") and not seen.timing:
        fails = "fails" if seen.value == 0 else f"has only {wording.amount(unit, seen.value)} in"
        wanted = f"{limit.source} wants {wording.amount(unit, bound or 0)} at least"
        return f"{shown(result.page.path)} {fails} {_audit_of(limit.metric)}{_says(limit, result)}: {wanted}"
    fact = f"{shown(result.page.path)} {_fact(limit.metric, unit, seen)}{_says(limit, result)}"
    if not certain:
        return f"{fact}, and may be {side} {allowed}"
    least = "at least " if seen.timing else ""
    return f"{fact}, {least}{wording.amount(unit, beyond)} {side} {allowed}{_named(limit, result)}"


def _says(limit: Limit, result: PageResult) -> str:
    """Give an audit's own words for what is wrong, and the first thing that is."""
    audit = result.head[0].audits.get(limit.metric.removeprefix("audit.").rpartition(".")[0])
    said = [shown(text) for text in (audit.title, stable.own(audit.detail)) if text] if audit else []
    return f" ({', such as '.join(said)})" if said else ""


def _unit(metric: str) -> Unit:
    if metric in BY_ID:
        return BY_ID[metric].unit
    units: dict[str, Unit] = {"score": "score", "value": "ms", "length": "count"}
    return units[metric.rpartition(".")[2]]


def _fact(metric: str, unit: Unit, seen: Seen) -> str:
    amount = wording.amount(unit, seen.value)
    family, _, kind = metric.partition(".")
    plural = "" if amount == "1" else "s"
    match family:
        case "bytes":
            return f"loads {amount} {_OF_ALL.get(kind, f'of {kind}')}"
        case "requests":
            return f"makes {amount} request{plural} {_OF_ALL.get(kind, f'of kind {kind}')}"
        case "audit" if unit == "count":
            return f"has {amount} item{plural} in {_audit_of(metric)}"
        case _ if unit == "bytes":
            return f"has {amount} of {label(metric)}"
        case _ if unit == "count":
            return f"has {amount} {label(metric) if plural else _SINGULAR.get(metric, label(metric))}"
    return f"has {amount} as {label(metric)}{_runs(unit, seen) if seen.timing else ''}"


def _runs(unit: Unit, seen: Seen) -> str:
    if seen.runs == 1:
        return " (in one run)"
    if not isfinite(seen.low):
        return f" (in the middle of {seen.runs} runs)"
    low, high = wording.amount(unit, seen.low), wording.amount(unit, seen.high)
    return f" (in {seen.runs} runs, from {low} to {high})"


def _named(limit: Limit, result: PageResult) -> str:
    """Name what the budget is about, where that is known."""
    if limit.metric == "third-parties":
        hosts = sorted({request.host for request in result.head[0].requests if request.host})
        more = f" and {len(hosts) - _NAMED:,} more" if len(hosts) > _NAMED else ""
        return f": {', '.join(map(shown, hosts[:_NAMED]))}{more}" if hosts else ""
    return _largest(limit, result) if limit.metric.startswith("bytes.") else ""


def _largest(limit: Limit, result: PageResult) -> str:
    """Name the requests that weigh most of what the budget is about."""
    kind = limit.metric.partition(".")[2]
    of_kind = [request for request in result.head[0].requests if _counts(request, kind, limit.own)]
    largest = sorted(of_kind, key=lambda request: (-request.transfer, request.url))[:_NAMED]
    if not largest:
        return ""
    return ". Largest: " + ", ".join(
        f"{shown(request.url)} {wording.size(request.transfer)}" for request in largest
    )


def _counts(request: Request, kind: str, own: tuple[str, ...]) -> bool:
    if kind == "third-party":
        return bool(request.host) and not _is_own(request.host, own)
    return kind in {"total", request.kind}
