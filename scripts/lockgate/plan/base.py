"""Which commit a run compares with, and why."""

from dataclasses import dataclass

from lockgate.errors import InputError, PlatformError
from lockgate.event import EventBase
from lockgate.git import Git
from lockgate.inputs import Options


@dataclass(frozen=True, slots=True)
class Base:
    """Hold the commit to compare with, None for a run that judges everything, and why in words."""

    commit: str | None
    why: str


def choose(git: Git | None, options: Options, event: EventBase | None) -> Base:
    """Choose the base: the one asked for, the event's, or where this branch left the default branch."""
    base = Base(None, "everything was asked for") if options.all else _find(git, options, event)
    if git and base.commit and git.is_cut(base.commit, "HEAD"):
        raise _missing(base.commit, "the clone is shallow, and commits of the change are cut off")
    if options.change and base.commit is None:
        raise InputError(
            f"there is no base to compare with: {base.why}",
            cause="`scope` is `change`, which needs one",
            todo="name it with `base`, or let `scope` be `auto`",
        )
    return base


def of_index(git: Git | None) -> Base:
    """Compare what is staged with HEAD; before the first commit all of it is judged."""
    if git is None:
        raise InputError(
            "nothing is staged here: this is no git checkout",
            cause="a wrong folder",
            todo="run `lockgate hook` in a checkout",
        )
    commit = git.resolve("HEAD")
    return Base(commit, "what is staged" if commit else "all that is staged: no commit yet")


def _find(git: Git | None, options: Options, event: EventBase | None) -> Base:
    if git is None:
        return _without(options, "not a git checkout")
    head = git.resolve("HEAD")
    if head is None:
        return _without(options, "no commit yet")
    if options.base:
        return _fork(git, options.base, head, f"`{options.base}`")
    if event:
        return _of_event(git, event, head)
    return _of_branch(git, head)


def _without(options: Options, why: str) -> Base:
    if options.base:
        raise _missing(options.base, why)
    return Base(None, why)


def _of_event(git: Git, event: EventBase, head: str) -> Base:
    if event.lost:
        raise PlatformError(
            f"the event does not name {event.why}",
            cause="the file of GITHUB_EVENT_PATH is missing, cut off or of another event",
            todo="name the commit to compare with as `base`, or let `scope` be `all`",
        )
    if event.branch:
        return _of_branch(git, head, event.default)
    if not event.revision:
        return Base(None, event.why)
    base = _fork(git, event.revision, head, event.why)
    if event.head and git.merge_base(event.head, head) != event.head:
        raise PlatformError(
            "what is checked out does not hold the pull request's head",
            cause="actions/checkout takes the base under pull_request_target, or was given another `ref`",
            todo="run on `pull_request`, and check out without `ref`",
        )
    # GitHub merges into the newest base, which may be ahead of the event's: what others merged in between is
    # nobody's change. The pull request's author cannot make a commit that merges the very head of it.
    parent = git.resolve("HEAD^1") if event.head and git.resolve("HEAD^2") == event.head else None
    if parent and base.commit and git.merge_base(base.commit, parent) == base.commit:
        return Base(parent, event.why)
    return base


def _fork(git: Git, revision: str, head: str, why: str) -> Base:
    """Compare with where the head left a revision: what others merged since is not held against it."""
    commit = git.resolve(revision)
    if commit is None:
        shallow = git.is_shallow()
        raise _missing(revision, "the clone is shallow" if shallow else "there is no such commit here")
    fork = git.merge_base(commit, head)
    if fork is None and git.is_shallow():
        raise _missing(revision, "the clone is shallow, and where the histories meet is cut off")
    return Base(fork or commit, why)


def _of_branch(git: Git, head: str, name: str = "") -> Base:
    default = git.default_branch(name)
    if default is None:
        return Base(None, "no default branch to compare with")
    branch = git.branch()
    if branch and branch == default.removeprefix("origin/"):
        return Base(None, f"on the default branch, {branch}")
    fork = git.merge_base(default, head)
    if fork is None:
        return Base(None, f"no common history with {default}")
    if fork == head and not git.is_dirty() and not git.untracked():
        return Base(None, f"nothing differs from {default}")
    return Base(fork, f"where it left {default}")


def _missing(revision: str, cause: str) -> PlatformError:
    return PlatformError(
        f"the base `{revision[:100]}` cannot be compared with",
        cause=cause,
        todo="in Actions give actions/checkout `fetch-depth: 0`; elsewhere `git fetch` it, or use `--all`",
    )
