"""detect-secrets over one file, in a worker process: every default detector and filter, no verification.

The findings are those of `detect-secrets scan --no-verify --all-files`: one for each kind and value in a
file, at its first line. A file that is text but not UTF-8, which detect-secrets passes over in silence, is
given to it as UTF-8.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.settings import get_settings

from lockgate.finding import Span
from lockgate.gates.file_report import FileReport, Kind, RawFinding, make
from lockgate.gates.secrets.content import text_of
from lockgate.gates.secrets.detect_secrets_rules import TOOL, rule
from lockgate.gates.secrets.detect_secrets_scan import scan_file
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.text import split_lines

_BREAK = re.compile(r"""[\s"'`,;<>(){}\[\]|\\=]""")
_KEY_HEADER = re.compile(r"BEGIN [A-Z0-9 ]*PRIVATE KEY")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{20}")
_KEY_LINES = 200


def load() -> Callable[[str, str], FileReport]:
    """Configure detect-secrets once: all plugins, and the default filters, which do not verify."""
    plugins: Iterable[type] = get_mapping_from_secret_type_to_class().values()
    get_settings().configure_plugins([{"name": plugin.__name__} for plugin in plugins])
    return analyse


def analyse(root: str, path: str) -> FileReport:
    """Report what detect-secrets finds in a file; a binary file has nothing."""
    data = read_bytes(Path(root, path), MAX_BYTES)
    text = text_of(data)
    if text is None:
        return FileReport()
    lines = split_lines(text)
    try:
        found = _scan(root, path) if _is_utf8(data) else _scan_as_utf8(text, path)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        # A value that YAML's types do not take (`0000-00-00`) ends detect-secrets; its lines can be read.
        found = _scan_as_utf8(text, f"{path}.txt")
    return FileReport(tuple(_finding(secret, lines) for secret in found))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _scan(root: str, path: str) -> list[PotentialSecret]:
    # Filters look at the name that they are given: it must be the one that `scan` gives, below the root.
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
    described = rule(secret.type)
    kind = Kind(
        tool=TOOL,
        rule=described.id,
        severity=described.severity,
        cwe=described.cwe,
        help=described.help,
    )
    spans = _spans(secret.secret_value or "", lines, line)
    first = spans[0] if spans else Span(line, 0, 0)
    return make(kind, described.what, lines, (line, line, first.column, first.end_column), spans)


def _spans(value: str, lines: list[str], line: int) -> tuple[Span, ...]:
    """Mark each place of the value in its line; the whole line when a transformer changed its text.

    detect-secrets may name a part of a token alone (`ghp`), so the word around it is marked.
    """
    if not 0 < line <= len(lines):
        return ()
    text = lines[line - 1]
    places = list(re.finditer(re.escape(value), text)) if value else []
    whole = Span(line, 1, len(text) + 1)
    if _KEY_HEADER.search(text):
        return (whole, *_key(lines, line))
    return tuple(Span(line, start + 1, end + 1) for start, end in _words(text, places)) or (whole,)


def _words(text: str, places: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Widen each place to the word around it; places in one word are one."""
    start = end = 0
    for place in places:
        if place.end() <= end:
            continue
        start = max((found.end() for found in _BREAK.finditer(text, end, place.start())), default=end)
        found = _BREAK.search(text, place.end())
        end = found.start() if found else len(text)
        yield start, end


def _key(lines: list[str], line: int) -> Iterator[Span]:
    """Mark the lines below a private key's header: to its end, or as long as they look like one."""
    below = lines[line : line + _KEY_LINES]
    last = next((number for number, text in enumerate(below, 1) if "-----END" in text), 0)
    body = below[:last] or takewhile(_KEY_BODY.search, below)
    return (Span(number, 1, len(text) + 1) for number, text in enumerate(body, line + 1))
