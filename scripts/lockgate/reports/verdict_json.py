"""`verdict.json`: the machine's answer, a versioned contract. Its schema is made from these types."""

from typing import Final, Literal, cast

import msgspec

from lockgate.config import SeverityName
from lockgate.errors import InputError
from lockgate.finding import Finding
from lockgate.github import inert_json
from lockgate.source import printable
from lockgate.verdict import GateResult, Verdict

SCHEMA: Final = "lockgate-verdict/1"


class ToolDocument(msgspec.Struct, frozen=True):
    """Name a tool that ran."""

    name: str
    version: str


class NotificationDocument(msgspec.Struct, frozen=True):
    """Tell of something about a gate's run; level `error` makes the gate incomplete."""

    level: Literal["error", "warning", "note"]
    message: str
    path: str


class GateDocument(msgspec.Struct, frozen=True):
    """Say how one gate ended, and why; its findings block from severity `fail_on`."""

    name: str
    outcome: Literal["passed", "failed", "skipped", "incomplete"]
    reason: str
    fail_on: SeverityName
    tools: list[ToolDocument]
    counts: dict[str, int]
    notifications: list[NotificationDocument]


class StepDocument(msgspec.Struct, frozen=True):
    """Count the findings that were left after a stage of policy."""

    stage: str
    count: int


class FindingDocument(msgspec.Struct, frozen=True):
    """Hold one finding and the marks of policy.

    Lines and columns count from 1, 0 is unknown; `end_column` is exclusive.
    """

    fingerprint: str
    gate: str
    tool: str
    rule: str
    sources: list[str]
    severity: SeverityName
    security_severity: float | None
    message: str
    path: str
    line: int
    end_line: int
    column: int
    end_column: int
    commit: str | None
    cwe: list[int]
    help: str
    state: Literal["new", "unchanged", "absent"]
    in_change: bool
    waived: bool
    waiver: str | None
    blocking: bool


class TimingDocument(msgspec.Struct, frozen=True):
    """Hold wall-clock seconds: the only part that differs between equal runs."""

    seconds: float
    gates: dict[str, float]


class Document(msgspec.Struct, frozen=True):
    """Hold the verdict of a run."""

    schema: Literal["lockgate-verdict/1"]
    verdict: Literal["pass", "fail", "error"]
    exit_code: int
    reason: str
    base: str | None
    head: str
    dirty: bool
    scope: str
    fail_on: SeverityName
    gates: list[GateDocument]
    funnel: list[StepDocument]
    findings: list[FindingDocument]
    timing: TimingDocument


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
