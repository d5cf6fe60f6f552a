"""Order Python's versions (PEP 440), and judge its ranges, Poetry's `^` and `~` too."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Key = tuple[Any, ...]

LONGEST = 256
"""Characters of a version or of one clause of a range; more than that is nobody's version."""

_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*(\S+)")


@lru_cache(maxsize=1 << 16)
def parse(version: str) -> Version | None:
    """Read a version; None for what PEP 440 does not know, such as `2004d`."""
    try:
        return Version(version) if len(version) <= LONGEST else None
    except ValueError:  # InvalidVersion is one, and so is a number with too many digits
        return None


@lru_cache(maxsize=1 << 16)
def key(version: str) -> Key:
    """Give what versions are ordered by: legacy ones before all others, among themselves as strings."""
    parsed = parse(version)
    return (0, version) if parsed is None else (1, parsed)


@lru_cache(maxsize=1 << 14)
def satisfies(version: str, wants: str) -> bool | None:
    """Say whether a version is in a range as PEP 508, Pipfile or Poetry write it; None when that is unknown.

    Commas mean and, `||` means or; `*` and an empty range take everything, pre-releases too: the lock holds
    what it holds.
    """
    parsed = parse(version)
    if parsed is None or len(wants) > LONGEST * 16:
        return None
    try:
        ranges = [_specifiers(part) for part in wants.strip().strip("()").split("||")]
        return any(taken.contains(parsed, prereleases=True) for taken in ranges)
    except ValueError:  # an invalid version or specifier is one
        return None


def _specifiers(wants: str) -> "SpecifierSet":
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - 20 ms that an order does not need

    clauses = [clause for clause in re.split(r"[,;]", wants) if clause.strip()]
    return SpecifierSet(",".join(_clause(clause.strip()) for clause in clauses))


def _clause(clause: str) -> str:
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        raise ValueError(clause)
    operator, version = found[1] or "==", found[2]
    if operator in {"^", "~"}:
        return _between(operator, version)
    if version == "*":
        return ""
    return f"{'==' if operator == '=' else operator}{version}"


def _between(operator: str, text: str) -> str:
    """Write Poetry's range with PEP 440's operators: `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`.

    Pre-releases of the upper bound are below it and outside: Poetry says the same.
    """
    lower = Version(text.removesuffix(".*"))
    release = lower.release
    if operator == "~":
        place = min(1, len(release) - 1)
    else:
        place = next((place for place, part in enumerate(release) if part), len(release) - 1)
    epoch = f"{lower.epoch}!" if lower.epoch else ""
    upper = ".".join(map(str, (*release[:place], release[place] + 1)))
    return f">={lower},<{epoch}{upper}.dev0"
