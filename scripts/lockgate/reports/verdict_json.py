"""Write `verdict.json`, the machine's answer, read it, and make a verdict of it again."""

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import cast

import msgspec

from lockgate.config import SeverityName
from lockgate.errors import ExitCode, InputError
from lockgate.finding import Edit, Finding, Notification, Related, Rule, Severity, State
from lockgate.github import inert_json
from lockgate.reports.verdict_document import (
    MOST,
    MOST_RUNS,
    MOST_STRIPS,
    SCHEMA,
    Document,
    EditDocument,
    FindingDocument,
    GateDocument,
    NotificationDocument,
    RelatedDocument,
    RuleDocument,
    StepDocument,
    StripDocument,
    TableDocument,
    TimingDocument,
    ToolDocument,
)
from lockgate.source import printable
from lockgate.verdict import Answer, FunnelStep, GateResult, Outcome, Strip, Table, Timing, Tool, Verdict

_DIGITS = 4  # behind the point: a layout shift has no more of them


def render(verdict: Verdict) -> bytes:
    """Render the verdict; the same verdict gives the same bytes but for the `timing` block, which is last.

    No line is a command to GitHub's runner.
    """
    document = Document(
        schema=SCHEMA,
        verdict=verdict.answer.value,
        exit_code=int(verdict.exit_code),
        reason=printable(verdict.reason),
        base=verdict.base,
        head=verdict.head,
        dirty=verdict.dirty,
        scope=printable(verdict.scope),
        fail_on=_severity(verdict.fail_on.name),
        gates=[_gate(gate) for gate in verdict.gates],
        funnel=[StepDocument(step.stage, step.count) for step in verdict.funnel],
        findings=[_finding(finding) for finding in verdict.findings],
        rules=[_rule(rule) for rule in verdict.rules],
        fixed=[_finding(finding) for finding in verdict.fixed],
        timing=TimingDocument(verdict.timing.seconds, verdict.timing.gates),
    )
    return inert_json(msgspec.json.format(msgspec.json.encode(document), indent=1)) + b"\n"


def read(data: bytes) -> Document:
    """Read a verdict back; raise InputError for what is none."""
    try:
        return msgspec.json.decode(data, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"this is no verdict of lockgate: {error}",
            cause="another file, or a verdict of another major version",
            todo="give the folder that `lockgate run` wrote with --output",
        ) from error


def restore(document: Document) -> Verdict:
    """Make the verdict that a document tells of; raise InputError for one that contradicts itself."""
    verdict = Verdict(
        answer=Answer(document.verdict),
        exit_code=_EXIT_CODES[Answer(document.verdict)],
        base=document.base,
        head=document.head,
        dirty=document.dirty,
        scope=document.scope,
        fail_on=Severity.parse(document.fail_on),
        gates=tuple(map(_restored_gate, document.gates)),
        funnel=tuple(FunnelStep(step.stage, step.count) for step in document.funnel),
        findings=tuple(map(_restored_finding, document.findings)),
        rules=tuple(map(_restored_rule, document.rules)),
        fixed=tuple(map(_restored_finding, document.fixed)),
        timing=Timing(seconds=document.timing.seconds, gates=document.timing.gates),
        reason=document.reason,
    )
    if document.exit_code != verdict.exit_code or verdict.answer not in _possible(verdict):
        raise InputError(
            f"the verdict says {verdict.answer}, and its own gates or findings say otherwise",
            cause="it was changed by hand, or written by something else",
            todo="run lockgate again",
        )
    return verdict


_EXIT_CODES = {
    Answer.PASS: ExitCode.PASS,
    Answer.FAIL: ExitCode.FINDINGS,
    Answer.ERROR: ExitCode.INCOMPLETE,
}


def _possible(verdict: Verdict) -> set[Answer]:
    """Give the answers that gates and findings allow: more may be wrong than they show, never less."""
    outcomes = {gate.outcome for gate in verdict.gates}
    if Outcome.INCOMPLETE in outcomes:
        return {Answer.ERROR}
    if Outcome.FAILED in outcomes or any(finding.blocking for finding in verdict.findings):
        return {Answer.FAIL, Answer.ERROR}
    return {Answer.PASS, Answer.ERROR}


def _restored_gate(gate: GateDocument) -> GateResult:
    return GateResult(
        name=gate.name,
        outcome=Outcome(gate.outcome),
        reason=gate.reason,
        fail_on=Severity.parse(gate.fail_on),
        tools=tuple(Tool(tool.name, tool.version) for tool in gate.tools),
        counts=gate.counts,
        notifications=tuple(
            Notification(level=note.level, message=note.message, path=note.path)
            for note in gate.notifications
        ),
        fail_on_from=gate.fail_on_from,
        tables=tuple(map(_restored_table, gate.tables)),
    )


