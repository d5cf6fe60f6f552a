"""Cut the few lines of code that a report shows with a finding, with nothing invisible left in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from lockgate.untrusted import visible

LINES = 12
WIDTH = 240


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Hold lines of code around a finding; its maker has masked every secret in them."""

    first_line: int
    lines: tuple[str, ...]


def cut(lines: Sequence[str], line: int, end_line: int, context: int = 2) -> Excerpt:
    """Cut the lines of a finding, counted from 1, and `context` lines on either side out of a file's `lines`.

    At most `LINES` lines of at most `WIDTH` characters; no line at all when `line` is not among them.
    """
    count = len(lines) - (lines[-1:] == [""])  # what follows the last line end is no line
    if not 1 <= line <= count:
        return Excerpt(max(line, 1), ())
    first = max(1, line - context)
    last = min(max(line, end_line) + context, first + LINES - 1, count)
    first += _blank(lines[first - 1 : line - 1])
    last -= _blank(lines[max(line, end_line) : last][::-1])
    rows = (row[: WIDTH + 1].expandtabs(4) for row in lines[first - 1 : last])
    return Excerpt(first, tuple(clip(row, WIDTH) for row in rows))


def _blank(lines: Sequence[str]) -> int:
    """Count the blank lines before the first other one."""
    return next((number for number, line in enumerate(lines) if line.strip()), len(lines))


def clip(text: str, limit: int) -> str:
    """Write `text` on one visible line, cut to `limit` characters, the last one `…` if any is lost."""
    shown = visible(text[:limit]).replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(text) <= limit and len(shown) <= limit else shown[: limit - 1] + "…"
