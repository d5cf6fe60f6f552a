"""detect-secrets over one file, in a worker process: every default detector and filter, no verification.

The findings are those of `detect-secrets scan --no-verify --all-files`: one for each kind and value in a file, at
its first line. A file that is text but not UTF-8, which detect-secrets passes over in silence, is given to it
as UTF-8.
"""

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import get_settings

from lockgate.finding import Span
from lockgate.gates.file_report import FileReport, RawFinding, make
from lockgate.gates.secrets.detect_secrets_rules import rule
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.text import decode, split_lines


def load() -> Callable[[str, str], FileReport]:
    """Configure detect-secrets once: all plugins, and the default filters, which do not verify."""
    get_settings().configure_plugins(
        [{"name": plugin.__name__} for plugin in get_mapping_from_secret_type_to_class().values()]
    )
    return analyse


def analyse(root: str, path: str) -> FileReport:
    """Report what detect-secrets finds in a file; a binary file has nothing."""
    data = read_bytes(Path(root, path), MAX_BYTES)
    text = decode(data)
    if text is None:
        return FileReport()
    lines = split_lines(text)
    found = _scan_as_utf8(text, path) if data != text.encode("utf-8", "replace") else _scan(root, path)
    return FileReport(tuple(_finding(secret, lines) for secret in found))


def _scan(root: str, path: str) -> list[PotentialSecret]:
    # Filters look at the name that they are given: it must be the one that `scan` gives, relative to the root.
    os.chdir(root)
    return list(dict.fromkeys(scan_file(path)))


def _scan_as_utf8(text: str, path: str) -> list[PotentialSecret]:
    with tempfile.TemporaryDirectory(prefix="lockgate-") as folder:
        file = Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            return _scan(folder, path)
        finally:
            os.chdir("/")


def _finding(secret: PotentialSecret, lines: list[str]) -> RawFinding:
    line = secret.line_number
    kind = rule(secret.type)
    spans = _spans(secret.secret_value or "", lines, line)
    first = spans[0] if spans else Span(line, 0, 0)
    return make(
        tool="detect-secrets",
        rule=kind.id,
        severity=kind.severity,
        message=kind.what,
        lines=lines,
        at=(line, line, first.column, first.end_column),
        cwe=(798,),
        secrets=spans,
    )


def _spans(value: str, lines: list[str], line: int) -> tuple[Span, ...]:
    """Mark each place of the value in its line; the whole line when a transformer changed its text."""
    if not 0 < line <= len(lines):
        return ()
    text = lines[line - 1]
    places = [match.start() for match in re.finditer(re.escape(value), text)] if value else []
    if not places:
        return (Span(line, 1, len(text) + 1),)
    return tuple(Span(line, place + 1, place + len(value) + 1) for place in places)
