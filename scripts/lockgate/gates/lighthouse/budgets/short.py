"""Read the short form: `gates.lighthouse.budgets` of `.lockgate.yml`."""

import msgspec

from lockgate.config.lighthouse import LighthouseConfiguration, PageBudget
from lockgate.config.load import NAMES
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.budgets import documents
from lockgate.gates.lighthouse.budgets.amounts import size, time
from lockgate.gates.lighthouse.metrics import METRICS, Metric
from lockgate.gates.lighthouse.model import Limit

_BY_KEY = {metric.budget: metric for metric in METRICS if metric.budget}


def limits(
    configuration: LighthouseConfiguration, read_file: documents.ReadFile, folder: str
) -> tuple[Limit, ...]:
    """Give the limits in the order of the configuration.

    Of several patterns that match a page the last one that has a metric decides about that metric, as in a
    .gitignore: `*` may be the rule and a page below it the exception.
    """
    written = configuration.budgets
    if not written:
        return ()
    places = _configuration(read_file, folder)
    result = []
    for number, (pages, budget) in enumerate(written.items()):
        after = tuple(written.items())[number + 1 :]
        for key, value in msgspec.structs.asdict(budget).items():
            if value is None:
                continue
            metric = _BY_KEY[key.replace("_", "-")]
            path, line = _place(places, pages, metric.budget)
            result.append(
                Limit(
                    pages,
                    metric.id,
                    most=None if metric.unit == "score" else _number(metric, value),
                    least=float(value) if metric.unit == "score" else None,
                    source=f"`budgets` in {NAMES[0] if not path else path.rpartition('/')[2]}",
                    path=path,
                    line=line,
                    unless=tuple(other for other, later in after if _has(later, key)),
                )
            )
    return tuple(result)


def _has(budget: PageBudget, key: str) -> bool:
    return getattr(budget, key) is not None


def _number(metric: Metric, value: str | float) -> float:
    if not isinstance(value, str):
        return float(value)
    return size(value) if metric.unit == "bytes" else time(value)


def _configuration(read_file: documents.ReadFile, folder: str) -> documents.Source | None:
    """Find the configuration's file, for its lines alone: what it says has been read."""
    for name in NAMES:
        path = f"{folder}/{name}".lstrip("/")
        try:
            if data := read_file(path):
                return documents.source(data, path)
        except ConfigurationError:
            return None
    return None


def _place(found: documents.Source | None, pages: str, key: str) -> tuple[str, int]:
    """Give file and line of a budget; nothing where the configuration came from elsewhere."""
    place = ("gates", "lighthouse", "budgets", pages, key)
    if found is None or place not in found.document.lines:
        return "", 0
    return found.path, found.line(place)
