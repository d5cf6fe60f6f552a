"""bandit over one file, in a worker process. The findings are those of `bandit -r` with no configuration."""

import ast
import io
import logging
import platform
import re
import sys
import tokenize
from collections.abc import Callable
from pathlib import Path

from bandit.core import meta_ast, metrics
from bandit.core.config import BanditConfig
from bandit.core.docs_utils import get_url
from bandit.core.extension_loader import MANAGER
from bandit.core.issue import Issue
from bandit.core.manager import BanditManager

from lockgate.finding import Severity, Span
from lockgate.fixes import Fixer
from lockgate.gates.file_report import FileReport, Kind, RawFinding, make
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.text import column, decode, split_lines

SEVERITY = {
    ("HIGH", "HIGH"): Severity.HIGH,
    ("HIGH", "MEDIUM"): Severity.HIGH,
    ("HIGH", "LOW"): Severity.MEDIUM,
    ("MEDIUM", "HIGH"): Severity.MEDIUM,
    ("MEDIUM", "MEDIUM"): Severity.MEDIUM,
    ("MEDIUM", "LOW"): Severity.LOW,
    ("LOW", "HIGH"): Severity.LOW,
    ("LOW", "MEDIUM"): Severity.LOW,
    ("LOW", "LOW"): Severity.NOTE,
}
"""Severity from bandit's severity × confidence; what is UNDEFINED in either counts as MEDIUM."""

_UNDEFINED = "MEDIUM"
_PASSWORD = "Possible hardcoded password"  # noqa: S105 - how bandit's message starts
_FUNCTION, _FILE = frozenset({"FunctionDef"}), frozenset({"File"})
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # B202 shows an object's address, another one in each run


def load() -> Callable[[str, str], FileReport]:
    """Load bandit once for many files."""
    failures = _Failures()
    logging.getLogger("bandit").addHandler(failures)
    logging.disable(logging.WARNING)  # bandit logs every node it visits
    manager = BanditManager(BanditConfig(), "file", quiet=True)

    def analyse(root: str, path: str) -> FileReport:
        data = read_bytes(Path(root, path), MAX_BYTES)
        failures.clear()
        skipped = _run(manager, data, str(Path(root, path)))
        text = decode(data) or ""
        lines, fixer = split_lines(text), Fixer(text)
        findings = tuple(_finding(issue, lines, fixer) for issue in manager.results)
        return FileReport(findings, _problem(data, failures) if skipped else "; ".join(failures.tests))

    return analyse


