"""Find the sites that are judged: what the configuration names, else build directories that tools made."""

import os
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import basename, dirname, normpath

from lockgate.config import GateConfiguration
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.config.load import NAMES
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Site
from lockgate.gates.lighthouse.sites import makers
from lockgate.gates.scope import chooser
from lockgate.tree import Tree

Read = Callable[[str], bytes | None]
IsFile = Callable[[str], bool]

_LOCKS = frozenset(
    {"bun.lock", "bun.lockb", "npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"}
)
_ABOVE = _LOCKS | {
    ".npmrc",
    ".nvmrc",
    ".node-version",
    "nx.json",
    "package.json",
    "pnpm-workspace.yaml",
    "turbo.json",
}
_PACKAGE = frozenset({"package.json"})


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the sites, and one sentence for each that seems to be one and cannot be served."""

    sites: tuple[Site, ...]
    unserved: tuple[str, ...] = ()


def find_in(tree: Tree, configuration: GateConfiguration) -> Found:
    """Find the sites of a tree; see find()."""
    beside = tree.beside
    if beside is None:
        return Found(())
    wanted = chooser(lambda _: True, configuration)
    paths = [path for path in beside.paths() if wanted(path)]
    is_file = _on_disk(tree.root)
    return find(paths, own(configuration), tree.folder, read=beside.head, is_file=is_file)


def own(configuration: GateConfiguration) -> LighthouseConfiguration:
    """Give the gate's own configuration."""
    if isinstance(configuration, LighthouseConfiguration):
        return configuration
    return LighthouseConfiguration(exclude=configuration.exclude)


def find(
    paths: Collection[str],
    configuration: LighthouseConfiguration,
    folder: str,
    *,
    read: Read,
    is_file: IsFile,
) -> Found:
    """Find the sites; raise ConfigurationError for keys that contradict each other.

    `paths` are the repository's files that are not ignored, `folder` is the configuration's, `read` gives one
    of them, and `is_file` says whether a file is on disk: builds are mostly ignored. What is named is found
    even if it is not there yet, and so is the one site that `build` can make. What is not named needs the
    file of a tool that makes sites beside it: a folder that has an index.html is a site, a fixture or a
    mail's template, and nobody could say which.
    """
    _contradictions(configuration)
    held = frozenset(paths)
    if configuration.urls:
        return Found((Site("urls", folder, folder, _join(folder, NAMES[0])),))
    if configuration.start:
        manifest = _nearest(folder, held, _PACKAGE) or _join(folder, NAMES[0])
        return Found((Site("start", folder, _root(folder, held), manifest),))
    if configuration.directory:
        return Found((_named(held, inside(configuration.directory, folder), folder, read),))
    found = tuple(_guessed(held, folder, read, is_file))
    if configuration.build and not any(isinstance(each, Site) for each in found):
        return Found((_to_be_built(held, folder, read),))
    return Found(
        tuple({each.folder: each for each in found if isinstance(each, Site)}.values()),
        tuple(each for each in found if isinstance(each, str)),
    )


def settled(site: Site, files: Collection[str]) -> Site:
    """Say of which kind a site is from what its build holds."""
    if any(file.startswith("_next/") for file in files):
        return replace(site, kind="next")
    if ".vite/manifest.json" in files:
        return replace(site, kind="vite")
    return replace(site, kind="plain") if site.kind == "next" else site


def touched(site: Site, changed: Collection[str] | None) -> bool:
    """Say whether a change may alter a site: anything below its root, or what is installed for it.

    Without a base, where `changed` is None, it may.
    """
    if changed is None or not site.root:
        return changed is None or bool(changed)
    above = set(_above(site.root))
    return any(
        path.startswith(f"{site.root}/") or (dirname(path) in above and basename(path) in _ABOVE)
        for path in changed
    )


def inside(directory: str, folder: str) -> str:
    """Give a directory from the repository's top; raise ConfigurationError for one that is outside."""
    place = normpath(f"{folder or '.'}/{directory}")
    if directory.startswith("/") or place == ".." or place.startswith("../") or "\0" in place:
        raise ConfigurationError(
            f"`gates.lighthouse.directory` leads out of the repository: {directory!r}",
            cause="it is a whole path, or goes up too far",
            todo="give the build directory's path from the configuration's folder, such as `frontend/out`",
        )
    return "" if place == "." else place


def manifests_above(root: str, paths: Collection[str]) -> list[str]:
    """List the files above a site's root that say what is installed for it."""
    above = set(_above(root)) - {root}
    return sorted(path for path in paths if dirname(path) in above and basename(path) in _ABOVE)


