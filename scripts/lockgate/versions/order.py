"""Pick the order of versions by ecosystem."""

from collections.abc import Callable, Iterable
from typing import Any

from lockgate.versions import npm_ranges, pep440, semver

Key = tuple[Any, ...]

LOWEST: Key = (-1,)
"""Below every version: what OSV writes as `introduced: "0"`."""


def of(ecosystem: str) -> Callable[[str], Key]:
    """Give the function that versions of an ecosystem are ordered by."""
    return pep440.key if ecosystem.partition(":")[0] == "PyPI" else semver.key


def orderable(ecosystem: str, version: str) -> bool:
    """Say whether a version is one that its ecosystem can order, not one that is only a string."""
    return bool(of(ecosystem)(version)[0] == 1)


def above(ecosystem: str, version: str, others: Iterable[str]) -> list[str]:
    """Give those versions that are above one, each once, lowest first."""
    key = of(ecosystem)
    least = key(version)
    return sorted({other for other in others if key(other) > least}, key=lambda other: (key(other), other))


def satisfies(ecosystem: str, version: str, wants: str) -> bool | None:
    """Say whether a version is in a range as its ecosystem writes it; None when that is unknown."""
    judge = pep440.satisfies if ecosystem.partition(":")[0] == "PyPI" else npm_ranges.satisfies
    return judge(version, wants)
