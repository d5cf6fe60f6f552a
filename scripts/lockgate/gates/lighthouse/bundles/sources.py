"""Say which source of the repository, or package of npm, a name in a source map stands for."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.gates.lighthouse.model import Site

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):/{2,3}(.*)$", re.IGNORECASE | re.DOTALL)
_PACKAGE = re.compile(r"(?:^|/)node_modules/((?:@[^/]+/)?[^/@.][^/]*)(?=/)")
_PROJECT = "[project]/"
_NOBODY = re.compile(r"\[turbopack\]/|webpack/|external |ignored\||\(webpack\)")
_LAYER = re.compile(r"^\([a-z-]+\)/")


@dataclass(frozen=True, slots=True)
class Origin:
    """Name what code comes of: a `package`, else a source; `path` is its path where the repository has it."""

    name: str
    package: bool = False
    path: str = ""


def origin(written: str, asset: str, site: Site, tracked: frozenset[str]) -> Origin | None:
    """Say what a map's source is; None for what a bundler adds, and for what is outside the repository.

    `asset` is the built file, from the build directory, whose map says so.
    """
    if packages := _PACKAGE.findall(written):
        return Origin(packages[-1], package=True)
    candidates = [path for path in _candidates(written, asset, site) if not path.startswith("../")]
    for path in candidates:
        if path in tracked:
            return Origin(path, path=path)
    return Origin(candidates[0]) if candidates else None


def _candidates(written: str, asset: str, site: Site) -> Iterator[str]:
    """Yield the paths in the repository that it may be, the likeliest first."""
    path = written.partition("?")[0]
    scheme = _SCHEME.match(path)
    if scheme is None:
        if path and not path.startswith(("/", "\0")) and ":" not in path:
            yield _below(posixpath.join(site.folder, posixpath.dirname(asset)), path)
            yield _below(posixpath.dirname(site.manifest), path.replace("../", ""))
        return
    if scheme[1].lower() not in {"turbopack", "webpack"}:
        return
    path = scheme[2]
    if scheme[1].lower() == "webpack" and not scheme[0].startswith("webpack:///"):
        path = path.partition("/")[2]  # webpack://name-of-the-project/./src/a.js
    path = _LAYER.sub("", path)
    if path and not _NOBODY.match(path):
        path = path.removeprefix(_PROJECT)
        yield _below(posixpath.dirname(site.manifest), path)
        yield _below(site.root, path)
        yield _below("", path)  # Turbopack's names begin at the workspace's top


def _below(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))
