"""Make one assertion of a lighthouserc into limits: `id: level` or `id: [level, options]`.

What cannot be judged is told: as a warning where Lighthouse 13 or this gate has nothing to hold it against,
as an error, which makes the gate incomplete, where nobody can tell what is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from msgspec import Meta, Struct

from lockgate.config.yaml_lines import Data, Path
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets import audits, documents, removed
from lockgate.gates.lighthouse.metrics import BY_ID
from lockgate.gates.lighthouse.model import Limit
from lockgate.untrusted import shown

Level = Literal["off", "warn", "error"]
_LEVELS = ("off", "warn", "error")
_PROPERTIES = {"minScore": "score", "maxLength": "length", "maxNumericValue": "value"}
_SCORE = 0.9  # what Lighthouse CI takes where no option is set
_Number = Annotated[float, Meta(ge=0, le=1e12)]
_KNOWN = (*audits.CATEGORY, *audits.NEVER, *removed.GONE, "categories", "resource-summary", "user-timings")


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """Hold an assertion's options, under their own names."""

    minScore: Annotated[float, Meta(ge=0, le=1)] | None = None  # noqa: N815
    maxLength: _Number | None = None  # noqa: N815
    maxNumericValue: _Number | None = None  # noqa: N815
    aggregationMethod: Literal["median", "median-run", "optimistic", "pessimistic"] | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Assertion:
    """Hold an assertion: its key, level and options, the pages that it is for, and where it stands.

    `preset` names the preset that it is of.
    """

    key: str
    level: Level
    options: Options
    pages: str
    source: documents.Source
    place: Path
    preset: str = ""


def read(key: str, data: Data, pages: str, source: documents.Source, place: Path) -> Assertion:
    """Read an assertion; raise ConfigurationError for what is none."""
    level, options = (data[0], data[1]) if isinstance(data, list) and len(data) == 2 else (data, {})
    if isinstance(level, list) and len(level) == 1:
        level = level[0]
    match level:
        case "off" | "warn" | "error":
            wanted = documents.decode(source, Options, (*place, 1), options, Options.__struct_fields__)
            return Assertion(key, level, wanted, pages, source, place)
        case _:
            what = f"{shown(str(level))} is no level"
            raise source.error(place, what, documents.nearest(str(level), _LEVELS))


def name(key: str) -> str:
    """Give the key under which an assertion overrides another: of the audit that stands for a removed one."""
    key = key.replace(".", ":")
    return removed.SUCCESSORS.get(key, "") or key


def judgeable(one: Assertion) -> Iterator[Limit | Notification]:
    """Give the limits of an assertion, or say why there are none."""
    audit, *parts = re.split("[.:]", one.key)
    if one.level == "off":
        return
    if one.options.aggregationMethod:
        yield not_aggregated(one.source)
    if audit == "categories" and len(parts) == 1:
        yield from _category(one, parts[0])
    elif audit == "resource-summary" and parts:
        yield from _resources(one, parts)
    elif audit == "user-timings":
        yield _note(one, "warning", "the gate does not keep a page's own marks: it is not judged")
    elif parts:
        yield _unknown(one)
    else:
        yield from _audit(one, audit)


def not_aggregated(source: documents.Source) -> Notification:
    """Tell, once for a file, that its `aggregationMethod` does not count."""
    what = "`aggregationMethod` is not taken: timings are judged by the interval of their runs"
    return Notification(level="note", message=f"{shown(source.path)}: {what}", path=source.path)


def _category(one: Assertion, category: str) -> Iterator[Limit | Notification]:
    metric = f"category.{category}"
    if category in {"agentic-browsing", "pwa"}:
        reason = "is no longer in Lighthouse" if category == "pwa" else "is not run by this gate"
        yield _note(one, "warning", f"the category {category} {reason}: it is not judged")
    elif metric not in BY_ID:
        yield _unknown(one, (f"categories:{known}" for known in _categories()))
    else:
        yield from _misfits(one, "minScore")
        if _by_default(one) or one.options.minScore is not None:
            yield _limit(one, metric, least=_SCORE if one.options.minScore is None else one.options.minScore)


