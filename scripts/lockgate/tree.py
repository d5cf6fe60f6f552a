"""What there is to scan: the working tree's files, their versions in the base, what only history has."""

import os
import re
import stat
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pathspec import GitIgnoreSpec

from lockgate.beside import Beside, Scope
from lockgate.diff import Added, Change, Lines, is_file
from lockgate.errors import InputError
from lockgate.git import Git
from lockgate.source import MAX_BYTES, Source, Unreadable, read_bytes

_BATCH_BYTES = 128 * 1024 * 1024
_READERS = 8
_REPORT = {".gitignore", "lockgate.sarif", "report.html", "verdict.json"}
_OF_REPORT = re.compile(
    rf"(.*/|)(?:{'|'.join(map(re.escape, sorted(_REPORT)))}|badge\.json"
    r"|lighthouse/(?:[A-Za-z0-9][A-Za-z0-9._-]*/){1,2}[A-Za-z0-9][A-Za-z0-9._-]*\.json\.gz)",
    re.DOTALL,
)

Digest = Callable[[bytes], str]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tree:
    """Hold what gates look at; with a base, only what differs from it.

    `head` is the working tree, `base` the base's versions of the same files, `history` the contents that only
    commits inside the change have. `changed` holds the paths that differ, None without a base; `lines` which
    lines of them do, where not all. `beside` reads what does not differ. `folder` is where the configuration
    lies, empty for the top: its paths go from there.
    """

    root: Path
    head: tuple[Source, ...] = ()
    base: tuple[Source, ...] = ()
    history: tuple[Source, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    changed: frozenset[str] | None = None
    lines: Mapping[str, Lines] = field(default_factory=dict)
    excluded: int = 0
    beside: Beside | None = None
    folder: str = ""


def of_folder(root: Path, exclude: Sequence[str], digest: Digest) -> Tree:
    """Take every file below a folder that is no git checkout."""
    unlisted: list[Unreadable] = []
    scope = scope_of("", exclude)
    tree = _read(Tree(root, beside=Beside(root, scope)), _walk(root, unlisted), scope, digest)
    return replace(tree, unreadable=(*tree.unreadable, *unlisted))


def of_checkout(git: Git, prefix: str, exclude: Sequence[str], digest: Digest) -> Tree:
    """Take every file of a checkout, below `prefix`, that is tracked or not ignored."""
    scope = scope_of(prefix, exclude)
    tree = Tree(git.root, beside=Beside(git.root, scope, git))
    return _read(tree, {*git.tracked(), *git.untracked()}, scope, digest)


def of_change(
    git: Git, prefix: str, exclude: Sequence[str], digest: Digest, *, base: str, head: str, workspace: Path
) -> Tree:
    """Take what differs between a commit and the working tree; what is not on disk goes to `workspace`."""
    scope = scope_of(prefix, exclude)
    changes = git.changes(base, lines=True)
    origins = {change.new: change.old for change in changes if change.old and change.old != change.new}
    touched = {*(change.new for change in changes), *git.untracked()} - {""}
    # Git calls a file that is missing a deleted one, unless it was told to leave it out.
    tree = Tree(git.root, beside=Beside(git.root, scope, git, base))
    tree = _read(tree, touched, scope, digest, missing="it is not checked out (a sparse checkout)")
    history = _history(git, _added(git, scope, base, head), digest, workspace / "history")
    return replace(
        tree,
        head=tuple(replace(source, origin=origins.get(source.path, "")) for source in tree.head),
        base=of_base(git, changes, scope, digest, workspace / "base"),
        history=tuple(item for item in history if isinstance(item, Source)),
        unreadable=(*tree.unreadable, *(item for item in history if isinstance(item, Unreadable))),
        changed=frozenset(touched | {change.old for change in changes} - {""}),
        lines={change.new: change.lines for change in changes if change.new and change.lines is not None},
    )


def scope_of(prefix: str, exclude: Sequence[str]) -> Scope:
    """Make a scope; raise InputError for a pattern that cannot be read."""
    try:
        return Scope(prefix, GitIgnoreSpec.from_lines(exclude))
    except ValueError as error:
        raise InputError(
            f"`exclude` holds a pattern that cannot be read: {error}",
            cause="a path pattern is not as in .gitignore",
            todo="write patterns as in .gitignore, for instance `vendor/` or `**/*.min.js`",
        ) from error


def _walk(root: Path, unlisted: list[Unreadable]) -> Iterator[str]:
    def failed(error: OSError) -> None:
        folder = os.path.relpath(error.filename, root)
        unlisted.append(Unreadable(folder, f"a folder that cannot be listed: {error.strerror}"))

    reports = set()  # of earlier runs: a folder comes before those below it
    for folder, folders, files in os.walk(root, onerror=failed):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if name != ".git"]
        if _REPORT.issubset(files):
            reports.add(Path(folder))
        for name in (*files, *links):
            path = Path(folder, name).relative_to(root).as_posix()
            own = _OF_REPORT.fullmatch(path)
            if own is None or Path(root, own[1]) not in reports:
                yield path


