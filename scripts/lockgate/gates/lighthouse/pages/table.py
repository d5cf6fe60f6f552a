"""Write the table of a page: what is exact, on both sides, with the budget that it has."""

from collections.abc import Iterable, Iterator

from lockgate.gates.lighthouse.budgets.matching import applies
from lockgate.gates.lighthouse.metrics import BY_ID, KINDS
from lockgate.gates.lighthouse.model import Limit, PageResult
from lockgate.gates.lighthouse.wording import difference, value
from lockgate.untrusted import cut, one_line
from lockgate.verdict import Table

COLUMNS = ("metric", "base", "head", "difference", "budget")
_ALWAYS = ("bytes.total", "requests.total", "third-parties", "dom", "category.accessibility")
_SHOWN = (*(f"bytes.{kind}" for kind in KINDS), "bytes.third-party", *_ALWAYS, "unused-js", "blocking")
_NONE = "–"


def table(result: PageResult, limits: Iterable[Limit]) -> Table:
    """Show a page's exact metrics; of the limits those that are for this page, the strictest of each metric.

    What has no budget is left out where neither side has it, and is only counted where it is as in the base.
    So a table may have no row.
    """
    mine = [limit for limit in limits if applies(limit, result.page)]
    others = [limit.metric for limit in mine if limit.metric in BY_ID and BY_ID[limit.metric].exact]
    rows = [row for metric in dict.fromkeys((*_SHOWN, *others)) for row in _rows(metric, result, mine)]
    told = tuple(row for row in rows if row)
    same = len(rows) - len(told)
    more = f" ({same} {'metric' if same == 1 else 'metrics'} as in the base)" if same else ""
    return Table(f"Page {cut(one_line(result.page.path), 200)}{more}", COLUMNS, told)


def _rows(metric: str, result: PageResult, limits: list[Limit]) -> Iterator[tuple[str, ...] | None]:
    """Yield a metric's row, or None where it is as in the base and no budget names it."""
    head = result.head[0].values.get(metric)
    base = result.base[0].values.get(metric) if result.base else None
    budget = _budget(metric, limits)
    if head is None or not (head or base or budget or metric in _ALWAYS):
        return
    if head == base and not budget:
        yield None
        return
    yield (
        BY_ID[metric].label,
        _NONE if base is None else value(metric, base),
        value(metric, head),
        _NONE if base is None else difference(metric, head - base),
        budget or _NONE,
    )


def _budget(metric: str, limits: list[Limit]) -> str:
    """Write the strictest limits of a metric."""
    mine = [limit for limit in limits if limit.metric == metric]
    most = min((limit.most for limit in mine if limit.most is not None), default=None)
    least = max((limit.least for limit in mine if limit.least is not None), default=None)
    parts = [
        *([f"at least {value(metric, least)}"] if least is not None else []),
        *([f"at most {value(metric, most)}"] if most is not None else []),
    ]
    return ", ".join(parts)
