"""The verdict in a terminal or a plain log."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from lockgate.finding import Finding, Severity
from lockgate.ranking import rank
from lockgate.untrusted import one_line
from lockgate.verdict import Answer, GateResult, Outcome, Verdict

_MOST = 50
_ANSWER = {Answer.PASS: "bold green", Answer.FAIL: "bold red", Answer.ERROR: "bold yellow"}
_OUTCOME = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.SKIPPED: "dim",
    Outcome.INCOMPLETE: "yellow",
}
_SEVERITY = {
    Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan", Severity.NOTE: "dim",
}  # fmt: skip


def show(verdict: Verdict, console: Console) -> None:
    """Print the verdict: what blocks, the gates, the funnel, and the answer in the last line."""
    for part in _parts(verdict):
        console.print(part, soft_wrap=True)


def funnel(verdict: Verdict) -> str:
    """Say the funnel in one line: `41 found → 12 in the change → 4 new → 3 not waived → 1 ≥ high → FAIL`."""
    steps = [f"{step.count:,} {step.stage}" for step in verdict.funnel[:-1]]
    blocking = verdict.funnel[-1].count if verdict.funnel else 0
    return " → ".join([*steps, f"{blocking:,} ≥ {verdict.fail_on}", verdict.answer.upper()])


def _parts(verdict: Verdict) -> Iterator[RenderableType]:
    yield from _findings(verdict)
    yield _gates(verdict)
    yield from _incomplete(verdict)
    yield Text()
    yield Text(funnel(verdict))
    yield Text.assemble((verdict.answer.upper(), _ANSWER[verdict.answer]), f": {one_line(verdict.reason)}")


def _findings(verdict: Verdict) -> Iterator[RenderableType]:
    blocking = sorted((finding for finding in verdict.findings if finding.blocking), key=rank)
    shown = sorted(blocking[:_MOST], key=lambda finding: finding.sort_key)
    for path, group in groupby(shown, key=lambda finding: finding.path):
        yield Text(one_line(path), style="bold")
        for finding in group:
            yield _finding(finding)
    if len(blocking) > _MOST:
        yield Text(
            f"… {_MOST} of {len(blocking):,} blocking findings shown; report.html and verdict.json have all"
        )
    others = Counter(finding.severity for finding in verdict.findings if not finding.blocking)
    if others:
        counts = ", ".join(f"{others[severity]:,} {severity}" for severity in sorted(others, reverse=True))
        yield Text(f"{others.total():,} findings do not block ({counts}); report.html has them", style="dim")
    if verdict.findings:
        yield Text()


def _finding(finding: Finding) -> Text:
    place = f"{finding.line}:{finding.column}" if finding.line else "-"
    return Text.assemble(
        f"  {place:<8} ",
        (f"{finding.severity!s:<8} ", _SEVERITY[finding.severity]),
        (one_line(f"{finding.tool}/{finding.rule}"), "bold"),
        f"  {one_line(finding.message)}  ",
        (finding.fingerprint[:12], "dim"),
    )


def _gates(verdict: Verdict) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for gate in verdict.gates:
        tools = ", ".join(f"{tool.name} {tool.version}" for tool in gate.tools)
        seconds = verdict.timing.gates.get(gate.name, 0.0)
        table.add_row(
            Text(gate.name, style="bold"),
            Text(gate.outcome, style=_OUTCOME[gate.outcome]),
            Text(one_line(gate.reason)),
            Text(f"{tools}  {seconds:.1f} s" if tools else "", style="dim"),
        )
    return table


def _incomplete(verdict: Verdict) -> Iterator[Text]:
    for gate in verdict.gates:
        yield from _notes(gate)


def _notes(gate: GateResult) -> Iterator[Text]:
    for note in gate.notifications:
        lines = note.message.splitlines() or [""]
        style = "yellow" if note.level == "error" else "dim"
        yield Text(f"{gate.name}: {one_line(lines[0])}", style=style)
        yield from (Text(f"  {one_line(line)}") for line in lines[1:])