def _restored_table(table: TableDocument) -> Table:
    return Table(
        title=table.title,
        columns=tuple(table.columns),
        rows=tuple(map(tuple, table.rows)),
        strips=tuple(
            Strip(strip.title, strip.unit, tuple(strip.base), tuple(strip.head)) for strip in table.strips
        ),
    )


def _restored_finding(finding: FindingDocument) -> Finding:
    return Finding(
        **msgspec.structs.asdict(finding)
        | {
            "severity": Severity.parse(finding.severity),
            "state": State(finding.state),
            "cwe": tuple(finding.cwe),
            "sources": tuple(finding.sources),
            "commit": finding.commit or "",
            "waiver": finding.waiver or "",
            "fix": tuple(Edit(**msgspec.structs.asdict(edit)) for edit in finding.fix),
            "aliases": tuple(finding.aliases),
            "related": tuple(Related(**msgspec.structs.asdict(place)) for place in finding.related),
        }
    )


def _restored_rule(rule: RuleDocument) -> Rule:
    return Rule(
        **msgspec.structs.asdict(rule)
        | {"severity": Severity.parse(rule.severity), "cwe": tuple(rule.cwe), "tags": tuple(rule.tags)}
    )


def _gate(gate: GateResult) -> GateDocument:
    return GateDocument(
        name=gate.name,
        outcome=gate.outcome.value,
        reason=printable(gate.reason),
        fail_on=_severity(gate.fail_on.name),
        tools=[ToolDocument(tool.name, tool.version) for tool in gate.tools],
        counts=dict(sorted(gate.counts.items())),
        notifications=[
            NotificationDocument(note.level, printable(note.message), printable(note.path))
            for note in gate.notifications
        ],
        fail_on_from=printable(gate.fail_on_from),
        tables=[*map(_table, gate.tables)],
    )


def _table(table: Table) -> TableDocument:
    return TableDocument(
        title=printable(table.title),
        columns=[*map(printable, table.columns)],
        rows=[[*map(printable, row)] for row in table.rows],
        strips=[
            StripDocument(printable(strip.title), printable(strip.unit), _runs(strip.base), _runs(strip.head))
            for strip in table.strips[:MOST_STRIPS]
        ],
    )


def _runs(numbers: Iterable[float]) -> list[float]:
    """Keep what the contract allows, so that every verdict that is written can be read."""
    finite = (number for number in numbers if math.isfinite(number))
    return [round(min(max(number, 0.0), MOST), _DIGITS) for number in finite][:MOST_RUNS]


def _finding(finding: Finding) -> FindingDocument:
    return FindingDocument(
        fingerprint=finding.fingerprint,
        gate=finding.gate,
        tool=finding.tool,
        rule=printable(finding.rule),
        sources=[printable(source) for source in finding.sources],
        severity=_severity(finding.severity.name),
        security_severity=finding.security_severity,
        message=printable(finding.message),
        path=printable(finding.path),
        line=finding.line,
        end_line=finding.end_line,
        column=finding.column,
        end_column=finding.end_column,
        commit=finding.commit or None,
        cwe=list(finding.cwe),
        help=printable(finding.help),
        state=finding.state.value,
        in_change=finding.in_change,
        waived=finding.waived,
        waiver=printable(finding.waiver) or None,
        blocking=finding.blocking,
        in_diff=finding.in_diff,
        waived_why=printable(finding.waived_why),
        fix=[EditDocument(**asdict(edit)) for edit in finding.fix],
        mend=printable(finding.mend),
        aliases=[*map(printable, finding.aliases)],
        package=printable(finding.package),
        fixed_in=printable(finding.fixed_in),
        anyway=printable(finding.anyway),
        related=[
            RelatedDocument(printable(place.path), place.line, printable(place.message))
            for place in finding.related
        ],
    )


def _rule(rule: Rule) -> RuleDocument:
    return RuleDocument(
        id=printable(rule.id),
        tool=rule.tool,
        name=printable(rule.name),
        severity=_severity(rule.severity.name),
        what=printable(rule.what),
        why=printable(rule.why),
        mend=printable(rule.mend),
        help=printable(rule.help),
        cwe=list(rule.cwe),
        tags=[printable(tag) for tag in rule.tags],
        security_severity=rule.security_severity,
    )


def _severity(name: str) -> SeverityName:
    return cast("SeverityName", name.lower())
