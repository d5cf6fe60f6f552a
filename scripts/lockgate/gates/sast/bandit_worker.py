"""bandit over one file, in a worker process. The findings are those of `bandit -r` with no configuration."""

import io
import logging
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bandit.core import meta_ast, metrics
from bandit.core.config import BanditConfig
from bandit.core.docs_utils import get_url
from bandit.core.manager import BanditManager

from lockgate.finding import Severity, Span
from lockgate.gates.file_report import FileReport, RawFinding, make
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
_PASSWORD = "Possible hardcoded password"
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # B202 shows an object's address, another one in each run
_SYNTAX = "syntax error while parsing AST from file"


def load() -> Callable[[str, str], FileReport]:
    """Load bandit once for many files."""
    failures = _Failures()
    logging.getLogger("bandit").addHandler(failures)
    logging.disable(logging.WARNING)  # bandit logs every node it visits
    manager = BanditManager(BanditConfig(), "file", quiet=True)

    def analyse(root: str, path: str) -> FileReport:
        data = read_bytes(Path(root, path), MAX_BYTES)
        failures.messages.clear()
        skipped = _run(manager, data, str(Path(root, path)))
        lines = split_lines(decode(data) or "")
        findings = tuple(_finding(issue, lines) for issue in manager.results)
        return FileReport(findings, skipped or "; ".join(failures.messages))

    return analyse


class _Failures(logging.Handler):
    """Collect the tests that died inside bandit: it logs them and goes on as if all were well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        words = str(record.msg).split()
        if words[:4] == ["Bandit", "internal", "error", "running:"]:
            self.messages.append(f"bandit's own test {words[4]} failed on it")


def _run(manager: BanditManager, data: bytes, name: str) -> str:
    """Run bandit's tests over one file's bytes; say why it was skipped, if it was."""
    manager.results, manager.skipped, manager.scores = [], [], []
    manager.metrics, manager.b_ma = metrics.Metrics(), meta_ast.BanditMetaAst()
    manager._parse_file(name, io.BytesIO(data), [name])  # noqa: SLF001 - run_tests() would aggregate all files
    if not manager.skipped:
        return ""
    if manager.skipped[0][1] == _SYNTAX:
        return f"bandit on Python {platform.python_version()} cannot parse it"
    return f"bandit: {manager.skipped[0][1]}"


def _finding(issue: Any, lines: list[str]) -> RawFinding:
    line, last = issue.lineno, max([issue.lineno, *issue.linerange])
    secrets = _password(issue, lines, last)
    return make(
        tool="bandit",
        rule=issue.test_id,
        severity=severity(issue.severity, issue.confidence),
        message=_PASSWORD if secrets else _ADDRESS.sub("", issue.text),
        lines=lines,
        at=(line, last, _column(lines, line, issue.col_offset), _column(lines, last, issue.end_col_offset)),
        cwe=(issue.cwe.id,) if issue.cwe.id else (),
        help_uri=get_url(issue.test_id),
        secrets=secrets,
    )


def severity(severity: str, confidence: str) -> Severity:
    """Give the severity of a bandit severity and confidence."""
    known = {"HIGH", "MEDIUM", "LOW"}
    return SEVERITY[
        severity if severity in known else _UNDEFINED, confidence if confidence in known else _UNDEFINED
    ]


def _column(lines: list[str], line: int, offset: int) -> int:
    return column(lines[line - 1], offset) if 0 < line <= len(lines) and offset >= 0 else 0


def _password(issue: Any, lines: list[str], last: int) -> tuple[Span, ...]:
    """Find the password that bandit quotes in its message; whole lines when it is not there to the letter."""
    if not issue.text.startswith(_PASSWORD):
        return ()
    value = issue.text.removeprefix(f"{_PASSWORD}: '").removesuffix("'")
    numbers = range(max(issue.lineno, 1), min(last, len(lines)) + 1)
    for number in numbers:
        start = lines[number - 1].find(value)
        if value and start >= 0:
            return (Span(number, start + 1, start + len(value) + 1),)
    return tuple(Span(number, 1, len(lines[number - 1]) + 1) for number in numbers)
