"""What a vulnerability is worth here, and whether it blocks whatever it is worth."""

from typing import TYPE_CHECKING

from lockgate.advisories.model import Advisory
from lockgate.finding import Severity

if TYPE_CHECKING:
    from lockgate.config.model import ScaConfiguration

_SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
_WORDS = {
    "critical": Severity.CRITICAL, "high": Severity.HIGH, "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM, "low": Severity.LOW,
}  # fmt: skip


def of(advisory: Advisory) -> Severity | None:
    """Give an advisory's severity: an attack is critical, then the score counts, then the database's word.

    None when nobody says anything. The bounds are CVSS's own; a score of 0 says that it does no harm.
    """
    if advisory.malicious:
        return Severity.CRITICAL
    if advisory.score is not None:
        return next((word for least, word in _SCORES if advisory.score >= least), Severity.NOTE)
    return _WORDS.get(advisory.word)


def judge(
    advisory: Advisory, fixed: str, configuration: "ScaConfiguration", *, dev: bool
) -> tuple[Severity, str]:
    """Give the severity of a finding, and why it blocks at any threshold, empty where that decides.

    `fixed` is the version that mends it, empty without one; `dev` says that it is only for development.
    """
    if advisory.malicious:
        return Severity.CRITICAL, "it is an attack, not an accident"
    if dev and configuration.dev_dependencies == "show":
        return Severity.NOTE, ""
    severity, anyway = of(advisory), ""
    if severity is None:
        severity, anyway = _unknown(fixed, configuration)
    if advisory.exploited and configuration.exploited == "block":
        anyway = "it is known to be exploited (KEV)"
    elif advisory.epss is not None and configuration.epss is not None and advisory.epss >= configuration.epss:
        anyway = f"it is likely to be exploited (EPSS {advisory.epss:.3g}, from {configuration.epss:.3g} on)"
    return severity, anyway


def _unknown(fixed: str, configuration: "ScaConfiguration") -> tuple[Severity, str]:
    policy = configuration.unknown_severity
    if policy == "pass" or (policy == "block-if-fixed" and not fixed):
        return Severity.NOTE, ""
    return Severity.MEDIUM, f"its severity is unknown{' and a fix exists' if fixed else ''}"