class _Failures(logging.Handler):
    """Collect what died inside bandit: it logs that and goes on as if all were well.

    `tests` are the tests that died, `error` is what ended the whole file.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.clear()

    def clear(self) -> None:
        self.tests: list[str] = []
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        words = str(record.msg).split()
        if words[:4] == ["Bandit", "internal", "error", "running:"]:
            self.tests.append(f"bandit's own test {words[4]} failed on it")
        elif words[:2] == ["Exception", "occurred"]:
            self.error = sys.exc_info()[1]


def _run(manager: BanditManager, data: bytes, name: str) -> bool:
    """Run bandit's tests over one file's bytes; say whether it was skipped."""
    manager.results, manager.skipped, manager.scores = [], [], []
    manager.metrics, manager.b_ma = metrics.Metrics(), meta_ast.BanditMetaAst()
    manager._parse_file(name, io.BytesIO(data), [name])  # noqa: SLF001 - run_tests() would aggregate all files
    return bool(manager.skipped)


def _problem(data: bytes, failures: _Failures) -> str:
    """Say why bandit skipped a file, which it does not tell: its Python, the place, the likely cause."""
    who = f"bandit on Python {platform.python_version()}"
    if isinstance(failures.error, MemoryError):
        return f"{who} needs more memory than a file may have; likely it is generated"
    if isinstance(failures.error, RecursionError):
        return f"{who} finds it nested too deeply; likely it is generated"
    # Whether a zero byte is a SyntaxError or a ValueError depends on the Python.
    if failures.error and not isinstance(failures.error, ValueError):
        return f"{who} stumbled over it ({type(failures.error).__name__}); likely a bug of bandit"
    return f"{who} cannot parse it{_place(data)}; {_likely(data)}"


def _place(data: bytes) -> str:
    """Say where the parser stopped, and its own words for why."""
    try:
        ast.parse(data)
        for _ in tokenize.tokenize(io.BytesIO(data).readline):
            pass
    except SyntaxError as error:
        return f" (line {error.lineno}: {error.msg})" if error.lineno else f" ({error.msg})"
    except (ValueError, MemoryError, RecursionError, tokenize.TokenError) as error:
        return f" ({type(error).__name__})"
    return ""


def _likely(data: bytes) -> str:
    if b"\0" in data:
        return "likely it is binary or UTF-16, which Python does not read"
    return "likely it is a template, or written for Python 2 or for a Python newer than this one"


def _finding(issue: Issue, lines: list[str], fixer: Fixer) -> RawFinding:
    line, last = issue.lineno, max([issue.lineno, *issue.linerange])
    secrets = _password(issue, lines, last)
    if _checks(issue) & _FUNCTION:  # a finding about a function's head does not change with its body
        last = secrets[0].line if secrets else line
    kind = Kind(
        tool="bandit",
        rule=issue.test_id,
        severity=severity(issue.severity, issue.confidence),
        cwe=(issue.cwe.id,) if issue.cwe.id else (),
        help=get_url(issue.test_id),
    )
    message = f"{_PASSWORD}." if issue.text.startswith(_PASSWORD) else _ADDRESS.sub("", issue.text)
    place = (line, last, *_columns(issue, lines, last))
    return make(kind, message, lines, place, secrets, fixer.fix(kind.tool, kind.rule, place))


def severity(severity: str, confidence: str) -> Severity:
    """Give the severity of a bandit severity and confidence."""
    known = {"HIGH", "MEDIUM", "LOW"}
    return SEVERITY[
        severity if severity in known else _UNDEFINED, confidence if confidence in known else _UNDEFINED
    ]


def _columns(issue: Issue, lines: list[str], last: int) -> tuple[int, int]:
    """Give the columns if they belong to the lines: bandit may name an argument's line, its call's column."""
    if issue.lineno != min(issue.linerange, default=issue.lineno):
        return 0, 0
    end = 0 if _checks(issue) & (_FUNCTION | _FILE) else _column(lines, last, issue.end_col_offset)
    return _column(lines, issue.lineno, issue.col_offset), end


def _checks(issue: Issue) -> frozenset[str]:
    """Say what kinds of syntax the rule looks at."""
    plugin = MANAGER.plugins_by_id.get(issue.test_id)
    return frozenset(plugin.plugin._checks if plugin else ())  # noqa: SLF001 - bandit's own mark


def _column(lines: list[str], line: int, offset: int) -> int:
    return column(lines[line - 1], offset) if 0 < line <= len(lines) and offset >= 0 else 0


def _password(issue: Issue, lines: list[str], last: int) -> tuple[Span, ...]:
    """Find the password that bandit quotes in its message; whole lines when it is not there to the letter.

    Every place of its text is marked: the name before it may hold the same letters.
    """
    value = issue.text.removeprefix(f"{_PASSWORD}: '").removesuffix("'")
    if not issue.text.startswith(_PASSWORD) or not value:
        return ()
    numbers = range(max(issue.lineno, 1), min(last, len(lines)) + 1)
    if not any(f"{mark}{value}{mark}" in lines[number - 1] for number in numbers for mark in "\"'"):
        return tuple(Span(number, 1, len(lines[number - 1]) + 1) for number in numbers)
    return tuple(
        Span(number, place.start() + 1, place.end() + 1)
        for number in numbers
        for place in re.finditer(re.escape(value), lines[number - 1])
    )
