"""Waivers: which one holds a finding, which ones have expired, are too long or hold nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pathspec import GitIgnoreSpec

from lockgate.config import Loaded, Waiver
from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key, fingerprints

GATE = "policy"
_EXPIRED = ("waiver-expired", Severity.HIGH,
            "has expired: what it held blocks again. Mend that, or renew the waiver with a reason.")  # fmt: skip
_TOO_LONG = ("waiver-too-long", Severity.MEDIUM,
             "lasts longer than `waiver-caps` allows, so it holds nothing. Bring `expires` nearer.")  # fmt: skip
_OVER = (
    "waiver-unused",
    Severity.NOTE,
    "has expired and there is nothing left that it would hold. Remove it.",
)
_UNUSED = ("waiver-unused", Severity.NOTE, "holds no finding of this run. Remove it if that was mended.")
_RULES = (
    (
        "configuration-changed",
        "Configuration changed",
        Severity.NOTE,
        "The change alters the gates' configuration.",
    ),
    ("waiver-expired", "Waiver expired", Severity.HIGH, "A waiver is past its day."),
    (
        "waiver-too-long",
        "Waiver too long",
        Severity.MEDIUM,
        "A waiver lasts longer than its severity allows.",
    ),
    ("waiver-unused", "Waiver unused", Severity.NOTE, "A waiver holds no finding."),
    ("waivers-changed", "Waivers changed", Severity.NOTE, "The change alters the waivers."),
)


@dataclass(frozen=True, slots=True)
class Held:
    """Say what the waivers do about a finding: `holds` is the index of one that excuses it.

    `expired` and `too_long` are the indexes of those that would, were they valid.
    """

    holds: int | None = None
    expired: tuple[int, ...] = ()
    too_long: tuple[int, ...] = ()


def name(waiver: Waiver) -> str:
    """Name a waiver in reports."""
    return f"{waiver.fingerprint or waiver.rule or waiver.id} by {waiver.owner} until {waiver.expires}"


def hold(finding: Finding, loaded: Loaded, today: date) -> Held:
    """Find the waiver that excuses a finding."""
    holds, expired, too_long = None, [], []
    for number, waiver in enumerate(loaded.configuration.waivers):
        if not _matches(waiver, finding):
            continue
        if waiver.expires < today:
            expired.append(number)
        elif waiver.expires - today > _cap(loaded, finding.severity):
            too_long.append(number)
        elif holds is None:
            holds = number
    return Held(holds, tuple(expired), tuple(too_long))


def findings_about_waivers(
    loaded: Loaded, held: Sequence[Held], today: date, *, complete: bool
) -> Iterator[Finding]:
    """Report each waiver that is expired or too long; and unused, when the run was `complete` and so can tell."""
    used = {item.holds for item in held}
    expired = {number for item in held for number in item.expired}
    too_long = {number for item in held for number in item.too_long}
    for number, waiver in enumerate(loaded.configuration.waivers):
        if number in expired:
            yield _finding(loaded, number, *_EXPIRED)
        elif number in too_long:
            yield _finding(loaded, number, *_TOO_LONG)
        elif complete and number not in used:
            yield _finding(loaded, number, *(_OVER if waiver.expires < today else _UNUSED))


def _matches(waiver: Waiver, finding: Finding) -> bool:
    if waiver.fingerprint:
        named = waiver.fingerprint == finding.fingerprint
    else:
        named = (waiver.rule or waiver.id) in {finding.rule, f"{finding.tool}/{finding.rule}"}
    return named and _spec(waiver.path).match_file(finding.path)


@lru_cache(maxsize=1024)
def _spec(pattern: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines([pattern])


def _cap(loaded: Loaded, severity: Severity) -> timedelta:
    return timedelta(days=getattr(loaded.configuration.waiver_caps, str(severity)))


def _finding(loaded: Loaded, number: int, rule: str, severity: Severity, message: str) -> Finding:
    label, line = name(loaded.configuration.waivers[number]), loaded.waiver_lines[number]
    return Finding(
        gate=GATE, tool="lockgate", rule=rule, severity=severity, message=f"The waiver {label} {message}",
        path=loaded.path, line=line, end_line=line, sources=(f"lockgate/{rule}",),
        fingerprint=fingerprints([content_key(rule, (label,), 1, 1)], loaded.path)[0],
    )  # fmt: skip


def policy_rules() -> tuple[Rule, ...]:
    """Describe the rules of findings about the policy itself."""
    return tuple(
        Rule(id=rule_id, tool="lockgate", name=label, severity=severity, what=what, tags=("policy",))
        for rule_id, label, severity, what in _RULES
    )