def _on_disk(root: Path) -> IsFile:
    """Ask the disk for files below a folder; what is behind a link is not below it."""
    top = Path(os.path.realpath(root))

    def is_file(path: str) -> bool:
        file = top / path
        return file.is_file() and os.path.realpath(file) == str(file)

    return is_file


def _contradictions(configuration: LighthouseConfiguration) -> None:
    named = [key for key in ("directory", "start", "urls") if getattr(configuration, key)]
    if len(named) > 1:
        raise _contradiction(
            f"has both `{named[0]}` and `{named[1]}`", "a site is served in one way", "leave one of them out"
        )
    if bool(configuration.start) != bool(configuration.ready):
        here, lacking = ("start", "ready") if configuration.start else ("ready", "start")
        raise _contradiction(
            f"has `{here}` without `{lacking}`",
            "a program was named without the address that it serves, or the other way round",
            "give both, such as `start: npm start` and `ready: http://127.0.0.1:3000/`",
        )


def _contradiction(what: str, cause: str, todo: str) -> ConfigurationError:
    return ConfigurationError(f"`gates.lighthouse` {what}", cause=cause, todo=todo)


def _named(paths: Set[str], directory: str, folder: str, read: Read) -> Site:
    package = _nearest(directory, paths, _PACKAGE)
    tracked = not directory or any(path.startswith(f"{directory}/") for path in paths)
    kind = makers.kind(makers.maker(read(package))[0]) if package else "plain"
    root = _root(directory, paths) if package else directory if tracked else folder
    return Site(kind, directory, root, package or f"{directory}/index.html".removeprefix("/"))


def _guessed(paths: Set[str], folder: str, read: Read, is_file: IsFile) -> Iterator[Site | str]:
    for path in sorted(paths):
        here, name = dirname(path), basename(path)
        if folder and not path.startswith(f"{folder}/"):
            continue
        if name == "package.json" and "node_modules" not in here.split("/"):
            yield from _of_package(paths, path, read(path), is_file)
        elif name in makers.FILES:
            place = _join(here, makers.FILES[name])
            if is_file(f"{place}/index.html"):
                yield Site("plain", place, here, path)


def _to_be_built(paths: Set[str], folder: str, read: Read) -> Site:
    """Give the one site that `build` can make; raise ConfigurationError for none and for several."""
    guessed = _guessed(paths, folder, read, lambda place: not place.endswith("/BUILD_ID"))
    sites = [each for each in guessed if isinstance(each, Site) and _is_made(each.manifest, read)]
    if len(sites) == 1:
        return sites[0]
    several = " and ".join(each.folder for each in sites[:2])
    raise _contradiction(
        "has `build` without `directory`",
        f"nothing says which folder it makes: {several} are likely"
        if sites
        else "no tool that we know makes it",
        "name the folder of the finished site in `gates.lighthouse.directory`",
    )


def _is_made(manifest: str, read: Read) -> bool:
    return basename(manifest) in makers.FILES or bool(makers.maker(read(manifest))[0])


def _of_package(paths: Set[str], path: str, manifest: bytes | None, is_file: IsFile) -> Iterator[Site | str]:
    here = dirname(path)
    tool, places = makers.maker(manifest)
    for place in (_join(here, each) for each in places):
        if is_file(f"{place}/index.html"):
            yield Site(makers.kind(tool), place, _root(here, paths), path)
            return
    if tool == "next" and is_file(_join(here, ".next/BUILD_ID")):
        yield (
            f"{_join(here, '.next')} cannot be served by itself: let Next.js export (`output: 'export'`), "
            "or set `gates.lighthouse.start` and `ready`"
        )
    elif tool:
        yield f"{path} makes a site with {tool}, and {_join(here, places[0])} has no index.html yet"


def _root(folder: str, paths: Set[str]) -> str:
    """Give the folder that a site's sources are below: where its lock file is, else its package.json."""
    nearest = _nearest(folder, paths, _LOCKS) or _nearest(folder, paths, _PACKAGE)
    return dirname(nearest) if nearest else folder


def _nearest(folder: str, paths: Set[str], names: Set[str]) -> str:
    each = (_join(above, name) for above in _above(folder) for name in sorted(names))
    return next((path for path in each if path in paths), "")


def _above(folder: str) -> Iterator[str]:
    """Give a folder and those above it, to the repository's top."""
    yield folder
    while folder:
        folder = dirname(folder)
        yield folder


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
