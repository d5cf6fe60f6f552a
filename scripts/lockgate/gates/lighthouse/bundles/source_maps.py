"""Read source maps: how many characters of a built file come of each source.

A map's text is decoded segment by segment, most of which have been seen before: a map of 1 MB of code takes
a fraction of a second. What libraries there are make an object of each segment, and are no longer kept.
"""

import base64
import binascii
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

from lockgate.gates.lighthouse.model import Build
from lockgate.source import read_bytes

MOST_BYTES = 50_000_000
"""Of a file, and of its map."""
_LONGEST = 64  # characters of a segment; five numbers of 32 bits have 35
_MOST_KNOWN = 200_000
_NAME = b"sourceMappingURL="
_INLINE = re.compile(r"data:application/json(?:;[^;,\s]{1,100})*;base64,")
_DIGITS = {
    letter: value
    for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_Lengths = list[int]


class _Offset(msgspec.Struct, frozen=True):
    line: int
    column: int


class _Map(msgspec.Struct, frozen=True):
    mappings: str = ""
    sources: tuple[str | None, ...] = ()
    root: str | None = msgspec.field(name="sourceRoot", default=None)
    sections: tuple["_Section", ...] = ()


class _Section(msgspec.Struct, frozen=True):
    offset: _Offset
    map: _Map


class _MapError(ValueError):
    """Say that a map is none."""


def mapped(build: Build, file: str) -> dict[str, int]:
    """Give the characters of a file that come of each source, as its map names it; empty without a map.

    The map is in the file, or beside it; nothing is fetched. One that cannot be read counts as none.
    """
    try:
        code = read_bytes(build.folder / file, MOST_BYTES)
        data = _map_of(build, file, code)
        return count(data, code.decode("utf-8", "replace")) if data else {}
    except (OSError, ValueError):  # of msgspec, base64 and our own
        return {}


def count(data: bytes, code: str) -> dict[str, int]:
    """Count a code's characters by source; raise ValueError for a map that cannot be read."""
    whole = msgspec.json.decode(data.removeprefix(b")]}'"), type=_Map)
    lengths = [len(line) for line in code.split("\n")]
    counts: dict[str, int] = defaultdict(int)
    for start, one, end in _parts(whole, lengths):
        for source, characters in _counted(one.mappings, start, end, lengths).items():
            if 0 <= source < len(one.sources) and (name := one.sources[source]):
                counts[f"{one.root.rstrip('/')}/{name}" if one.root else name] += characters
    return dict(counts)


def _parts(whole: _Map, lengths: _Lengths) -> Iterator[tuple[_Offset, _Map, _Offset]]:
    """Yield each map of a map, where it begins, and where the next one does."""
    last = _Offset(len(lengths), 0)
    if not whole.sections:
        yield _Offset(0, 0), whole, last
    ends = (*(section.offset for section in whole.sections[1:]), last)
    for section, end in zip(whole.sections, ends, strict=False):
        yield section.offset, section.map, end


def _counted(mappings: str, start: _Offset, end: _Offset, lengths: _Lengths) -> dict[int, int]:
    """Count characters by the number of their source, -1 for those of none."""
    counts: dict[int, int] = defaultdict(int)
    known: dict[str, tuple[int, int | None]] = {}
    source = 0
    for row, line in enumerate(mappings.split(";"), start.line):
        if not 0 <= row < min(len(lengths), end.line + 1):
            break
        limit = min(lengths[row], end.column) if row == end.line else lengths[row]
        column = here = start.column if row == start.line else 0
        current = -1
        for segment in line.split(",") if line else ():
            if (step := known.get(segment)) is None:
                if len(known) > _MOST_KNOWN:
                    known.clear()
                step = known[segment] = _decoded(segment)
            column += step[0]
            if here < column <= limit:
                counts[current] += column - here
                here = column
            if step[1] is None:
                current = -1
            else:
                current = source = source + step[1]
        counts[current] += max(0, limit - here)
    return counts


def _decoded(segment: str) -> tuple[int, int | None]:
    """Decode a segment's first two numbers: the columns on from the last one, and the sources."""
    if len(segment) > _LONGEST:
        raise _MapError("a segment that is too long")
    numbers, value, shift = [], 0, 0
    for letter in segment:
        digit = _DIGITS.get(letter)
        if digit is None:
            raise _MapError("a letter that is no digit")
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if not numbers:
        return 0, None
    return numbers[0], numbers[1] if len(numbers) > 1 else None


def _map_of(build: Build, file: str, code: bytes) -> bytes:
    at = code.rfind(_NAME)
    written = code[at + len(_NAME) :].split(b"*/")[0].split() if at >= 0 else []
    address = written[0].decode("utf-8", "replace") if written else ""
    if inline := _INLINE.match(address):
        try:
            return base64.b64decode(address[inline.end() :])
        except binascii.Error as error:
            raise _MapError("it is not base64") from error
    named = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(address))) if address else ""
    for name in (named, f"{file}.map"):
        if name in build.files:
            return read_bytes(build.folder / name, MOST_BYTES)
    return b""
