"""From file reports to findings: paths, fingerprints, the base's known ones, and what was not scanned."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lockgate.finding import NOT_SCANNED, Finding, Rule, Severity, Span
from lockgate.fingerprint import content_key, fingerprints
from lockgate.gates.analysis import Reports
from lockgate.gates.file_report import FileReport, RawFinding
from lockgate.source import Source, Unreadable, display

Select = Callable[[str], bool]


def of_reports(gate: str, tool: str, reports: Reports) -> list[Finding]:
    """Make findings of reports on the head, with their fingerprints."""
    return [finding for source, report in reports.items() for finding in of_file(gate, tool, source, report)]


def of_unreadable(gate: str, tool: str, unreadable: Iterable[Unreadable], select: Select) -> list[Finding]:
    """Make a finding of each file that the gate would scan and nobody can read."""
    return [
        not_scanned(gate, tool, Source(item.path, "", ""), item.why)
        for item in unreadable
        if select(item.path)
    ]


def secrets(reports: Reports) -> dict[str, tuple[Span, ...]]:
    """Collect what no output may show, by path; of the head alone, as only that is ever excerpted."""
    return {
        display(source.path): tuple(Span(*span) for raw in report.findings for span in raw.secrets)
        for source, report in reports.items()
        if any(raw.secrets for raw in report.findings)
    }


def not_scanned_rule(tool: str) -> Rule:
    """Describe the rule of files that a tool could not look at."""
    return Rule(
        id=NOT_SCANNED,
        tool=tool,
        name="Not scanned",
        severity=Severity.HIGH,
        what="A file, or a part of it, was not looked at.",
        why="What is not looked at is not clean: a flaw in it would go unseen.",
        mend="Mend the file, or exclude its path in `.lockgate.yml` if it needs no scanning.",
        tags=("maintainability",),
    )


def of_file(gate: str, tool: str, source: Source, report: FileReport) -> Iterator[Finding]:
    """Make findings of one report: one for each of its own, in order, then why the file was not scanned."""
    marks = fingerprints([raw.key for raw in report.findings], display(source.origin or source.path))
    for raw, fingerprint in zip(report.findings, marks, strict=True):
        yield _finding(gate, tool, source, raw, fingerprint)
    if report.problem:
        yield not_scanned(gate, tool, source, report.problem)


def _finding(gate: str, tool: str, source: Source, raw: RawFinding, fingerprint: str) -> Finding:
    return Finding(
        gate=gate,
        tool=tool,
        rule=raw.rule,
        severity=Severity(raw.severity),
        message=raw.message,
        path=display(source.path),
        line=raw.line,
        end_line=raw.end_line,
        column=raw.column,
        end_column=raw.end_column,
        cwe=raw.cwe,
        help=raw.help,
        fingerprint=fingerprint,
        sources=(f"{tool}/{raw.rule}",),
        commit=source.commit,
        fix=raw.fix,
    )


def not_scanned(gate: str, tool: str, source: Source, why: str, line: int = 0) -> Finding:
    """Make the finding of a file that was not looked at, or not behind a line (0: unknown)."""
    key = content_key(f"{tool}/{NOT_SCANNED}", (), 0, 0)
    return Finding(
        gate=gate,
        tool=tool,
        rule=NOT_SCANNED,
        severity=Severity.HIGH,
        message=f"Not scanned: {why}. Mend the file, or exclude its path in .lockgate.yml.",
        path=display(source.path),
        line=line,
        end_line=line,
        fingerprint=fingerprints([key], display(source.origin or source.path))[0],
        sources=(f"{tool}/{NOT_SCANNED}",),
        commit=source.commit,
    )


def selected(sources: Sequence[Source], select: Select) -> list[Source]:
    """Pick the sources that a tool looks at."""
    return [source for source in sources if select(source.path)]
