"""What is staged, as a tree: the index's contents against HEAD's, and never the working tree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from posixpath import normpath

from lockgate.beside import Beside
from lockgate.diff import LINK, Change, changes, is_file
from lockgate.git import Git
from lockgate.source import Source, Unreadable
from lockgate.tree import Digest, Tree, contents, of_base, scope_of, write

_MERGED = "0"
_MAX_LINK = 4096
_DIFF = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "-M", "-l5000", "--ignore-submodules=all")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold an entry of the index; one of a conflict has a stage other than 0."""

    mode: str
    blob: str
    stage: str


def of_index(
    git: Git, prefix: str, exclude: Sequence[str], digest: Digest, *, base: str | None, workspace: Path
) -> Tree:
    """Take what the index has and `base` has not, all of it without one; contents go to `workspace`.

    Of a merge that is what neither side has, and what either side had already is known.
    """
    scope, entries = scope_of(prefix, exclude), _entries(git)
    merged = git.resolve("MERGE_HEAD") if base else None
    theirs = git.tree(merged) if merged else {}
    differing = [change for change in _changes(git, base, entries) if not _is(theirs, entries, change.new)]
    origins = {change.new: change.old for change in differing if change.old != change.new}
    below = sorted({change.new for change in differing if change.new and scope.below(change.new)})
    wanted = {path: entries[path] for path in below if path in scope}
    head = list(_head(git, wanted, digest, workspace / "staged"))
    other = [Change(path, path, "", theirs[path]) for path in wanted if path in theirs]
    before = of_base(git, differing, scope, digest, workspace / "base")
    return Tree(
        git.root,
        head=tuple(
            replace(item, origin=origins.get(item.path, "")) for item in head if isinstance(item, Source)
        ),
        base=(*before, *of_base(git, other, scope, digest, workspace / "theirs")),
        unreadable=tuple(item for item in head if isinstance(item, Unreadable)),
        changed=frozenset(filter(None, _paths(differing))) if base else None,
        excluded=len(below) - len(wanted),
        beside=Beside(git.root, scope, git, base, staged=True),
    )


def _entries(git: Git) -> dict[str, Entry]:
    records = (record.partition("\t") for record in git.ask("ls-files", "-s", "-z").split("\0")[:-1])
    return {path: Entry(*meta.split()) for meta, _, path in records}


def _changes(git: Git, base: str | None, entries: Mapping[str, Entry]) -> list[Change]:
    if base is None:
        return [Change("", path, "", "") for path in entries]
    return list(changes(git.ask(*_DIFF, base, "--").split("\0")[:-1]))


def _is(theirs: Mapping[str, str], entries: Mapping[str, Entry], path: str) -> bool:
    """Say whether a path is staged as the other side of a merge has it."""
    return path in theirs and entries[path].stage == _MERGED and theirs[path] == entries[path].blob


def _paths(differing: Iterable[Change]) -> Iterator[str]:
    for change in differing:
        yield from (change.old, change.new)


def _head(
    git: Git, wanted: Mapping[str, Entry], digest: Digest, folder: Path
) -> Iterator[Source | Unreadable]:
    files = {path: entry.blob for path, entry in wanted.items() if is_file(entry.mode)}
    written = {
        path: Source(path, str(folder), digest(data), size=len(data))
        for path, data in contents(git, list(files.items()))
        if write(folder, path, data)
    }
    for path, entry in wanted.items():
        if entry.stage != _MERGED:
            yield Unreadable(path, "it has a conflict that is not resolved")
        elif path in files:
            yield written.get(path) or Unreadable(path, "it is too large, or its name cannot be used here")
        elif entry.mode == LINK and _leaves(git, path, entry.blob):
            yield Unreadable(path, "a symbolic link that leaves the repository")


def _leaves(git: Git, path: str, blob: str) -> bool:
    """Say whether a link's target is outside of the checkout, by its text alone: nothing of it is on disk."""
    target = (git.content(blob, _MAX_LINK) or b"/").decode("utf-8", "surrogateescape")
    place = normpath(str(PurePosixPath(path).parent / target))
    return place.startswith("/") or place.split("/")[0] == ".."
