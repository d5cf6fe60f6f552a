"""Read JSON that strangers wrote, and the lines on which its entries stand, in one pass."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockgate.inventory.model import LockError
from lockgate.inventory.node_text import decoded

_SPACE = re.compile(r"[ \t\n\r]*")
_LONE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Located:
    """Hold a value and the lines of its member, from the key to the value's end."""

    value: Any
    line: int
    end_line: int


def load(data: bytes, located: frozenset[str], *, nested: bool = False) -> dict[str, Any]:
    """Read an object; where `located` names a member of it, that one's members come as `Located`.

    With `nested`, their values are read in the same way in turn. Linear in the size, whatever the layout.
    Raises LockError, with the line, for what is not JSON, for a key that one object has twice, and for NaN.
    """
    text = decoded(data)
    reader = _Reader(text, located, nested)
    try:
        value, end = reader.record(_SPACE.match(text).end())  # type: ignore[union-attr]
        if (rest := reader.skip(end)) != len(text):
            raise json.JSONDecodeError("something stands behind its end", text, rest)
        if _LONE.search(text):
            json.dumps(value, ensure_ascii=False, default=_plain).encode()
    except json.JSONDecodeError as error:
        raise LockError(f"it is not JSON: {error.msg}", error.lineno) from error
    except _LayoutError as error:
        raise LockError(str(error), reader.line) from error
    except UnicodeEncodeError as error:
        raise LockError("it holds half a character (a lone surrogate)") from error
    except ValueError as error:  # a number of thousands of digits
        raise LockError("it holds a number that is too large", reader.line) from error
    return value


class _LayoutError(ValueError):
    """Say what is wrong at the line that the reader has come to."""


def _plain(value: Located) -> object:
    return value.value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _LayoutError(f"it has the key {_quoted(key)} twice in one object")
            seen.add(key)
    return made


def _quoted(key: str) -> str:
    return json.dumps(key[:100])


def _refuse(constant: str) -> None:
    raise _LayoutError(f"it holds {constant}, which is not JSON")


class _Reader:
    """Walk the outer objects here, and leave what is inside them to the decoder, which is written in C."""

    def __init__(self, text: str, located: frozenset[str], nested: bool) -> None:
        self._text = text
        self._located = located
        self._nested = nested
        self._decode = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse).raw_decode
        self._at = 0
        self.line = 1

    def record(self, at: int) -> tuple[dict[str, Any], int]:
        """Read the object that starts at a place; give it, and the place behind it."""
        made: dict[str, Any] = {}
        for key, _, start in self._members(at):
            if key in self._located and self._text.startswith("{", start):
                made[key], self._end = self._table(start)
            else:
                made[key], self._end = self._decode(self._text, start)
        return made, self._end

    def _table(self, at: int) -> tuple[dict[str, Located], int]:
        made: dict[str, Located] = {}
        for key, line, start in self._members(at):
            if self._nested and self._text.startswith("{", start):
                value, self._end = self.record(start)
            else:
                value, self._end = self._decode(self._text, start)
            made[key] = Located(value, line, self._line(self._end))
        return made, self._end

    def _members(self, at: int) -> Iterator[tuple[str, int, int]]:
        """Yield key, line and place of each value; who takes one leaves the place behind it in `_end`."""
        text = self._text
        seen: set[str] = set()
        if not text.startswith("{", at):
            raise json.JSONDecodeError("an object is expected", text, at)
        at = self.skip(at + 1)
        while not (text.startswith("}", at) and not seen):
            line = self._line(at)
            if not text.startswith('"', at):
                raise json.JSONDecodeError("a key is expected", text, at)
            key, at = self._decode(text, at)
            if key in seen:
                raise _LayoutError(f"it has the key {_quoted(key)} twice in one object")
            seen.add(key)
            yield key, line, self._behind(":", self.skip(at))
            at = self.skip(self._end)
            if text.startswith("}", at):
                break
            at = self._behind(",", at)
        self._end = at + 1

    def _behind(self, sign: str, at: int) -> int:
        if not self._text.startswith(sign, at):
            raise json.JSONDecodeError(f"{sign!r} is expected", self._text, at)
        return self.skip(at + 1)

    def skip(self, at: int) -> int:
        """Give the place of what follows the white space at a place."""
        return _SPACE.match(self._text, at).end()  # type: ignore[union-attr]

    def _line(self, at: int) -> int:
        """Give the line of a place; places come in order."""
        self.line += self._text.count("\n", self._at, at)
        self._at = at
        return self.line
