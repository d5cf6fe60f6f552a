"""Order versions as node's semver does (semver.org 2.0, build metadata left out)."""

import re
from functools import lru_cache
from typing import Any

Key = tuple[Any, ...]

LONGEST = 256
"""Characters of a version: node-semver's own limit."""
LARGEST = 2**53 - 1
"""The largest number of a version: node-semver's own limit."""

_NUMBER = r"(?:0|[1-9]\d*)"
_WORD = rf"(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|{_NUMBER})"
_STRICT = re.compile(
    rf"\s*v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_WORD}(?:\.{_WORD})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*",
    re.ASCII,
)
_LOOSE = re.compile(
    r"[v=\s]*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-?([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+.*)?\s*",
    re.ASCII,
)
_RELEASE: Key = (1,)


@lru_cache(maxsize=1 << 16)
def parse(version: str) -> Key | None:
    """Read a version as node's `semver.parse` does: `(1, major, minor, patch, pre)`; None if it is none."""
    return _read(version, _STRICT)


@lru_cache(maxsize=1 << 16)
def key(version: str) -> Key:
    """Give what versions are ordered by; `1.2` is 1.2.0, and what is no version comes first, as a string."""
    return parse(version) or _read(version, _LOOSE) or (0, version)


def prerelease(parsed: Key) -> bool:
    """Say whether a parsed version is a pre-release."""
    return len(parsed) == 5 and parsed[4] != _RELEASE


def pre(words: str | None) -> Key:
    """Order the part behind the `-`: no such part comes last, numbers before words, fewer before more."""
    if not words:
        return _RELEASE
    return (0, *((0, int(word)) if word.isdecimal() else (1, word) for word in words.split(".")))


def _read(version: str, form: re.Pattern[str]) -> Key | None:
    found = form.fullmatch(version) if len(version) <= LONGEST else None
    if found is None:
        return None
    numbers = [int(part or 0) for part in found.group(1, 2, 3)]
    return None if max(numbers) > LARGEST else (1, *numbers, pre(found[4]))
