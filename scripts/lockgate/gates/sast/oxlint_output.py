"""Read what oxlint prints. Its exit code says little: 1 is for findings, bad files and a bad set-up alike."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.fixes import Fixer
from lockgate.gates.file_report import FileReport, Kind, RawFinding, make
from lockgate.gates.sast.oxlint_rules import RULES, TOOL
from lockgate.process import Completed
from lockgate.text import column, split_lines


class Span(msgspec.Struct):
    """Point at text: offset and length in UTF-8 bytes, line from 1."""

    offset: int = 0
    length: int = 0


class Label(msgspec.Struct):
    """Label a span."""

    span: Span


class Diagnostic(msgspec.Struct):
    """Hold a diagnostic: a finding, or, without a `code`, why a file cannot be read or parsed."""

    message: str
    code: str = ""
    help: str = ""
    filename: str = ""
    labels: list[Label] = []


class Printed(msgspec.Struct):
    """Hold all that oxlint prints."""

    diagnostics: list[Diagnostic]
    number_of_files: int


def read(done: Completed, names: Collection[str]) -> dict[str, list[Diagnostic]]:
    """Sort diagnostics by file name; raise ToolError unless oxlint looked at all of them."""
    try:
        printed = msgspec.json.decode(done.stdout, type=Printed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise failed(f"it printed no JSON that can be read (exit code {done.code})") from error
    if printed.number_of_files != len(names) or done.code not in {0, 1}:
        seen = printed.number_of_files
        raise failed(f"it looked at {seen} of {len(names)} files (exit code {done.code})")
    found: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in printed.diagnostics:
        name = diagnostic.filename.rpartition("/")[2]
        if name not in names:
            raise failed("it spoke of a file that it was not given")
        found[name].append(diagnostic)
    return found


def report(diagnostics: Iterable[Diagnostic], text: str) -> FileReport:
    """Make the report of one file, `text` as oxlint read it."""
    diagnostics = list(diagnostics)
    # The first line alone: a plugin that dies prints its stack, with the names of temporary files.
    problems = sorted({(d.message.splitlines() or [""])[0][:200] for d in diagnostics if not d.code})
    said = [d for d in diagnostics if d.code]
    lines = split_lines(text) if said else []
    starts = _starts(text.encode("utf-8", "replace")) if said else []
    fixer = Fixer(text)
    findings = sorted(
        (_finding(d, lines, starts, fixer) for d in said), key=lambda raw: (raw.line, raw.column, raw.rule)
    )
    why = (
        f"oxlint cannot parse it ({problems[0]}); likely its syntax is wrong, or new to oxlint"
        if problems
        else ""
    )
    return FileReport(tuple(findings), why)


def rule_id(code: str) -> str:
    """Turn oxlint's code into a rule's id: `eslint(no-eval)` is `eslint/no-eval`."""
    return code.rstrip(")").replace("(", "/")


def _finding(diagnostic: Diagnostic, lines: list[str], starts: Sequence[int], fixer: Fixer) -> RawFinding:
    rule = RULES.get(rule_id(diagnostic.code))
    kind = Kind(
        tool=TOOL,
        rule=rule_id(diagnostic.code),
        severity=rule.severity if rule else Severity.MEDIUM,
        cwe=rule.cwe if rule else (),
        help=rule.help if rule else "",
    )
    place = _place(diagnostic, lines, starts)
    fix = fixer.fix(kind.tool, kind.rule, place)
    return make(kind, diagnostic.message.rstrip(".") + ".", lines, place, fix=fix)


def _place(diagnostic: Diagnostic, lines: list[str], starts: Sequence[int]) -> tuple[int, int, int, int]:
    if not diagnostic.labels:
        return 0, 0, 0, 0
    span = diagnostic.labels[0].span
    first, start = _position(starts, span.offset)
    last, end = _position(starts, span.offset + span.length)
    return first, last, column(lines[first - 1], start), column(lines[last - 1], end)


def _starts(data: bytes) -> list[int]:
    """List the offsets at which lines start, by the ends that lockgate.text knows."""
    return [0, *(end.end() for end in re.finditer(rb"\r\n|\r|\n", data))]


def _position(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Turn an offset in bytes into a line, from 1, and an offset in that line."""
    line = bisect_right(starts, max(offset, 0))
    return line, max(offset, 0) - starts[line - 1]


def failed(why: str) -> ToolError:
    """Make the error of a tool that does not do its work."""
    return ToolError(
        f"oxlint failed: {why}",
        cause="a broken installation, too little memory, or a file that crashes it",
        todo="run again; if it stays, remove lockgate's environment (`make clean`) and report the file",
    )
