"""A finding's identity: what is wrong in which text of which file, whatever its line number.

`fingerprint = content (20 hex digits) + file (12 hex digits)`

*content* hashes the rule, the text of the finding's lines without any white space (so that moving,
re-indenting and re-flowing change nothing) and its place among equal findings of the file. *file* hashes the
path that the file had in the base, so that a rename inside a change keeps it.

A secret is hidden from the text before hashing, and so is every quoted text, as no tool knows every password.
Sixteen bits of a hash keyed by the rest stand for each: enough to tell a new value from the one that was
there, too few to confirm a guess.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

from lockgate.finding import Span

_MAX_LINES = 12
_CONTENT = 20
_EQUAL = 200
_HIDDEN = "\x00"
# A quote opens, its like or the end of the text closes: each character is looked at once, however hostile.
_QUOTED = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\])*+)(?:\1|\\?\Z)""")


def content_key(
    rule: str, lines: Sequence[str], line: int, end_line: int, secrets: Iterable[Span] = ()
) -> str:
    """Name what is wrong: `rule` with its tool, and the text of a file's `lines` from `line` to `end_line`.

    Lines count from 1. A finding about a whole file has line 0 and no text.
    """
    if line <= 0:
        return _hash(rule, "")
    last = min(max(end_line, line), line + _MAX_LINES - 1, len(lines))
    text, values = hide(lines, line, last, secrets)
    flat = "".join(text.split())
    values += [match[2] for match in _QUOTED.finditer(flat)]
    flat = _QUOTED.sub(rf"\1{_HIDDEN}\1", flat)
    salt = hashlib.sha256(_bytes(flat)).digest()
    tags = (hmac.digest(salt, _bytes(value), "sha256")[:2].hex() for value in values)
    return _hash(rule, flat, *tags)


def hide(lines: Sequence[str], line: int, last: int, secrets: Iterable[Span]) -> tuple[str, list[str]]:
    """Cut lines `line` to `last` with the secrets taken out; give the text and the secrets' values."""
    shown = list(lines[line - 1 : last])
    values = []
    for span in sorted(secrets, key=lambda span: (span.line, span.column), reverse=True):
        index = span.line - line
        if 0 <= index < len(shown):
            start, end = span.column - 1, span.end_column - 1
            values.append(shown[index][start:end])
            shown[index] = shown[index][:start] + _HIDDEN + shown[index][end:]
    return "\n".join(shown), values[::-1]


def fingerprints(keys: Sequence[str], origin: str) -> list[str]:
    """Give each content key of one file its fingerprint, in order; equal keys are numbered."""
    seen: dict[str, int] = {}
    file = _hash(origin)[:12]
    result = []
    for key in keys:
        number = seen.get(key, 0)
        seen[key] = number + 1
        result.append(_hash(key, str(number))[:_CONTENT] + file)
    return result


def is_of(fingerprint: str, key: str) -> bool:
    """Say whether a fingerprint is of that content key, as one of the first equal ones of a file."""
    content = content_part(fingerprint)
    return any(_hash(key, str(number))[:_CONTENT] == content for number in range(_EQUAL))


def content_part(fingerprint: str) -> str:
    """Give the part of a fingerprint that does not depend on the file."""
    return fingerprint[:_CONTENT]


def file_part(fingerprint: str) -> str:
    """Give the part of a fingerprint that names the file as the base has it."""
    return fingerprint[_CONTENT:]


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = _bytes(part)
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