def _resources(one: Assertion, parts: list[str]) -> Iterator[Limit | Notification]:
    metric = f"{'bytes' if parts[-1] == 'size' else 'requests'}.{parts[0]}"
    if len(parts) != 2 or parts[1] not in {"size", "count"} or metric not in BY_ID:
        yield _unknown(
            one, (f"resource-summary:{known[6:]}:size" for known in BY_ID if known[:6] == "bytes.")
        )
        return
    yield from _misfits(one, "maxNumericValue")
    if one.options.maxNumericValue is not None:
        yield _limit(one, metric, most=one.options.maxNumericValue)
    elif _by_default(one):
        yield _note(one, "warning", "it has no `maxNumericValue`: it is not judged")


def _audit(one: Assertion, audit: str) -> Iterator[Limit | Notification]:
    if audit in removed.GONE:
        successor = removed.SUCCESSORS.get(audit, "")
        yield from _moved(one, audit, successor)
    elif audit in audits.NEVER:
        yield _note(one, "warning", f"{audits.NEVER[audit]}: it is not judged")
    elif audit not in audits.CATEGORY:
        yield _unknown(one)
    else:
        yield from _properties(one, audit)


def _moved(one: Assertion, audit: str, successor: str) -> Iterator[Limit | Notification]:
    if not successor:
        instead = removed.INSTEAD.get(audit, "nothing stands for it; remove the assertion")
        yield _note(one, "warning", f"the audit is no longer in Lighthouse, and it is not judged: {instead}")
        return
    yield _note(one, "note", f"the audit is no longer in Lighthouse 13; {successor} stands for it")
    options = one.options
    if options.maxLength == 0 and successor in audits.UNLISTED:
        # It has no list to count, and says by its score whether there is anything.
        one = replace(one, options=Options(minScore=1.0, maxNumericValue=options.maxNumericValue))
    yield from _properties(one, successor)


def _properties(one: Assertion, audit: str) -> Iterator[Limit | Notification]:
    if _by_default(one):
        one = replace(one, options=Options(minScore=_SCORE))
    if one.options.minScore is not None:
        yield _limit(one, f"audit.{audit}.score", least=one.options.minScore)
    if one.options.maxLength is not None:
        if audit in audits.UNLISTED:
            yield _note(
                one, "warning", f"{audit} has no list to count: `maxLength` is not judged; use `minScore`"
            )
        else:
            yield _limit(one, f"audit.{audit}.length", most=one.options.maxLength)
    if one.options.maxNumericValue is not None:
        if audit not in audits.VALUED:
            what = f"{audit} has no number: `maxNumericValue` is not judged; use `minScore` or `maxLength`"
            yield _note(one, "warning", what)
        else:
            metric = audits.METRIC.get((audit, "value"), f"audit.{audit}.value")
            yield _limit(one, metric, most=one.options.maxNumericValue)


def _by_default(one: Assertion) -> bool:
    return all(getattr(one.options, option) is None for option in _PROPERTIES)


def _misfits(one: Assertion, fits: str) -> Iterator[Notification]:
    for option in _PROPERTIES:
        if option != fits and getattr(one.options, option) is not None:
            yield _note(one, "warning", f"`{option}` says nothing of it, and is not judged; use `{fits}`")


def _categories() -> list[str]:
    return [metric.removeprefix("category.") for metric in BY_ID if metric.startswith("category.")]


def _limit(one: Assertion, metric: str, *, most: float | None = None, least: float | None = None) -> Limit:
    return Limit(
        one.pages,
        metric,
        most=most,
        least=least,
        source=f"{shown(one.preset or one.key)} in {one.source.path.rpartition('/')[2]}",
        path=one.source.path,
        warns=one.level == "warn",
        line=one.source.line(one.place),
        grammar="regex",
    )


def _unknown(one: Assertion, known: Iterator[str] | None = None) -> Notification:
    words = tuple(known or _KNOWN)
    near = documents.nearest(one.key, words).partition("? known are ")[0]
    what = "Lighthouse 13 has no audit of that name, and plugins are not run"
    return _note(one, "error", f"{what}; {near}?" if near.startswith("did") else what)


def _note(one: Assertion, level: Literal["error", "warning", "note"], what: str) -> Notification:
    place = f"{shown(one.source.path)}, line {one.source.line(one.place)}"
    return Notification(level=level, message=f"{place}: {shown(one.key)}: {what}", path=one.source.path)
