"""The plan of a run: what is compared with what, which gates run, and why each does or does not."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lockgate import gates
from lockgate.cache import Cache
from lockgate.config import GateConfiguration
from lockgate.errors import InputError
from lockgate.event import base_of_event
from lockgate.git import Git
from lockgate.git import find as find_git
from lockgate.inputs import Options
from lockgate.plan.base import Base, choose, of_index
from lockgate.plan.configuration import Settled, settle
from lockgate.staged import of_index as tree_of_index
from lockgate.tree import Tree, of_change, of_checkout, of_folder

if TYPE_CHECKING:  # who wants the configuration alone need not load the gates
    from lockgate.gates import Gate

_OF_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold one gate's part of the plan: it runs over `files` files, or not at all, for a reason in words.

    `seconds` is about how long one core takes over what several jobs could share. `alone`: it measures time,
    so it runs when the others are done.
    """

    gate: "Gate"
    configuration: GateConfiguration
    files: int
    reason: str
    seconds: float = 0.0
    alone: bool = False

    @property
    def work(self) -> int:
        """Say about how many files the tools will look at."""
        return self.files

    @property
    def runs(self) -> bool:
        """Say whether the gate has anything to do."""
        return self.files > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what a run will do. `head` is the commit that is checked out, empty outside git."""

    tree: Tree
    base: Base
    head: str
    dirty: bool
    settled: Settled
    gates: tuple[Planned, ...]
    prefix: str = ""


def make(options: Options, environment: Mapping[str, str], cache: Cache, workspace: Path) -> Plan:
    """Plan a run; contents of the base that gates compare with are written to `workspace`."""
    chosen = _chosen(options.gates)
    folder = _folder(options.path)
    git = find_git(folder, _told(environment) if options.staged else None)
    root = git.root if git else folder
    prefix = folder.relative_to(root).as_posix() if folder != root else ""
    base = of_index(git) if options.staged else choose(git, options, base_of_event(environment))
    settled = settle(root, prefix, options.config, git, base.commit, staged=options.staged)
    exclude = settled.loaded.configuration.exclude
    if git and options.staged:
        tree = tree_of_index(git, prefix, exclude, cache.digest, base=base.commit, workspace=workspace)
    else:
        tree = _tree(git, root, prefix, base, exclude, cache, workspace)
    tree = replace(tree, folder=settled.loaded.path.rpartition("/")[0])
    return Plan(
        tree=tree,
        base=base,
        head=(git.resolve("HEAD") or "") if git else "",
        dirty=options.staged or (git.is_dirty() if git else False),
        settled=settled,
        gates=tuple(_planned(gate, tree, settled) for gate in chosen),
        prefix=prefix,
    )


def _tree(
    git: Git | None,
    root: Path,
    prefix: str,
    base: Base,
    exclude: Sequence[str],
    cache: Cache,
    workspace: Path,
) -> Tree:
    if git is None:
        return of_folder(root, exclude, cache.digest)
    if base.commit is None:
        return of_checkout(git, prefix, exclude, cache.digest)
    head = git.resolve("HEAD") or base.commit
    return of_change(git, prefix, exclude, cache.digest, base=base.commit, head=head, workspace=workspace)


def _told(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what git tells its hooks: `git commit -a` and `git commit FILE` have an index of their own."""
    return {name: environment[name] for name in _OF_HOOKS if environment.get(name)}


def _folder(path: Path) -> Path:
    try:
        folder = path.resolve()
        if folder.is_dir():
            return folder
    except (OSError, RuntimeError, ValueError):
        pass  # a name that is too long, a loop of links: no folder either
    raise InputError(
        f"{str(path)[:200]} is not a folder",
        cause="a wrong path, or the checkout step is missing",
        todo="give the path of a checkout; in Actions run actions/checkout first",
    )


def _chosen(wanted: Sequence[str]) -> tuple["Gate", ...]:
    known = {gate.NAME: gate for gate in gates.GATES}
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise InputError(
                f"there is no gate `{name[:80]}`",
                cause="a typing error",
                todo=(f"did you mean `{near[0]}`? " if near else "") + f"Gates: {', '.join(known)}",
            )
    return tuple(gate for gate in gates.GATES if not wanted or gate.NAME in wanted)


def _planned(gate: "Gate", tree: Tree, settled: Settled) -> Planned:
    configuration = settled.loaded.configuration.gate(gate.NAME)
    if not configuration.enabled:
        return Planned(gate, configuration, 0, f"disabled in {settled.loaded.path}")
    applies = gate.applies(tree, configuration)
    return Planned(gate, configuration, applies.files, applies.reason, applies.seconds, applies.alone)
