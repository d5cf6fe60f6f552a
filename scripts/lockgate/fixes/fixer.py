"""Find the fix of a finding from the text of its file alone: no report is believed about it."""

import ast
import re
from functools import cached_property

from lockgate.finding import Edit
from lockgate.fixes import python
from lockgate.fixes.edits import Text, apply
from lockgate.fixes.forms import has_fix, is_known

Place = tuple[int, int, int, int]
"""A finding's line, end line, column and end column: from 1, 0 is unknown, the last exclusive."""
_RENAMED = {
    "@microsoft/sdl/no-unsafe-alloc": (re.compile(r"Buffer\.allocUnsafe(?:Slow)?\b"), "Buffer.alloc"),
    "security/detect-pseudoRandomBytes": (re.compile(r"crypto\.pseudoRandomBytes\b"), "crypto.randomBytes"),
}


class Fixer:
    """Find the fixes of one file's findings."""

    def __init__(self, text: str) -> None:
        self._text = Text(text)

    def fix(self, tool: str, rule: str, place: Place) -> tuple[Edit, ...]:
        """Give the edits that mend a finding; none when it has to be mended by hand."""
        if not has_fix(tool, rule):
            return ()
        spans = self._python(rule, place) if tool == "bandit" else self._javascript(rule, place)
        edits = tuple(self._text.edit(*span) for span in spans)
        if not is_known(tool, rule, edits):
            return ()
        return edits if tool != "bandit" or self._parses(edits) else ()

    def _python(self, rule: str, place: Place) -> list[python.Span]:
        return python.spans(self._calls, rule, place) if self._calls else []

    @cached_property
    def _calls(self) -> python.Calls | None:
        try:
            return python.Calls(self._text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return None

    def _parses(self, edits: tuple[Edit, ...]) -> bool:
        fixed = apply(self._text.text, edits)
        try:
            return fixed is not None and bool(ast.parse(fixed))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False

    def _javascript(self, rule: str, place: Place) -> list[python.Span]:
        line, end_line, column, end_column = place
        pattern, new = _RENAMED[rule]
        start, end = self._text.offset(line, column), self._text.offset(end_line, end_column)
        match = pattern.match(self._text.text, start, end) if 0 <= start < end else None
        return [(*match.span(), new)] if match else []
