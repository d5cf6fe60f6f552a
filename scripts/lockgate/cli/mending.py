"""Mend a file's findings in its bytes: a pure function of both."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lockgate.finding import Edit, Finding
from lockgate.fingerprint import content_key, is_of
from lockgate.fixes import Fixer, apply
from lockgate.text import split_lines


@dataclass(frozen=True, slots=True)
class Mended:
    """Hold a file's new bytes, which findings they mend, and why they do not mend the others."""

    data: bytes
    done: list[Finding] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)


def mend(data: bytes, findings: Sequence[Finding]) -> Mended:
    """Apply the fixes of a file's findings where it is what was judged; encoding and line ends stay."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        text = data[len(mark) :].decode()
    except UnicodeDecodeError:
        return Mended(data, left=[(finding, "its file is not UTF-8") for finding in findings])
    fixer, lines = Fixer(text), split_lines(text)
    done: list[Finding] = []
    left: list[tuple[Finding, str]] = []
    for finding in findings:
        why = _wrong(fixer, lines, finding)
        if not why and apply(text, _edits([*done, finding])) is None:
            why = "another fix changes the same text: run lockgate again, then fix this one"
        if why:
            left.append((finding, why))
        else:
            done.append(finding)
    fixed = apply(text, _edits(done))
    return Mended(data if fixed is None else mark + fixed.encode(), done, left)


def _edits(findings: Sequence[Finding]) -> Iterator[Edit]:
    """Give each edit once: two findings may be mended by the same."""
    yield from dict.fromkeys(edit for finding in findings for edit in finding.fix)


def _wrong(fixer: Fixer, lines: Sequence[str], finding: Finding) -> str:
    """Say why a fix cannot be applied. A report may be a stranger's: it says where, never what is written."""
    if not finding.fix:
        return "it has to be mended by hand"
    key = content_key(f"{finding.tool}/{finding.rule}", lines, finding.line, finding.end_line)
    if not is_of(finding.fingerprint, key):
        return "its code changed since the run"
    place = (finding.line, finding.end_line, finding.column, finding.end_column)
    if fixer.fix(finding.tool, finding.rule, place) != finding.fix:
        return "the report has another fix for it than this lockgate"
    return ""
