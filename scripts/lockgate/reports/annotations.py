"""Choose what the runner shows beside the code.

A step may show ten errors, ten warnings and ten notices, and the runner drops the rest in silence; a whole
composite action is one step. So the most important come first, and the last notice counts what was left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lockgate.finding import Finding, Severity, State
from lockgate.github import Level
from lockgate.ranking import rank
from lockgate.reports.message import Rules, message, rules_of
from lockgate.untrusted import cut, one_line
from lockgate.verdict import GateResult, Outcome, Verdict

BUDGET = 10
"""Annotations of each level that the runner keeps of one step."""
_LINES = 12
_NAMES, _NAME_LIMIT = 24, 150  # so that all of them are within 4,096 characters


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
    rules = rules_of(verdict)
    broken = [_incomplete(gate) for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE]
    return (*broken, *(_annotation([finding], rules) for finding in _ranked(verdict)))


def choose(verdict: Verdict) -> Annotations:
    """Choose the annotations of a verdict, at most `BUDGET` of each level."""
    rules = rules_of(verdict)
    findings = _ranked(verdict)
    groups = _collapse(findings)
    broken = [_incomplete(gate) for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE][:BUDGET]
    room = {"error": BUDGET - len(broken), "warning": BUDGET, "notice": BUDGET}
    kept = _fit(groups, room)
    if len(kept) < len(groups):
        kept = _fit(groups, room | {"notice": BUDGET - 1})
    shown = sum(len(group) for group in kept)
    items = broken + [_annotation(group, rules) for group in kept]
    if shown < len(findings):
        known = {id(group) for group in kept}
        items.append(_rest([group for group in groups if id(group) not in known], shown, len(findings)))
    return Annotations(items=tuple(items), shown=shown, total=len(findings))


def _ranked(verdict: Verdict) -> list[Finding]:
    return sorted((finding for finding in verdict.findings if _concerns(verdict, finding)), key=rank)


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


def _annotation(group: Sequence[Finding], rules: Rules) -> Annotation:
    first = group[0]
    alone = len(group) == 1
    said = message(first, rules)
    labelled = (f"{label}: {text}" for label, text in said.labelled)
    return Annotation(
        level=_level(first),
        message="\n".join(filter(None, (said.what, _more(group), *labelled, said.link))),
        title=said.title,
        file=first.path,
        line=first.line,
        end_line=first.end_line if alone else 0,
        col=first.column if alone else 0,
    )


def _more(group: Sequence[Finding]) -> str:
    if len(group) > 1:
        return f"{len(group)} times in this file{_lines(group)}"
    return f"Found by: {', '.join(group[0].sources)}" if len(group[0].sources) > 1 else ""


def _lines(group: Sequence[Finding]) -> str:
    numbers = sorted({finding.line for finding in group if finding.line > 0})
    if not numbers:
        return ""
    more = ", …" if len(numbers) > _LINES else ""
    return f": lines {', '.join(map(str, numbers[:_LINES]))}{more}"


def _incomplete(gate: GateResult) -> Annotation:
    return Annotation(level="error", title=f"{gate.name} · incomplete", message=gate.reason)


def _rest(left_out: Sequence[Sequence[Finding]], shown: int, total: int) -> Annotation:
    """Count what was left out, and name as much of it as the runner shows."""
    message = (
        f"{shown} of {total} findings shown; {total - shown} more are in the summary, SARIF and report.html"
    )
    names = [_name(group) for group in left_out[:_NAMES]]
    more = ["…"] if len(left_out) > _NAMES else []
    return Annotation(level="notice", title="lockgate", message="\n".join([f"{message}:", *names, *more]))


def _name(group: Sequence[Finding]) -> str:
    first = group[0]
    times = f" ({len(group)} times)" if len(group) > 1 else ""
    place = f"{first.path}:{first.line}" if first.line > 0 else first.path
    return cut(one_line(f"{first.severity} · {first.gate} · {first.rule} · {place}{times}"), _NAME_LIMIT)
