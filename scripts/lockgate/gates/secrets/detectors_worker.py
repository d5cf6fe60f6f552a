"""Lockgate's own secret detectors over one file, in a worker process."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from lockgate.finding import Severity, Span
from lockgate.gates.file_report import FileReport, Kind, RawFinding, make
from lockgate.gates.secrets.content import text_of
from lockgate.gates.secrets.detectors import Hit, find
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.text import split_lines


def load() -> Callable[[str, str], FileReport]:
    """Give the analyser; the detectors compile on first use."""
    return analyse


def analyse(root: str, path: str) -> FileReport:
    """Report the secrets of a file; a binary file has none."""
    text = text_of(read_bytes(Path(root, path), MAX_BYTES))
    if text is None:
        return FileReport()
    # One character a line end, so that offsets into the text are offsets into its lines.
    lines = split_lines(text)
    hits = list(find("\n".join(lines)))
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0)) if hits else []
    return FileReport(tuple(_finding(hit, lines, starts) for hit in hits))


def _finding(hit: Hit, lines: list[str], starts: Sequence[int]) -> RawFinding:
    spans = _spans(hit, lines, starts)
    kind = Kind(
        tool="lockgate",
        rule=hit.kind.id,
        severity=min(hit.kind.severity, Severity.MEDIUM) if hit.checksum is False else hit.kind.severity,
        cwe=hit.kind.cwe,
        help=hit.kind.help,
    )
    at = spans[0].line, spans[-1].line, spans[0].column, spans[-1].end_column
    return make(kind, _message(hit), lines, at, spans)


def _message(hit: Hit) -> str:
    if hit.checksum is False:
        return (
            f"{hit.kind.name}: the right shape, but its checksum is wrong: a placeholder or a damaged copy."
        )
    return f"{hit.kind.name} in the source."


def _spans(hit: Hit, lines: Sequence[str], starts: Sequence[int]) -> tuple[Span, ...]:
    first = bisect_right(starts, hit.start) - 1
    last = bisect_right(starts, max(hit.end - 1, hit.start)) - 1
    return tuple(
        Span(
            number + 1,
            max(hit.start - starts[number], 0) + 1,
            min(hit.end - starts[number], len(lines[number])) + 1,
        )
        for number in range(first, last + 1)
    )
