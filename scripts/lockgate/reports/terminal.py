"""The verdict in a terminal or a plain log: lines that never wrap and that no runner reads as commands."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from lockgate.finding import Finding, Severity
from lockgate.github import inert
from lockgate.ranking import rank
from lockgate.reports.message import at
from lockgate.untrusted import one_line
from lockgate.verdict import Answer, GateResult, Outcome, Verdict

_MOST = 50
_ALIASES, _RELATED = 5, 3
_SHORT = 3  # columns of the gates' table that are aligned
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
_Part = tuple[str, str]  # text, style


def show(verdict: Verdict, console: Console) -> None:
    """Print the verdict: what blocks, the gates, the funnel, and the answer in the last line."""
    for parts in _lines(verdict):
        console.print(_line(parts), soft_wrap=True, highlight=False)


def funnel(verdict: Verdict) -> str:
    """Say the funnel in one line: `41 found → 12 in the change → 4 new → 3 not waived → 1 ≥ high → FAIL`."""
    steps = [f"{step.count:,} {step.stage}" for step in verdict.funnel[:-1]]
    blocking = verdict.funnel[-1].count if verdict.funnel else 0
    return " → ".join([*steps, f"{blocking:,} ≥ {verdict.fail_on}", verdict.answer.upper()])


def _line(parts: Sequence[_Part]) -> Text:
    """Join the parts of a line; one that could be a command is made plain text, and loses its styles."""
    line = "".join(text for text, _ in parts)
    return Text.assemble(*parts) if inert(line) == line else Text(inert(line))


def _lines(verdict: Verdict) -> Iterator[list[_Part]]:
    yield from _findings(verdict)
    yield from _gates(verdict)
    for gate in verdict.gates:
        yield from _notes(gate)
    yield [("", "")]
    yield [(funnel(verdict), "")]
    yield [(verdict.answer.upper(), _ANSWER[verdict.answer]), (f": {one_line(verdict.reason)}", "")]


def _findings(verdict: Verdict) -> Iterator[list[_Part]]:
    blocking = sorted((finding for finding in verdict.findings if finding.blocking), key=rank)
    shown = sorted(blocking[:_MOST], key=lambda f: (f.path, f.line, f.column, f.sort_key))
    for path, group in groupby(shown, key=lambda finding: finding.path):
        yield [(one_line(path) or "no file", "bold")]
        for finding in group:
            yield _finding(finding)
            yield from ([(f"{'':<11}{one_line(text)}", "dim")] for text in _facts(finding))
    if len(blocking) > _MOST:
        more = f"{_MOST} of {len(blocking):,} blocking findings shown; report.html and verdict.json have more"
        yield [(more, "")]
    others = Counter(finding.severity for finding in verdict.findings if not finding.blocking)
    if others:
        counts = ", ".join(f"{others[severity]:,} {severity}" for severity in sorted(others, reverse=True))
        verb = "finding does" if others.total() == 1 else "findings do"
        yield [(f"{others.total():,} {verb} not block ({counts}): see report.html", "dim")]
    if verdict.findings:
        yield [("", "")]


def _finding(finding: Finding) -> list[_Part]:
    place = f"{finding.line}:{finding.column}" if finding.line else "-"
    return [
        (f"  {place:<8} ", ""),
        (f"{finding.severity!s:<8} ", _SEVERITY[finding.severity]),
        (one_line(f"{finding.tool}/{finding.rule}"), "bold"),
        (f"  {one_line(finding.message)}  ", ""),
        (finding.fingerprint[:12], "dim"),
    ]


def _facts(finding: Finding) -> Iterator[str]:
    """Say what a finding itself knows beyond its message."""
    if finding.package:
        fixed = (f"fixed in {finding.fixed_in}",) if finding.fixed_in else ()
        aliases = [name for name in finding.aliases if name != finding.rule]
        yield " · ".join((finding.package, *fixed, *aliases[:_ALIASES]))
    if finding.anyway:
        yield f"blocks at any threshold: {finding.anyway}"
    if finding.mend:
        yield f"mend: {finding.mend}"
    yield from (f"see {at(place)}" for place in finding.related[:_RELATED])


def _gates(verdict: Verdict) -> Iterator[list[_Part]]:
    """Align the short columns; the reason and the tools follow, as long as they are."""
    rows = [_gate(verdict, gate) for gate in verdict.gates]
    widths = [max(len(row[column][0]) for row in rows) for column in range(_SHORT)] if rows else []
    for row in rows:
        padded = [(f"{text:<{width}}  ", style) for (text, style), width in zip(row, widths, strict=False)]
        yield [*padded, *row[_SHORT:]]


def _gate(verdict: Verdict, gate: GateResult) -> list[_Part]:
    tools = ", ".join(f"{tool.name} {tool.version}" for tool in gate.tools)
    seconds = f"{verdict.timing.gates.get(gate.name, 0.0):.1f} s" if tools else ""
    return [
        (one_line(gate.name), "bold"),
        (str(gate.outcome), _OUTCOME[gate.outcome]),
        (seconds, "dim"),
        (one_line(gate.reason), ""),
        (f"  ({one_line(tools)})" if tools else "", "dim"),
    ]


def _notes(gate: GateResult) -> Iterator[list[_Part]]:
    for note in gate.notifications:
        first, *rest = note.message.splitlines() or [""]
        place = f" ({one_line(note.path)})" if note.path else ""
        yield [(f"{gate.name}: {one_line(first)}{place}", "yellow" if note.level == "error" else "dim")]
        yield from ([(f"  {one_line(line)}", "")] for line in rest)
