"""Judge npm's ranges of versions as node's semver does: `^1.2`, `~1`, `1.x`, `1 - 2`, `>=1 <2 || 3`."""

import re
from functools import lru_cache

from lockgate.versions import semver

LONGEST = 4096
"""Characters of a range."""

_PART = r"(0|[1-9]\d*|[xX*])"
_IDENTIFIER = r"(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|0|[1-9]\d*)"
_TAIL = rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_VERSION = rf"[v=\s]*{_PART}(?:\.{_PART}(?:\.{_PART}{_TAIL})?)?"
_TERM = re.compile(rf"(\^|~>?|[<>]?=?)\s*{_VERSION}", re.ASCII)
_HYPHEN = re.compile(rf"\s*({_VERSION})\s+-\s+({_VERSION})\s*", re.ASCII)
_SPACED = re.compile(r"(~>?|\^|[<>]=?|=)\s+", re.ASCII)

_Parts = tuple[int | None, int | None, int | None, str | None]
_Bound = tuple[str, semver.Key]
_NOTHING: list[_Bound] = [("<", (1, 0, 0, 0, semver.pre("0")))]


@lru_cache(maxsize=1 << 14)
def satisfies(version: str, wants: str) -> bool | None:
    """Say whether a version is in a range, pre-releases only where the range names one of the same version.

    None when either is not what npm calls so: a tag, an address, `workspace:*`.
    """
    parsed, ranges = semver.parse(version), _ranges(wants)
    if parsed is None or ranges is None:
        return None
    return any(_inside(parsed, bounds) for bounds in ranges)


@lru_cache(maxsize=1 << 12)
def _ranges(wants: str) -> tuple[list[_Bound], ...] | None:
    """Read a range as alternatives, each a list of bounds that all hold; None when it is none."""
    if len(wants) > LONGEST:
        return None
    try:
        return tuple(_bounds(part.strip()) for part in wants.split("||"))
    except ValueError:
        return None


def _inside(version: semver.Key, bounds: list[_Bound]) -> bool:
    if not all(_holds(version, operator, bound) for operator, bound in bounds):
        return False
    return not semver.prerelease(version) or any(
        semver.prerelease(bound) and bound[:4] == version[:4] for _, bound in bounds
    )


def _holds(version: semver.Key, operator: str, bound: semver.Key) -> bool:
    match operator:
        case ">":
            return version > bound
        case ">=":
            return version >= bound
        case "<":
            return version < bound
        case "<=":
            return version <= bound
    return version == bound


def _bounds(part: str) -> list[_Bound]:
    if found := _HYPHEN.fullmatch(part):
        return [*_from(_parts(found.groups()[1:5])), *_up_to(_parts(found.groups()[6:10]))]
    return [bound for term in _SPACED.sub(r"\1", part).split() for bound in _term(term)]


def _term(term: str) -> list[_Bound]:
    found = _TERM.fullmatch(term)
    if found is None:
        raise ValueError(term)
    operator, texts = found[1], found.groups()[1:5]
    if operator == "^":
        return _caret(_parts(texts))
    if operator.startswith("~"):
        return _tilde(_parts(texts))
    known = [text not in "xX*" for text in texts[:3] if text]
    if known != sorted(known, reverse=True):
        raise ValueError(term)  # `1.x.3`: newer nodes refuse it
    return _compared(operator, _parts(texts))


def _parts(texts: tuple[str | None, ...]) -> _Parts:
    """Read numbers; None for an `x` or nothing, and for all that is behind one."""
    numbers: list[int | None] = []
    for text in texts[:3]:
        known = text is not None and text not in "xX*" and None not in numbers
        numbers.append(int(text) if known and text and len(text) <= len(str(semver.LARGEST)) else None)
        if known and (numbers[-1] is None or numbers[-1] > semver.LARGEST):
            raise ValueError(text)
    return numbers[0], numbers[1], numbers[2], texts[3] if numbers[2] is not None else None


def _at(major: int, minor: int = 0, patch: int = 0, pre: str | None = None) -> semver.Key:
    return (1, major, minor, patch, semver.pre(pre))


def _lowest(parts: _Parts) -> semver.Key:
    return _at(parts[0] or 0, parts[1] or 0, parts[2] or 0, parts[3])


def _next(parts: _Parts) -> semver.Key:
    """Give the first version behind all that `1` or `1.2` stand for."""
    major, minor = parts[0] or 0, parts[1]
    return _at(major + 1, pre="0") if minor is None else _at(major, minor + 1, pre="0")


def _caret(parts: _Parts) -> list[_Bound]:
    major, minor, patch, _ = parts
    if major is None:
        return []
    if major or minor is None:
        upper = _at(major + 1, pre="0")
    elif minor or patch is None:
        upper = _at(0, minor + 1, pre="0")
    else:
        upper = _at(0, 0, patch + 1, "0")
    return [(">=", _lowest(parts)), ("<", upper)]


def _tilde(parts: _Parts) -> list[_Bound]:
    return [] if parts[0] is None else [(">=", _lowest(parts)), ("<", _next(parts))]


def _compared(operator: str, parts: _Parts) -> list[_Bound]:
    major, _, patch, _ = parts
    if major is None:
        return _NOTHING if operator in {"<", ">"} else []
    if patch is not None:
        return [(operator, _lowest(parts))]
    lowest, behind = _lowest(parts), _next(parts)
    bounds = {
        ">": [(">=", (*behind[:4], semver.pre(None)))],
        ">=": [(">=", lowest)],
        "<": [("<", (*lowest[:4], semver.pre("0")))],
        "<=": [("<", behind)],
    }
    return bounds.get(operator, [(">=", lowest), ("<", behind)])


def _from(parts: _Parts) -> list[_Bound]:
    return [] if parts[0] is None else [(">=", _lowest(parts))]


def _up_to(parts: _Parts) -> list[_Bound]:
    if parts[0] is None:
        return []
    return [("<=", _lowest(parts))] if parts[2] is not None else [("<", _next(parts))]
