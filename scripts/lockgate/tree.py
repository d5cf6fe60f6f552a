"""What there is to scan: the files of the working tree, their versions in the base, and what only history has."""

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from lockgate.errors import InputError
from lockgate.git import Added, Change, Git, is_file
from lockgate.source import MAX_BYTES, Source, Unreadable, read_bytes

_BATCH_BYTES = 128 * 1024 * 1024
_READERS = 8

Digest = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Tree:
    """Hold what gates look at; with a base, only what differs from it.

    `head` is the working tree, `base` the base's versions of the same files, `history` the contents that only
    commits inside the change have. `changed` holds the paths that differ, None without a base.
    """

    root: Path
    head: tuple[Source, ...] = ()
    base: tuple[Source, ...] = ()
    history: tuple[Source, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    changed: frozenset[str] | None = None
    excluded: int = 0


def of_folder(root: Path, exclude: Sequence[str], digest: Digest) -> Tree:
    """Take every file below a folder that is no git checkout."""
    return _read(Tree(root), _walk(root), exclude, digest)


def of_checkout(git: Git, prefix: str, exclude: Sequence[str], digest: Digest) -> Tree:
    """Take every file of a checkout, below `prefix`, that is tracked or not ignored."""
    paths = {entry.path for entry in git.index() if entry.is_file or (git.root / entry.path).is_symlink()}
    return _read(Tree(git.root), _below(prefix, paths | set(git.untracked())), exclude, digest)


def of_change(
    git: Git, prefix: str, exclude: Sequence[str], digest: Digest, *, base: str, head: str, workspace: Path
) -> Tree:
    """Take what differs between a commit and the working tree; contents that are not on disk go to `workspace`."""
    changes = git.changes(base)
    origins = {change.new: change.old for change in changes if change.old and change.old != change.new}
    touched = {change.new for change in changes} | set(git.untracked())
    tree = _read(
        Tree(git.root, changed=frozenset(touched | {change.old for change in changes}) - {""}),
        _below(prefix, touched - {""}), exclude, digest,
    )  # fmt: skip
    history = _history(git, _added(git, prefix, _spec(exclude), base, head), digest, workspace / "history")
    return replace(
        tree,
        head=tuple(replace(source, origin=origins.get(source.path, "")) for source in tree.head),
        base=_base(git, changes, digest, workspace / "base"),
        history=tuple(item for item in history if isinstance(item, Source)),
        unreadable=tree.unreadable + tuple(item for item in history if isinstance(item, Unreadable)),
    )


def _below(prefix: str, paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if not prefix or path.startswith(f"{prefix}/"))


def _walk(root: Path) -> list[str]:
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        links = [name for name in folders if Path(folder, name).is_symlink()]
        found += [Path(folder, name).relative_to(root).as_posix() for name in (*files, *links)]
    return sorted(found)


def _read(tree: Tree, paths: Sequence[str], exclude: Sequence[str], digest: Digest) -> Tree:
    excluded = _spec(exclude)
    wanted = [path for path in paths if not excluded.match_file(path)]
    with ThreadPoolExecutor(_READERS) as readers:
        read = list(readers.map(lambda path: _source(tree.root, path, digest), wanted))
    return replace(
        tree,
        head=tuple(item for item in read if isinstance(item, Source)),
        unreadable=tuple(item for item in read if isinstance(item, Unreadable)),
        excluded=len(paths) - len(wanted),
    )


def _spec(exclude: Sequence[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(exclude)
    except ValueError as error:
        raise InputError(
            f"`exclude` holds a pattern that cannot be read: {error}",
            cause="a path pattern is not as in .gitignore",
            todo="write patterns as in .gitignore, for instance `vendor/` or `**/*.min.js`",
        ) from error


def _source(root: Path, path: str, digest: Digest) -> Source | Unreadable | None:
    file = root / path
    try:
        if stat.S_ISLNK(file.lstat().st_mode):
            return _link(root, path)
        return Source(path, str(root), digest(read_bytes(file, MAX_BYTES)))
    except FileNotFoundError:
        return None  # tracked, but deleted in the working tree
    except OSError as error:
        return Unreadable(path, error.strerror or "it cannot be read")


def _link(root: Path, path: str) -> Unreadable | None:
    """Pass over a link within the repository, whose target is scanned itself; name one that leaves it."""
    try:
        target = (root / path).resolve()
    except (OSError, RuntimeError):
        return Unreadable(path, "a symbolic link that leads nowhere")
    if target.is_relative_to(root.resolve()):
        return None
    return Unreadable(path, "a symbolic link that leaves the repository")


def _base(git: Git, changes: Sequence[Change], digest: Digest, folder: Path) -> tuple[Source, ...]:
    wanted = {change.old: change.blob for change in changes if change.old and is_file(change.mode)}
    return tuple(
        Source(path, str(folder), digest(data))
        for path, data in _contents(git, list(wanted.items()))
        if _write(folder, path, data)
    )


def _history(git: Git, added: Sequence[Added], digest: Digest, folder: Path) -> list[Source | Unreadable]:
    """Take blobs that commits of the change added; each has a folder of its own, as paths may clash."""
    by_blob = {item.blob: item for item in added}
    sources: dict[str, Source] = {}
    for blob, data in _contents(git, [(blob, blob) for blob in by_blob]):
        item, place = by_blob[blob], folder / blob
        if _write(place, item.path, data):
            sources[blob] = Source(item.path, str(place), digest(data), commit=item.commit)
    return [
        sources.get(blob) or Unreadable(item.path, f"too large or misnamed in commit {item.commit[:12]}")
        for blob, item in by_blob.items()
    ]


def _added(git: Git, prefix: str, excluded: GitIgnoreSpec, base: str, head: str) -> list[Added]:
    """List the blobs that only commits inside the change have: neither the base nor the head."""
    if base == head:
        return []
    known = {entry.blob for entry in (*git.tree(base), *git.tree(head))}
    below = [item for item in git.added(base, head) if item.blob not in known and _below(prefix, [item.path])]
    return [item for item in below if not excluded.match_file(item.path)]


def _contents(git: Git, wanted: Sequence[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
    """Give (name, content) for (name, blob), read in batches of bounded size; too large ones are left out."""
    sizes = git.sizes([blob for _, blob in wanted])
    batch: list[tuple[str, str]] = []
    room = _BATCH_BYTES
    for name, blob in wanted:
        size = sizes.get(blob, MAX_BYTES + 1)
        if size > MAX_BYTES:
            continue
        if size > room:
            yield from _fetch(git, batch)
            batch, room = [], _BATCH_BYTES
        batch.append((name, blob))
        room -= size
    yield from _fetch(git, batch)


def _fetch(git: Git, batch: Sequence[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
    data = dict(git.contents(sorted({blob for _, blob in batch})))
    return [(name, data[blob]) for name, blob in batch if blob in data]


def _write(folder: Path, path: str, data: bytes) -> bool:
    """Put content at a path below `folder`; a path that is hostile or too long is not written."""
    if any(part in {"", ".", ".."} for part in path.split("/")) or PurePosixPath(path).is_absolute():
        return False
    file = folder / path
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError:
        return False
    return True
