"""What a repository must be like for its commit to be released."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.releasing.changelog import Section
from lockgate.errors import PlatformError
from lockgate.git import Git
from lockgate.process import run
from lockgate.verify.releases import newest, number

_MAIN = "refs/remotes/origin/main"


@dataclass(frozen=True, slots=True)
class State:
    """Hold the commit that is checked out, its time in seconds, and the releases, oldest first."""

    git: Git
    commit: str
    seconds: int
    releases: Mapping[str, str]


def read(root: Path, releases: Mapping[str, str]) -> State:
    """Read the state of the checkout at `root`; raise PlatformError where there is no commit."""
    done = run(["git", "show", "-s", "--format=%H %ct", "HEAD"], cwd=root, seconds=60)
    words = done.stdout.decode().split()
    if done.code != 0 or len(words) != 2:
        todo = "run it in a clone of the repository"
        raise PlatformError(f"{root} has no commit", cause="it is no checkout", todo=todo)
    return State(Git(root), words[0], int(words[1]), releases)


def faults(state: State, found: Sequence[Section]) -> Iterator[str]:
    """Yield why this commit cannot be released as the newest section says."""
    git = state.git
    if git.is_shallow():
        yield "history is cut off, so releases may be missing: clone all of it"
    if git.is_dirty() or git.untracked():
        yield "the working tree is not what the commit holds"
    main = git.resolve(_MAIN)
    if main is None:
        yield "there is no origin/main to compare with"
    elif git.merge_base(state.commit, main) != state.commit:
        yield f"{state.commit} is not on main"
    versions = {f"v{section.version}" for section in found[1:]}
    last, _ = newest(state.releases)
    if last and number(last) >= found[0].number:
        yield f"{last} is released, so {found[0].version} is not new"
    elif missing := sorted(versions.symmetric_difference(state.releases), key=number):
        yield f"the tags and the changelog differ in {', '.join(missing)}"
