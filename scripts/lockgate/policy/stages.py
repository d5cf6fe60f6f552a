"""The stages of policy, in order. Each marks a finding and says whether it goes on towards blocking.

The order matters: the change first, because all else is none of the author's business; then what the base
had already; then what somebody answers for; the threshold last, so that the funnel shows what a lower one
would do.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lockgate.finding import NOT_SCANNED, Finding, Severity, State
from lockgate.policy.vex import Vex
from lockgate.policy.waivers import Held, Waivers, name
from lockgate.verdict import FunnelStep


@dataclass(frozen=True, slots=True)
class Context:
    """Hold what the stages need. `fail_on` and `thresholds`, those of gates that have their own, are the
    configuration's, unless they were `asked` for.

    `changed` holds paths as findings write them; None without a base: every finding is in the change and new.
    `known` are the fingerprints that the base had.
    """

    waivers: Waivers
    fail_on: Severity
    thresholds: dict[str, Severity] = field(default_factory=dict)
    changed: frozenset[str] | None = None
    known: frozenset[str] = frozenset()
    asked: bool = False
    vex: Vex = field(default_factory=Vex)

    def threshold(self, gate: str) -> Severity:
        """Give the lowest severity that blocks in a gate."""
        return self.thresholds.get(gate, self.fail_on)

    def said(self, gate: str) -> str:
        """Name what set a gate's threshold: an option, or a line of the configuration; empty by default."""
        if self.asked:
            return "`fail-on` of the run"
        loaded = self.waivers.loaded
        return loaded.place("gates", gate, "fail-on") if gate in self.thresholds else loaded.place("fail-on")


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold the marked findings, the funnel, and what the waivers did about each new finding."""

    findings: tuple[Finding, ...]
    funnel: tuple[FunnelStep, ...]
    held: tuple[Held, ...]


def in_change(finding: Finding, context: Context) -> Finding:
    """Mark whether the change touches the finding's file."""
    touched = context.changed is None or finding.path in context.changed or bool(finding.commit)
    return finding if touched == finding.in_change else replace(finding, in_change=touched)


def new(finding: Finding, context: Context) -> Finding:
    """Mark whether the base had the finding already."""
    known = finding.fingerprint in context.known or not finding.in_change
    state = State.UNCHANGED if known and context.changed is not None else State.NEW
    return finding if state is finding.state else replace(finding, state=state)


def waived(finding: Finding, context: Context) -> Finding:
    """Mark a finding that a valid waiver or a VEX holds, and say which waivers name it in vain."""
    held = context.waivers.hold(finding)
    why = context.waivers.why(finding, held)
    if held.holds is None:
        if excuse := context.vex.excuse(finding):
            return replace(finding, waived=True, waiver=excuse, waived_why=why)
        return finding if why == finding.waived_why else replace(finding, waived_why=why)
    waiver = context.waivers.loaded.configuration.waivers[held.holds]
    return replace(finding, waived=True, waiver=name(waiver), waived_why=why)


def over_threshold(finding: Finding, context: Context) -> Finding:
    """Mark a finding as blocking when it got this far; some blocks at any threshold."""
    over = finding.severity >= context.threshold(finding.gate)
    over = over or finding.rule == NOT_SCANNED or bool(finding.anyway)
    blocking = over and finding.in_change and finding.state is State.NEW and not finding.waived
    return finding if blocking == finding.blocking else replace(finding, blocking=blocking)


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
_COMPARING = 2  # that many stages compare with the base; the funnel leaves them out when there is none


def judge(findings: Iterable[Finding], context: Context) -> Judged:
    """Run the findings through all stages: all are marked and kept, fewer and fewer go on."""
    marked = sorted(findings, key=lambda finding: finding.sort_key)
    for stage in STAGES:
        marked = [stage.mark(finding, context) for finding in marked]
    going = marked
    funnel = [FunnelStep("found", len(marked))]
    for stage in STAGES if context.changed is not None else STAGES[_COMPARING:]:
        going = [finding for finding in going if stage.passes(finding)]
        funnel.append(FunnelStep(stage.name, len(going)))
    fresh = (finding for finding in marked if finding.in_change and finding.state is State.NEW)
    return Judged(tuple(marked), tuple(funnel), tuple(context.waivers.hold(finding) for finding in fresh))
