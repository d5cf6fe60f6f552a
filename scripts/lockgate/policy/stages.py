"""The stages of policy, in order. Each marks a finding and says whether it goes on towards blocking.

The order matters: the change first, because all else is none of the author's business; then what the base had
already; then what somebody answers for; the threshold last, so that the funnel shows what a lower one would do.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from lockgate.config import Loaded
from lockgate.finding import NOT_SCANNED, Finding, Severity, State
from lockgate.policy.waivers import Held, hold, name
from lockgate.verdict import FunnelStep


@dataclass(frozen=True, slots=True)
class Context:
    """Hold what the stages need. Without a base (`changed` is None) every finding is in the change and new."""

    loaded: Loaded
    today: date
    thresholds: dict[str, Severity]
    fail_on: Severity
    changed: frozenset[str] | None = None
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold the marked findings, the funnel, and what the waivers did about each finding."""

    findings: tuple[Finding, ...]
    funnel: tuple[FunnelStep, ...]
    held: tuple[Held, ...]


def in_change(finding: Finding, context: Context) -> Finding:
    """Mark whether the change touches the finding's file."""
    touched = context.changed is None or finding.path in context.changed or bool(finding.commit)
    return replace(finding, in_change=touched)


def new(finding: Finding, context: Context) -> Finding:
    """Mark whether the base had the finding already."""
    known = finding.fingerprint in context.known or not finding.in_change
    return replace(finding, state=State.UNCHANGED if known else State.NEW)


def waived(finding: Finding, context: Context) -> Finding:
    """Mark a finding that a valid waiver holds."""
    held = hold(finding, context.loaded, context.today)
    if held.holds is None:
        return finding
    return replace(finding, waived=True, waiver=name(context.loaded.configuration.waivers[held.holds]))


def over_threshold(finding: Finding, context: Context) -> Finding:
    """Mark a finding as blocking when it got this far; what was not scanned blocks at any threshold."""
    threshold = context.thresholds.get(finding.gate, context.fail_on)
    over = finding.severity >= threshold or finding.rule == NOT_SCANNED
    return replace(finding, blocking=over)


@dataclass(frozen=True, slots=True)
class Stage:
    """Name a stage, its mark, and which marked findings go on."""

    name: str
    mark: Callable[[Finding, Context], Finding]
    passes: Callable[[Finding], bool]


STAGES = (
    Stage("in the change", in_change, lambda finding: finding.in_change),
    Stage("new", new, lambda finding: finding.state is State.NEW),
    Stage("not waived", waived, lambda finding: not finding.waived),
    Stage("blocking", over_threshold, lambda finding: finding.blocking),
)
_WITHOUT_BASE = 2  # the first stages compare with the base


def judge(findings: Iterable[Finding], context: Context) -> Judged:
    """Run the findings through all stages: all are marked and kept, fewer and fewer go on."""
    marked = sorted(findings, key=lambda finding: finding.sort_key)
    held = tuple(hold(finding, context.loaded, context.today) for finding in marked)
    going = [True] * len(marked)
    funnel = [FunnelStep("found", len(marked))]
    for stage in STAGES if context.changed is not None else STAGES[_WITHOUT_BASE:]:
        for number, finding in enumerate(marked):
            if going[number] or stage.mark is not over_threshold:
                marked[number] = stage.mark(finding, context)
            going[number] = going[number] and stage.passes(marked[number])
        funnel.append(FunnelStep(stage.name, sum(going)))
    return Judged(tuple(marked), tuple(funnel), held)
