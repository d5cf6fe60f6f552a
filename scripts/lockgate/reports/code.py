"""Collect the code that a report shows, with every secret in it hidden."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

from lockgate.finding import Finding, Span
from lockgate.ranking import rank
from lockgate.reports.excerpt import LINES, Excerpt, cut
from lockgate.source import MAX_BYTES, Source, display, read_bytes
from lockgate.text import decode, split_lines

MASK = "••••••••"
MOST = 200
"""At most so many findings come with code."""

_KEY_BEGINS = re.compile(r"BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?(?:-{2,5})?|PuTTY-User-Key-File-\d")
_KEY_ENDS = re.compile(r"END [A-Z0-9 ]{0,40}PRIVATE KEY|Private-MAC:")
_KEY_MARKS = ("PRIVATE KEY", "PuTTY-User-Key-File-", "Private-MAC:")
_KEY_LINES, _KEY_WIDTH = 1_000, 400
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{16}|^\W*[A-Za-z0-9-]+: |^\W*[A-Za-z0-9+/=]*\W*$")
# A value that stands beside a secret's name: no finding may be, but showing less is better than showing it.
_NAMED = re.compile(
    r"""(?i:pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|(?:api|access|private)[_-]?key|auth(?!ors?\b))"""
    r"""[\w-]{0,30}["'\]]{0,2}\s{0,8}(?:=>|:=|[=!]=|[:=,(])\s{0,8}(?:(?i:bearer|basic)\s{1,8})?"""
    r"""(?:[bfruBFRU]{0,2}["'`](?P<quoted>[^"'`]{4,})"""
    r"""|(?P<plain>(?=[^\s"'`,;()\[\]{}]{0,64}[0-9])[^\s"'`,;()\[\]{}]{8,}))"""
)

Digest = Callable[[bytes], str]


def illustrated(findings: Iterable[Finding]) -> list[Finding]:
    """Choose the findings that come with code: of those at a line of the tree, the ones that matter most."""
    return sorted((finding for finding in findings if finding.line and not finding.commit), key=rank)[:MOST]


def collect(
    findings: Iterable[Finding], hidden: Mapping[Source, Iterable[Span]], digest: Digest
) -> dict[str, Excerpt]:
    """Cut the code of `illustrated` findings, by fingerprint, without the characters that are `hidden`.

    A file that is not in `hidden`, or that changed since it was scanned, is not shown.
    """
    wanted: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in illustrated(findings):
        wanted[finding.path].append(finding)
    excerpts: dict[str, Excerpt] = {}
    for source, spans in hidden.items():
        if of_file := wanted[display(source.path)]:
            # More rows than an excerpt has, and far fewer than a large file.
            rows = {row for each in of_file for row in range(each.line - LINES, each.line + LINES)}
            lines = _masked(_lines(source, digest), spans, rows)
            excerpts |= {each.fingerprint: cut(lines, each.line, each.end_line) for each in of_file}
    return excerpts


def _lines(source: Source, digest: Digest) -> list[str]:
    """Read a file's lines; none when it is not what was scanned."""
    try:
        data = read_bytes(source.file, MAX_BYTES)
    except OSError:
        return []
    return split_lines(decode(data) or "") if digest(data) == source.digest else []


def _masked(lines: Sequence[str], hidden: Iterable[Span], rows: Set[int]) -> list[str]:
    """Mask what is to be hidden in `rows`, numbers from 1; no other row may be shown."""
    ranges: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for span in (*hidden, *_private_keys(lines), *_named(lines, rows)):
        start, end = max(span.column - 1, 0), span.end_column - 1
        if start < end and span.line in rows:
            ranges[span.line].append((start, end))
    return [_hide(line, ranges[row]) if row in ranges else line for row, line in enumerate(lines, 1)]


def _private_keys(lines: Sequence[str]) -> Iterator[Span]:
    """Mark all lines of private keys, also of damaged ones, of which a detector sees the header alone."""
    marked = [(row, line) for row, line in enumerate(lines, 1) if any(mark in line for mark in _KEY_MARKS)]
    ends = [row for row, line in marked if _KEY_ENDS.search(line)]
    last = 0
    for row, line in marked:
        begin = _KEY_BEGINS.search(line)
        if begin and row > last:
            yield Span(row, begin.end() + 1, len(line) + 1)
            last = _end_of_key(lines, ends, row)
            yield from (Span(each, 1, len(lines[each - 1]) + 1) for each in range(row + 1, last + 1))


def _named(lines: Sequence[str], rows: Set[int]) -> Iterator[Span]:
    """Mark what is assigned to, compared with or passed as something that has a secret's name."""
    for row in rows:
        for match in _NAMED.finditer(lines[row - 1]) if 0 < row <= len(lines) else ():
            start, end = match.span("quoted" if match["quoted"] else "plain")
            yield Span(row, start + 1, end + 1)


def _end_of_key(lines: Sequence[str], ends: Sequence[int], header: int) -> int:
    """Give the number of a key's last line: the next of `ends`, else the last that can be part of a key."""
    place = bisect_left(ends, header)
    if place < len(ends) and ends[place] <= header + _KEY_LINES:
        return ends[place]
    last = header
    while last < len(lines) and _KEY_TEXT.search(lines[last][:_KEY_WIDTH]):
        last += 1
    return last


def _hide(line: str, hidden: Iterable[tuple[int, int]]) -> str:
    """Hide ranges that may overlap or touch."""
    parts: list[str] = []
    shown = 0  # what is before it is written
    for start, end in sorted(hidden):
        if start > shown or not parts:
            parts += [line[shown:start], MASK]
        shown = max(shown, end)
    return "".join((*parts, line[shown:]))
