"""Read how bad a SARIF result is, and what weakness it names, from the fields that tools really use."""

import re
from collections.abc import Mapping
from typing import Any

from lockgate.finding import Severity
from lockgate.sarif import model

_LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.NOTE,
}
_CWE = re.compile(r"\bcwe[-/ ]?(\d{1,5})\b", re.IGNORECASE)


def own(result: model.Result | None) -> Mapping[str, Any] | None:
    """Return what lockgate itself wrote beside a result, None for another tool's."""
    bag = ((result and result.properties) or {}).get("lockgate")
    return bag if isinstance(bag, dict) else None


def score(properties: Mapping[str, Any]) -> float | None:
    """Read `security-severity`, 0.0 to 10.0; None when it is missing or not a score."""
    try:
        value = float(properties.get("security-severity", ""))
    except (TypeError, ValueError):
        return None
    return value if 0 <= value <= 10 else None


def by_score(value: float) -> Severity:
    """Name a score above 0 as GitHub does."""
    for least, severity in ((9, Severity.CRITICAL), (7, Severity.HIGH), (4, Severity.MEDIUM)):
        if value >= least:
            return severity
    return Severity.LOW


def severity(result: model.Result | None, rule: model.Descriptor | None) -> Severity:
    """Judge a result, or a rule by itself: by its score, else its level, else its rank, else as a warning."""
    word = str((own(result) or {}).get("severity", "")).upper()
    if word in Severity.__members__:
        return Severity[word]
    for properties in ((result and result.properties) or {}, (rule and rule.properties) or {}):
        if value := score(properties):
            return by_score(value)
    default = (rule and rule.default_configuration) or model.Configuration()
    level = (result and result.level) or default.level
    if level in _LEVELS:
        return _LEVELS[level]
    rank = result.rank if result and result.rank is not None else default.rank
    if rank is not None and 0 <= rank <= 100:
        return by_score(rank / 10) if rank else Severity.NOTE
    return Severity.NOTE if result and result.kind == "informational" else Severity.MEDIUM


def cwes(properties: Mapping[str, Any]) -> tuple[int, ...]:
    """Find the CWE numbers in `tags` (CodeQL, Semgrep) and `cwe` (others)."""
    return tuple(dict.fromkeys(int(number) for number in _CWE.findall(_words(properties))))


def _words(properties: Mapping[str, Any]) -> str:
    values = [properties.get("tags"), properties.get("cwe")]
    flat = [word for value in values for word in (value if isinstance(value, list) else [value])]
    return "\n".join(word for word in flat if isinstance(word, str))
