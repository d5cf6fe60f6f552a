"""Where the builds of the head and of the base come from."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.model import Build, Site
from lockgate.gates.lighthouse.sites import kept_builds
from lockgate.gates.lighthouse.sites.building import build
from lockgate.gates.lighthouse.sites.builds import is_page, of_folder
from lockgate.gates.lighthouse.sites.exported import export
from lockgate.gates.lighthouse.sites.find import manifests_above
from lockgate.git import Git
from lockgate.process import run, which
from lockgate.untrusted import shown


@dataclass(frozen=True, slots=True)
class Checkout:
    """Hold where builds are made. `folder` is the configuration's, from the top `root`; `commit` the base.

    `workspace` is a folder of this run outside of the checkout, `home` is kept between runs. `seconds` is the
    limit of one program.
    """

    root: Path
    folder: str
    home: Path
    workspace: Path
    seconds: float
    git: Git | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """Hold the base's build and how it was come by, or why there is none.

    `absent`: the base does not have this site, so that all of its pages are new. `unknown`: it may have it,
    and nothing here knows its build, so that nothing can be compared.
    """

    source: Literal["absent", "built", "git", "given", "kept", "unknown"]
    build: Build | None = None
    why: str = ""


def head(site: Site, checkout: Checkout, configuration: LighthouseConfiguration) -> Build:
    """Give the build directory of the working tree, built where it is not there and the configuration can.

    Raise ToolError where there is none.
    """
    folder = checkout.root / site.folder
    if not folder.exists() and configuration.build:
        build(configuration.build, checkout.root / checkout.folder, checkout.seconds)
    return _within(checkout.root, site.folder)


def base(site: Site, checkout: Checkout, configuration: LighthouseConfiguration) -> Base:
    """Give the base's build: the one that is given, else git's, else one that is built; raise ToolError."""
    if configuration.base_directory:
        given = checkout.root / checkout.folder / configuration.base_directory
        return Base("given", of_folder(given, configuration.base_directory))
    git, commit = checkout.git, checkout.commit
    if git is None or commit is None:
        return Base("unknown", why="there is no base")
    tree = git.tree(commit)
    below = f"{site.folder}/" if site.folder else ""
    if any(path.startswith(below) and is_page(path) for path in tree):
        into = checkout.workspace / "base"
        export(git, commit, site.folder, into)
        return Base("git", of_folder(into, f"{site.folder} of the base"))
    if _is_new(site, git.tracked(), tree):
        return Base("absent", why="the base does not have this site")
    if not configuration.build:
        return Base(
            "unknown",
            why="nothing makes the base's build: set `gates.lighthouse.build`, or give a `base-directory`",
        )
    return _built(site, checkout, configuration, tree)


def base_tree(checkout: Checkout, configuration: LighthouseConfiguration) -> Path | None:
    """Write the base's tree to the workspace, build there, and give the configuration's folder in it.

    None without a base, or where it does not have that folder. Raise ToolError where the build fails.
    """
    if checkout.git is None or checkout.commit is None:
        return None
    into = checkout.workspace / "tree"
    export(checkout.git, checkout.commit, "", into)
    folder = into / checkout.folder
    if not folder.is_dir() or not folder.resolve().is_relative_to(into.resolve()):
        return None
    build(configuration.build, folder, checkout.seconds)
    return folder


def node_version() -> str:
    """Give the version of the node that a build would run with; empty where there is none."""
    node = which("node")
    try:
        return run([node, "--version"], cwd=Path("/"), seconds=30).stdout.decode().strip() if node else ""
    except (ToolError, UnicodeDecodeError):
        return ""


def _is_new(site: Site, tracked: Collection[str], base: Collection[str]) -> bool:
    """Say whether the base lacks a site: its manifest, all that is below its root, or its tracked build."""
    below = f"{site.folder}/" if site.folder else ""
    if any(path.startswith(below) and is_page(path) for path in tracked):
        return True  # git has the head's build, and the base's was looked for there
    if site.manifest in tracked and site.manifest not in base:
        return True
    return bool(site.root) and not any(path.startswith(f"{site.root}/") for path in base)


def _built(
    site: Site,
    checkout: Checkout,
    configuration: LighthouseConfiguration,
    tree: dict[str, str],
    version: Callable[[], str] = node_version,
) -> Base:
    below = f"{site.root}/" if site.root else ""
    names = (*manifests_above(site.root, tree), *(path for path in tree if path.startswith(below)))
    parts = (site.folder, site.root, checkout.folder, version(), *os.uname()[::4], *configuration.build, "")
    kept = kept_builds.place(checkout.home, (*parts, *(f"{path}\0{tree[path]}" for path in names)))
    into = checkout.workspace / "base"
    name = f"{site.folder} of the base"
    if found := kept_builds.take(kept, into, name):
        return Base("kept", found)
    base_tree(checkout, configuration)
    made = _within(checkout.workspace / "tree", site.folder, name)
    kept_builds.keep(made, kept)
    return Base("built", made)


def _within(root: Path, folder: str, name: str = "") -> Build:
    """Describe a build directory below `root`; raise ToolError for one that a link puts elsewhere."""
    place = root / folder
    if os.path.realpath(place) != str(Path(os.path.realpath(root), folder)):
        raise ToolError(
            f"{shown(name or folder)} is reached by a symbolic link",
            cause="the build directory, or a folder above it, is a link",
            todo="name the real folder below the repository's top in `gates.lighthouse.directory`",
        )
    return of_folder(place, name or folder or "the repository's top")
