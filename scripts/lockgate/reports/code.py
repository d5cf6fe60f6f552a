"""Collect the code that a report shows, with every secret in it hidden."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path

from lockgate.finding import Finding, Span
from lockgate.ranking import rank
from lockgate.reports.excerpt import Excerpt, cut
from lockgate.source import MAX_BYTES, Source, display, read_bytes
from lockgate.text import decode, split_lines

MASK = "••••••••"
_MOST = 200

Places = Callable[[str], Iterable[tuple[int, int]]]


def collect(
    findings: Iterable[Finding],
    sources: Iterable[Source],
    secrets: Mapping[str, tuple[Span, ...]],
    places: Places,
) -> dict[str, Excerpt]:
    """Cut the code of the findings that matter most, by fingerprint.

    Hidden are the spans in `secrets` (by path) and whatever `places` (start and end offsets) knows for a secret.
    """
    files = {display(source.path): source.file for source in sources}
    wanted = sorted((finding for finding in findings if finding.line and not finding.commit), key=rank)[
        :_MOST
    ]
    excerpts = {}
    for path, group in groupby(
        sorted(wanted, key=lambda finding: finding.path), key=lambda finding: finding.path
    ):
        text = _masked(files.get(path), secrets.get(path, ()), places)
        for finding in group:
            excerpts[finding.fingerprint] = cut(text, finding.line, finding.end_line)
    return excerpts


def _masked(file: Path | None, spans: Iterable[Span], places: Places) -> str:
    try:
        text = decode(read_bytes(file, MAX_BYTES)) if file else None
    except OSError:
        return ""
    lines = split_lines(text or "")
    found = "\n".join(lines)
    by_line: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for span in (*spans, *_spans(found, places(found))):
        by_line[span.line].append((span.column - 1, span.end_column - 1))
    for line, hidden in by_line.items():
        lines[line - 1] = _hide(lines[line - 1], hidden)
    return "\n".join(lines)


def _spans(text: str, found: Iterable[tuple[int, int]]) -> Iterable[Span]:
    for start, end in found:
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        for number, part in enumerate(text[start:end].split("\n")):
            first = column if number == 0 else 1
            yield Span(line + number, first, first + len(part))


def _hide(line: str, hidden: list[tuple[int, int]]) -> str:
    """Hide ranges that may overlap, from right to left."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(hidden):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in reversed(merged):
        line = line[:start] + MASK + line[end:]
    return line
