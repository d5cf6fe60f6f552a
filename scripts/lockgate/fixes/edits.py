"""Edits of a text, each at a line and column that count from 1, in characters."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from lockgate.finding import Edit

_LINE_END = re.compile(r"\r\n|\r|\n")


class Text:
    """Find places in a text whose lines end at CR, LF or CRLF."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def offset(self, line: int, column: int) -> int:
        """Give the offset of a place, or -1 for one that is not in the text."""
        if not 1 <= line <= len(self._starts) or column < 1:
            return -1
        end = self._starts[line] if line < len(self._starts) else len(self.text) + 1
        offset = self._starts[line - 1] + column - 1
        return offset if offset < end else -1

    def span(self, edit: Edit) -> tuple[int, int]:
        """Give the offsets between which an edit is."""
        return self.offset(edit.line, edit.column), self.offset(edit.end_line, edit.end_column)

    def edit(self, start: int, end: int, new: str) -> Edit:
        """Make the edit that puts `new` between two offsets."""
        return Edit(*self._place(start), *self._place(end), self.text[start:end], new)

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def apply(text: str, edits: Iterable[Edit]) -> str | None:
    """Give the text with its edits; None when one does not fit, or two overlap or touch."""
    places = Text(text)
    spans = sorted((*places.span(edit), edit.new, edit.old) for edit in edits)
    if any(start < 0 or end < start or text[start:end] != old for start, end, _, old in spans):
        return None
    if any(one[1] >= other[0] for one, other in pairwise(spans)):
        return None
    return _joined(text, [span[:3] for span in spans])


def _joined(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    parts, done = [], 0
    for start, end, new in spans:
        parts += [text[done:start], new]
        done = end
    return "".join((*parts, text[done:]))