def _read(tree: Tree, paths: Iterable[str], scope: Scope, digest: Digest, missing: str = "") -> Tree:
    """Read the files in scope; one that is not there is passed over, or said to be `missing`."""
    below = sorted(filter(scope.below, paths))
    wanted = [path for path in below if path in scope]
    real = _real_folders(tree.root, wanted)
    reached = [path for path in wanted if _folder(path) in real]
    with ThreadPoolExecutor(_READERS) as readers:
        read = list(readers.map(lambda path: _source(tree.root, path, digest, missing), reached))
    return replace(
        tree,
        head=tuple(item for item in read if isinstance(item, Source)),
        unreadable=tuple(item for item in read if isinstance(item, Unreadable)),
        excluded=len(below) - len(wanted),
    )


def _real_folders(root: Path, paths: Iterable[str]) -> set[str]:
    """Give the files' folders that are reached without a link: git takes what is behind one for deleted."""
    top = os.path.realpath(root)
    folders = {_folder(path) for path in paths}
    return {
        folder for folder in folders if os.path.realpath(f"{top}/{folder}") == f"{top}/{folder}".rstrip("/")
    }


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _source(root: Path, path: str, digest: Digest, missing: str) -> Source | Unreadable | None:
    file = root / path
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            return _link(root, path)
        if stat.S_ISDIR(mode):
            return None  # a tracked file of old: what is in the folder now is listed by itself
        if not stat.S_ISREG(mode):
            return Unreadable(path, "not a regular file")
        data = read_bytes(file, MAX_BYTES)
        return Source(path, str(root), digest(data), size=len(data))
    except (FileNotFoundError, NotADirectoryError):
        return Unreadable(path, missing) if missing else None
    except OSError as error:
        return Unreadable(path, error.strerror or "it cannot be read")


def _link(root: Path, path: str) -> Unreadable | None:
    """Pass over a link within the repository, whose target is scanned itself; name one that leaves it."""
    target = Path(os.path.realpath(root / path))
    if target.is_relative_to(os.path.realpath(root)):
        return None
    return Unreadable(path, "a symbolic link that leaves the repository")


def of_base(
    git: Git, changes: Sequence[Change], scope: Scope, digest: Digest, folder: Path
) -> tuple[Source, ...]:
    """Take the base's files among the changes, each written below `folder`."""
    wanted = {
        change.old: change.blob
        for change in changes
        if change.old and is_file(change.mode) and not scope.excluded.match_file(change.old)
        and (scope.below(change.old) or scope.below(change.new))
    }  # fmt: skip
    return tuple(
        Source(path, str(folder), digest(data), size=len(data))
        for path, data in contents(git, list(wanted.items()))
        if write(folder, path, data)
    )


def _history(git: Git, added: Sequence[Added], digest: Digest, folder: Path) -> list[Source | Unreadable]:
    """Take blobs that commits of the change added; each has a folder of its own, as paths may clash."""
    sources: dict[Added, Source] = {}
    for item, data in contents(git, [(item, item.blob) for item in added]):
        place = folder / str(len(sources))
        if write(place, item.path, data):
            sources[item] = Source(item.path, str(place), digest(data), commit=item.commit, size=len(data))
    return [
        sources.get(item) or Unreadable(item.path, f"too large or misnamed in commit {item.commit[:12]}")
        for item in added
    ]


def _added(git: Git, scope: Scope, base: str, head: str) -> list[Added]:
    """List the blobs that only commits inside the change have, neither the base nor what is read."""
    if base == head:
        return []
    differs = {change.old for change in git.changes(head)}
    known = {*git.tree(base).values()}
    known |= {blob for path, blob in git.tree(head).items() if path in scope and path not in differs}
    return [item for item in git.added(base, head) if item.blob not in known and item.path in scope]


def contents(git: Git, wanted: Sequence[tuple[Name, str]]) -> Iterator[tuple[Name, bytes]]:
    """Give (name, content) for (name, blob), read in batches of bounded size; too large ones are left out."""
    sizes = git.sizes([blob for _, blob in wanted])
    batch: list[tuple[Name, str]] = []
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


def _fetch(git: Git, batch: Sequence[tuple[Name, str]]) -> list[tuple[Name, bytes]]:
    data = dict(git.contents(sorted({blob for _, blob in batch})))
    return [(name, data[blob]) for name, blob in batch if blob in data]


def write(folder: Path, path: str, data: bytes) -> bool:
    """Put content at a path below `folder`; a path that is hostile, too long or taken is not written."""
    if any(part in {"", ".", ".."} for part in path.split("/")) or PurePosixPath(path).is_absolute():
        return False
    file = folder / path
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(data)
    except OSError:
        return False
    return True
