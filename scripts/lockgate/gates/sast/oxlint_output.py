"""Read what oxlint prints. Its exit code says nothing: 1 is for findings, for bad files and for a bad set-up alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.file_report import FileReport, RawFinding, make
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


def read(done: Completed, names: Sequence[str]) -> dict[str, list[Diagnostic]]:
    """Sort diagnostics by file name; raise ToolError unless oxlint looked at each of `names` and said so in full."""
    try:
        printed = msgspec.json.decode(done.stdout, type=Printed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _failed(f"it printed no JSON that can be read (exit code {done.code})") from error
    if printed.number_of_files != len(names) or done.code not in {0, 1}:
        seen = printed.number_of_files
        raise _failed(f"it looked at {seen} of {len(names)} files (exit code {done.code})")
    found: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in printed.diagnostics:
        name = diagnostic.filename.rpartition("/")[2]
        if name not in names:
            raise _failed("it spoke of a file that it was not given")
        found[name].append(diagnostic)
    return found


def report(diagnostics: Iterable[Diagnostic], text: str) -> FileReport:
    """Make the report of one file."""
    lines = split_lines(text)
    data = text.encode("utf-8", "replace")
    problems = sorted({d.message for d in diagnostics if not d.code})
    findings = sorted(
        (_finding(d, lines, data) for d in diagnostics if d.code),
        key=lambda raw: (raw.line, raw.column, raw.rule),
    )
    return FileReport(tuple(findings), f"oxlint cannot parse it: {problems[0][:200]}" if problems else "")


def _finding(diagnostic: Diagnostic, lines: list[str], data: bytes) -> RawFinding:
    rule_id = diagnostic.code.rstrip(")").replace("(", "/")
    rule = RULES.get(rule_id)
    return make(
        tool=TOOL,
        rule=rule_id,
        severity=rule.severity if rule else Severity.MEDIUM,
        message=diagnostic.message.rstrip(".") + ".",
        lines=lines,
        at=_place(diagnostic, lines, data),
        cwe=rule.cwe if rule else (),
        help_uri=rule.help if rule else "",
    )


def _place(diagnostic: Diagnostic, lines: list[str], data: bytes) -> tuple[int, int, int, int]:
    if not diagnostic.labels:
        return 0, 0, 0, 0
    span = diagnostic.labels[0].span
    first, start = _position(data, span.offset)
    last, end = _position(data, span.offset + span.length)
    return first, last, column(lines[first - 1], start), column(lines[last - 1], end)


def _position(data: bytes, offset: int) -> tuple[int, int]:
    """Turn an offset in bytes into a line, from 1, and an offset in that line."""
    before = split_lines(data[:offset].decode("utf-8", "ignore"))
    return len(before), len(before[-1].encode())


def _failed(why: str) -> ToolError:
    return ToolError(
        f"oxlint failed: {why}",
        cause="a broken installation, too little memory, or a file that crashes it",
        todo="run again; if it stays, remove lockgate's environment (`make clean`) and report the file",
    )
