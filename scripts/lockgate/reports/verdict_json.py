"""Write and read `verdict.json`: the machine's answer."""

from typing import cast

import msgspec

from lockgate.config import SeverityName
from lockgate.errors import InputError
from lockgate.finding import Finding
from lockgate.github import inert_json
from lockgate.reports.verdict_document import (
    SCHEMA,
    Document,
    FindingDocument,
    GateDocument,
    NotificationDocument,
    StepDocument,
    TimingDocument,
    ToolDocument,
)
from lockgate.source import printable
from lockgate.verdict import GateResult, Verdict


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
    )


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
    )


def _severity(name: str) -> SeverityName:
    return cast("SeverityName", name.lower())
