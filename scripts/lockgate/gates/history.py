"""What only commits inside the change hold: secrets that were added and removed again."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lockgate.finding import Finding
from lockgate.gates.analysis import Reports
from lockgate.gates.file_report import RawFinding
from lockgate.gates.found import of_file
from lockgate.source import MAX_BYTES, Source, read_bytes
from lockgate.text import decode, split_lines

_TELLING = 12  # characters from which a text that holds a value holds it for no other reason

Value = tuple[str, ...]


def only_in_history(gate: str, tool: str, past: Reports, present: Reports) -> list[Finding]:
    """Keep findings of `past` whose value neither the head nor the base (`present`) holds, each value once.

    `past` is ordered by commit, oldest first: the commit that is named is the one that added the value.
    """
    added: dict[Value, Finding] = {}
    for source, report in past.items():
        values = _values(_text(source), report.findings)
        findings = of_file(gate, tool, source, report)
        for value, finding in zip(values, findings, strict=False):  # the last may be that it was not scanned
            added.setdefault(value, finding)
    for source, report in present.items() if added else ():
        text = _text(source)
        for value in {*_values(text, report.findings), *_held(text, added)}:
            added.pop(value, None)
    return [_past(finding) for finding in added.values()]


def _values(text: str, findings: Iterable[RawFinding]) -> Iterator[Value]:
    """Yield what each finding's secret reads: to compare it in memory, as no report may hold it."""
    lines: list[str] = []
    for raw in findings:
        lines = lines or split_lines(text)
        shown = (span for span in raw.secrets if span[0] <= len(lines))
        # Several spans on a line are the same value again.
        parts = dict.fromkeys(lines[line - 1][start - 1 : end - 1].strip() for line, start, end in shown)
        yield tuple(part for part in parts if part) or (raw.key,)


def _held(text: str, values: Iterable[Value]) -> list[Value]:
    """Give the values that a text holds, whether or not a tool sees them there."""
    return [value for value in values if all(len(part) >= _TELLING and part in text for part in value)]


def _text(source: Source) -> str:
    try:
        return decode(read_bytes(source.file, MAX_BYTES)) or ""
    except OSError:
        return ""


def _past(finding: Finding) -> Finding:
    return replace(
        finding,
        message=f"{finding.message} It is in commit {finding.commit[:12]} of this change, though no longer "
        "in the tree: anyone who fetches the branch has it. Revoke it; rewriting the branch is not enough.",
    )
