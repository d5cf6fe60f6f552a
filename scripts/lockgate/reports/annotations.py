"""Choose what the runner shows beside the code.

A step may show ten errors, ten warnings and ten notices, and the runner drops the rest in silence; a whole
composite action is one step. So the most important come first, and the last notice counts what was left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lockgate.finding import Finding, Rule, Severity, State
from lockgate.github import Level
from lockgate.ranking import rank
from lockgate.untrusted import web_link
from lockgate.verdict import GateResult, Outcome, Verdict

BUDGET = 10
"""Annotations of each level that the runner keeps of one step."""
_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Hold one annotation, as `Emitter.annotate` takes it; its text is not yet made safe."""

    level: Level
    message: str
    title: str
    file: str = ""
    line: int = 0
    end_line: int = 0
    col: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Hold the annotations in the order to send them; `shown` of `total` findings are in them."""

    items: tuple[Annotation, ...]
    shown: int
    total: int


def every(verdict: Verdict) -> tuple[Annotation, ...]:
    """Make one annotation for each incomplete gate and each finding, for a reader without a budget."""
    rules = {(rule.tool, rule.id): rule for rule in verdict.rules}
    findings = sorted((f for f in verdict.findings if _concerns(verdict, f)), key=rank)
    broken = [_incomplete(gate) for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE]
    return (*broken, *(_annotation([f], rules.get((f.tool, f.rule))) for f in findings))


def choose(verdict: Verdict) -> Annotations:
    """Choose the annotations of a verdict, at most `BUDGET` of each level."""
    rules = {(rule.tool, rule.id): rule for rule in verdict.rules}
    findings = sorted((f for f in verdict.findings if _concerns(verdict, f)), key=rank)
    groups = _collapse(findings)
    broken = [_incomplete(gate) for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE][:BUDGET]
    room = {"error": BUDGET - len(broken), "warning": BUDGET, "notice": BUDGET}
    kept = _fit(groups, room)
    if len(kept) < len(groups):
        kept = _fit(groups, room | {"notice": BUDGET - 1})
    shown = sum(len(group) for group in kept)
    items = broken + [_annotation(group, rules.get((group[0].tool, group[0].rule))) for group in kept]
    if shown < len(findings):
        items.append(_rest(shown, len(findings)))
    return Annotations(items=tuple(items), shown=shown, total=len(findings))


def _concerns(verdict: Verdict, finding: Finding) -> bool:
    """Tell whether a finding is about the change, or about anything where there is no base."""
    if finding.blocking:
        return True
    if finding.waived or finding.state is State.ABSENT:
        return False
    return verdict.base is None or (finding.state is State.NEW and finding.in_change)


def _collapse(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Put findings of one rule in one file together; the most important group stays first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (_level(finding), finding.gate, finding.tool, finding.rule, finding.path)
        groups.setdefault(key, []).append(finding)
    return [tuple(group) for group in groups.values()]


def _fit(groups: Iterable[tuple[Finding, ...]], room: dict[str, int]) -> list[tuple[Finding, ...]]:
    left = dict(room)
    kept = []
    for group in groups:
        level = _level(group[0])
        if left[level] > 0:
            left[level] -= 1
            kept.append(group)
    return kept


def _level(finding: Finding) -> Level:
    if finding.blocking:
        return "error"
    return "warning" if finding.severity >= Severity.MEDIUM else "notice"


def _annotation(group: Sequence[Finding], rule: Rule | None) -> Annotation:
    first = group[0]
    alone = len(group) == 1
    return Annotation(
        level=_level(first),
        message=_message(group, rule),
        title=f"{first.gate} · {first.rule} · {first.severity}",
        file=first.path,
        line=first.line,
        end_line=first.end_line if alone else 0,
        col=first.column if alone else 0,
    )


def _message(group: Sequence[Finding], rule: Rule | None) -> str:
    first = group[0]
    parts = [first.message or (rule.what if rule else "")]
    if len(group) > 1:
        parts.append(f"{len(group)} times in this file{_lines(group)}")
    elif len(first.sources) > 1:
        parts.append(f"Found by: {', '.join(first.sources)}")
    if rule and rule.why:
        parts.append(f"Why: {rule.why}")
    if rule and rule.mend:
        parts.append(f"Mend: {rule.mend}")
    parts.append(web_link(first.help) or web_link(rule.help if rule else ""))
    return "\n".join(part for part in parts if part)


def _lines(group: Sequence[Finding]) -> str:
    numbers = sorted({finding.line for finding in group if finding.line > 0})
    if not numbers:
        return ""
    more = ", …" if len(numbers) > _LINES else ""
    return f": lines {', '.join(map(str, numbers[:_LINES]))}{more}"


def _incomplete(gate: GateResult) -> Annotation:
    return Annotation(level="error", title=f"{gate.name} · incomplete", message=gate.reason)


def _rest(shown: int, total: int) -> Annotation:
    message = f"{shown} of {total} findings shown; the rest is in the summary, SARIF and report.html"
    return Annotation(level="notice", title="lockgate", message=message)
