"""Read TOML locks: into typed structs, with the lines of each entry."""

import re
import tomllib
from typing import TypeVar

import msgspec

from lockgate.inventory.model import LockError

T = TypeVar("T")
Lines = tuple[int, int]
"""The first and the last line of an entry."""

_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$", re.MULTILINE)
TOKEN = re.compile(
    r"#[^\n]*"
    r'|"""(?:[^\\"]|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\[^\n])*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
"""A comment, or a string of any kind."""
# An array of inline tables, one a line, as every tool writes it: nearly all of a lock's text.
_FILES = re.compile(r"^(files|wheels) = \[\n((?: {2,4}\{[^'\\\n]*\},?\n)++)\]$", re.MULTILINE)
# tomllib needs quadratic time for keys of many parts.
_LONG_KEY = re.compile(r"\.(?:[ \t]*+[\w\"'-]++[ \t]*+\.){64}")


def text_of(data: bytes) -> str:
    """Decode a lock; LockError where it is not UTF-8 text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LockError("it is not UTF-8 text", data.count(b"\n", 0, error.start) + 1) from error
    if "\0" in text:
        raise LockError("it holds a NUL byte", text.count("\n", 0, text.index("\0")) + 1)
    return text.replace("\r\n", "\n")


def refuse_conflict(text: str) -> None:
    """Raise LockError at the first marker of a merge that was not finished."""
    if found := _CONFLICT.search(text):
        raise LockError("it holds the markers of a merge conflict", text.count("\n", 0, found.start()) + 1)


def decode(text: str) -> dict[str, object]:
    """Decode TOML; LockError names the line where it is none."""
    if long := _LONG_KEY.search(text):
        raise LockError("a key has too many parts", text.count("\n", 0, long.start()) + 1)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        refuse_conflict(text)
        at = re.search(r"at line (\d+)", str(error))
        end = "at end of document" in str(error)
        line = int(at[1]) if at else text.rstrip("\n").count("\n") + 1 if end else 0
        raise LockError("it is not TOML: it breaks off" if end else "it is not TOML", line) from error


def load(data: bytes, model: type[T], array: str) -> tuple[T, list[Lines]]:
    """Read a lock into a struct, with the lines of each entry of its array of tables.

    The arrays `files` and `wheels` may come as their text, for `python_files.files_of` to read: tomllib would
    spend nine tenths of its time there.
    """
    text = text_of(data)
    found = decode(text if '"""' in text or "'''" in text else _FILES.sub(r"\1 = '''\n\2'''", text))
    entries = found.get(array)
    lines = entry_lines(text, array, len(entries) if isinstance(entries, list) else 0)
    try:
        return msgspec.convert(found, model), lines
    except msgspec.ValidationError as error:
        at = re.search(rf"\$\.{array}\[(\d+)\]", str(error))
        raise LockError(f"it is not of this kind: {error}", lines[int(at[1])][0] if at else 0) from error


def blank_strings(text: str) -> str:
    """Blank the strings of several lines, so that each line is what it looks like."""
    if '"""' not in text and "'''" not in text:
        return text
    return TOKEN.sub(lambda found: re.sub(r"[^\n]+", "", found[0]) if "\n" in found[0] else found[0], text)


def entry_lines(text: str, array: str, count: int) -> list[Lines]:
    """Give the lines of each `[[array]]` entry; line 1 for all where the text does not tell."""
    plain = blank_strings(text)
    own = rf"[ \t]*[\"']?{array}[\"']?[ \t]*"
    # An entry ends at the next, or at the head of a table that is none of its own.
    head = re.compile(rf"^[ \t]*(?:(\[\[{own}\]\])|\[(?!\[?{own}\.)\[?[\w\"'-])", re.MULTILINE)
    found: list[Lines] = []
    line, at, start = 1, 0, 0
    for next_head in [*head.finditer(plain), None]:
        end = next_head.start() if next_head else len(plain)
        body = plain[at:end]
        if start:
            found.append((start, line + body.rstrip().count("\n")))
        line, at = line + body.count("\n"), end
        start = line if next_head and next_head[1] else 0
    return found if len(found) == count else [(1, 1)] * count
