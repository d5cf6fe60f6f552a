"""Which components a waiver names: a package URL, with a version or a range of them, or without."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from lockgate.versions import semver

_ANY = "1.0.0"  # some version, to try a range with
_RANGE = re.compile(r"[<>=~!^]|.*[,|*\s]", re.DOTALL)
_TYPE = re.compile(r"[a-z][a-z0-9.+-]*")
_NAME = re.compile(r"[^\s@/?#]+(?:/[^\s@/?#]+){0,20}|@[^\s@/?#]+/[^\s@/?#]+")
_AT = re.compile(r"(?<!^)(?<!/)@")
_RUNS = re.compile("[-_.]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold what a package URL names: `versions` is one, a range in its ecosystem's way, or empty: all."""

    type: str
    name: str
    versions: str = ""

    @property
    def is_range(self) -> bool:
        """Say whether it names a range of versions."""
        if self.type == "npm":
            return bool(self.versions) and semver.parse(self.versions) is None
        return bool(_RANGE.match(self.versions))


@lru_cache(maxsize=4096)
def read(text: str) -> Wanted | None:
    """Read `pkg:pypi/django`, `pkg:npm/%40a/b@1.0` or `pkg:npm/a@<2`; None for what is none."""
    scheme, _, rest = text.strip().partition(":")
    kind, _, rest = rest.lstrip("/").partition("/")
    kind = kind.lower()
    name, *versions = _AT.split(rest, 1)
    if scheme.lower() != "pkg" or not _TYPE.fullmatch(kind) or not _NAME.fullmatch(name):
        return None
    wanted = Wanted(kind, _normal(kind, unquote(name)), _plain(versions[0]) if versions else "")
    return None if versions and not _is_sound(wanted) else wanted


def _plain(version: str) -> str:
    """Take away what a component's URL may say behind its version, and its escapes."""
    return unquote(re.split("[?#]", version, maxsplit=1)[0]).strip()


def _is_sound(wanted: Wanted) -> bool:
    if not wanted.is_range:
        return bool(wanted.versions)
    satisfies = _ranges_of(wanted.type)
    return satisfies is not None and satisfies(_ANY, wanted.versions) is not None


def _ranges_of(kind: str) -> Callable[[str, str], bool | None] | None:
    from lockgate.versions import npm_ranges, pep440  # noqa: PLC0415 - few waivers name a range

    return {"npm": npm_ranges.satisfies, "pypi": pep440.satisfies}.get(kind)


def _normal(kind: str, name: str) -> str:
    """Write a name as its registry compares it; old packages of npm differ by capitals alone."""
    if kind == "pypi":
        return _RUNS.sub("-", name).lower()
    return name if kind == "npm" else name.lower()


@lru_cache(maxsize=1 << 16)
def covers(text: str, package: str) -> bool:
    """Say whether what `text` names has the component `package`, a package URL with its version."""
    wanted, given = read(text), read(re.split("[?#]", package, maxsplit=1)[0])
    if wanted is None or given is None or (wanted.type, wanted.name) != (given.type, given.name):
        return False
    if wanted.is_range:
        satisfies = _ranges_of(wanted.type)
        return satisfies is not None and satisfies(given.versions, wanted.versions) is True
    if wanted.type == "pypi" and wanted.versions:
        from lockgate.versions import pep440  # noqa: PLC0415

        return pep440.key(wanted.versions) == pep440.key(given.versions)
    return wanted.versions in {"", given.versions}
