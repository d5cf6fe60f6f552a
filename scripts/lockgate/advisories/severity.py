"""How bad an advisory is, over all the records that are one: CVSS v4, then v3, then v2, else a word."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from lockgate.advisories import osv
from lockgate.advisories.model import Package

_KINDS = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
_WORDS = ("", "low", "medium", "high", "critical")
_OTHER_WORDS = {"moderate": "medium", "important": "high"}


def rated(records: Iterable[osv.Record], package: Package) -> tuple[float | None, str]:
    """Give the highest score of the best kind of CVSS that any record has, and its vector."""
    found: dict[str, tuple[float, str]] = {}
    for kind, vector in _vectors(records, package):
        score = _score(kind, vector)
        if score is not None:
            found[kind] = max(found.get(kind, (score, vector)), (score, vector))
    return next((found[kind] for kind in _KINDS if kind in found), (None, ""))


def _vectors(records: Iterable[osv.Record], package: Package) -> Iterable[tuple[str, str]]:
    for record in records:
        entries = [entry for named, entry in osv.entries(record) if named == package]
        for holder in (record, *entries):
            for severity in holder.get("severity") or ():
                yield severity["type"], severity["score"]


@lru_cache(maxsize=1 << 12)
def _score(kind: str, vector: str) -> float | None:
    """Give the base score of a vector, 0.0 to 10.0; None when it is none of its kind."""
    if kind not in _KINDS or len(vector) > 300:
        return None
    import cvss  # noqa: PLC0415 - 10 ms that only a match needs

    made: Callable[[str], cvss.CVSS2 | cvss.CVSS3 | cvss.CVSS4] = {
        "CVSS_V4": cvss.CVSS4, "CVSS_V3": cvss.CVSS3, "CVSS_V2": cvss.CVSS2
    }[kind]  # fmt: skip
    try:
        return float(made(vector).scores()[0])
    except (cvss.CVSSError, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def word(records: Iterable[osv.Record]) -> str:
    """Give the databases' own word, the worst where they differ: critical, high, medium, low or nothing."""
    said = [(record.get("database_specific") or {}).get("severity") for record in records]
    words = [_OTHER_WORDS.get(text.lower(), text.lower()) for text in said if isinstance(text, str)]
    return max((text for text in words if text in _WORDS), key=_WORDS.index, default="")
