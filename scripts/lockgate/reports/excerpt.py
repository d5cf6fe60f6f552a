"""Cut the few lines of code that a report shows with a finding, with nothing invisible left in them."""

import re
import unicodedata
from dataclasses import dataclass

LINES = 12
WIDTH = 240

_BREAK = re.compile(r"\r\n|\r|\n")  # what tools count as lines; str.splitlines also breaks at \f, U+2028, ...
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, bidi, surrogates, separators


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Hold lines of code around a finding; its maker has masked every secret in them."""

    first_line: int
    lines: tuple[str, ...]


def cut(text: str, line: int, end_line: int, context: int = 2) -> Excerpt:
    """Cut the lines of a finding and `context` lines on either side.

    At most `LINES` lines of at most `WIDTH` characters; no line at all when `line` is not in `text`.
    """
    lines = _BREAK.split(text.removeprefix("\ufeff"))
    if lines[-1] == "":
        lines.pop()
    if not 1 <= line <= len(lines):
        return Excerpt(max(line, 1), ())
    first = max(1, line - context)
    last = min(max(line, end_line) + context, first + LINES - 1)
    rows = (row[: WIDTH + 1].expandtabs(4) for row in lines[first - 1 : last])
    return Excerpt(first, tuple(clip(row, WIDTH) for row in rows))


def clip(text: str, limit: int) -> str:
    """Make `text` visible and cut it to `limit` characters, the last one an ellipsis if any is lost."""
    shown = visible(text[:limit])
    return shown if len(text) <= limit and len(shown) <= limit else shown[: limit - 1] + "…"


def visible(text: str) -> str:
    """Replace characters that a reader cannot see, or that reorder what they see, by their names."""
    return text if text.isprintable() else "".join(map(_picture, text))


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"[U+{code:04X}]" if unicodedata.category(character) in _INVISIBLE else character
