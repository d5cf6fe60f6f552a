"""Which commit a run compares with, and why."""

from dataclasses import dataclass

from lockgate.errors import PlatformError
from lockgate.git import Git
from lockgate.inputs import EventBase, Options


@dataclass(frozen=True, slots=True)
class Base:
    """Hold the commit to compare with, None for a run that judges everything, and why in words."""

    commit: str | None
    why: str


def choose(git: Git | None, options: Options, event: EventBase | None) -> Base:
    """Choose the base: the one that was asked for, the event's, or where this branch left the default branch."""
    if options.all:
        return Base(None, "everything was asked for")
    if git is None:
        return _without(options, "not a git checkout")
    head = git.resolve("HEAD")
    if head is None:
        return _without(options, "no commit yet")
    if options.base:
        return _fork(git, options.base, head, f"`{options.base}`")
    if event:
        return _fork(git, event.revision, head, event.why) if event.revision else Base(None, event.why)
    return _of_branch(git, head)


def _without(options: Options, why: str) -> Base:
    if options.base:
        raise _missing(options.base, why)
    return Base(None, why)


def _fork(git: Git, revision: str, head: str, why: str) -> Base:
    """Compare with where the head left a revision, so that what others merged since is not held against it."""
    commit = git.resolve(revision)
    if commit is None:
        shallow = git.is_shallow()
        raise _missing(revision, "the clone is shallow" if shallow else "there is no such commit here")
    fork = git.merge_base(commit, head)
    if fork is None and git.is_shallow():
        raise _missing(revision, "the clone is shallow, and where the histories meet is cut off")
    return Base(fork or commit, why)


def _of_branch(git: Git, head: str) -> Base:
    default = git.default_branch()
    if default is None:
        return Base(None, "no default branch to compare with")
    branch = git.branch()
    if branch and branch == default.removeprefix("origin/"):
        return Base(None, f"on the default branch, {branch}")
    fork = git.merge_base(default, head)
    if fork is None:
        return Base(None, f"no common history with {default}")
    if fork == head and not git.is_dirty():
        return Base(None, f"nothing differs from {default}")
    return Base(fork, f"where it left {default}")


def _missing(revision: str, cause: str) -> PlatformError:
    return PlatformError(
        f"the base `{revision[:100]}` cannot be compared with",
        cause=cause,
        todo="in Actions give actions/checkout `fetch-depth: 0`; elsewhere `git fetch` it, or use `--all`",
    )
