"""Both sides' build directories, as they are on disk."""

import hashlib
import os
import stat
from collections.abc import Iterator
from filecmp import cmp
from pathlib import Path

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.model import Build
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.untrusted import shown

MOST_FILES = 20_000
MOST_BYTES = 2_000_000_000
_BUILD_IT = (
    "build it in a step before, or give `gates.lighthouse.build` the programs that do; where they write to "
    "another folder, name that in `gates.lighthouse.directory`"
)
_NOT_SERVED = frozenset({".git", "node_modules"})


def of_folder(folder: Path, name: str) -> Build:
    """Describe a build directory; `name` is what a message calls it.

    Links are left out: what they lead to is not the build's. Raise ToolError where there is no directory, no
    page in it, too much in it, or what cannot be read.
    """
    if not folder.is_dir():
        raise _refused(f"{shown(name)} is not there", "the site has not been built", _BUILD_IT)
    try:
        files = tuple(sorted(_walk(folder)))
        _see(files, name)
        digest = hashlib.sha256()
        for file in files:
            digest.update(hashlib.sha256(os.fsencode(file)).digest() + _digest(folder / file))
    except OSError as error:
        raise _refused(
            f"{shown(name)} cannot be read: {error.strerror or error}",
            "another user owns it, or it is being built at this moment",
            "let the user who runs this read it, and the build end before",
        ) from error
    return Build(folder, digest.hexdigest(), files)


def is_page(file: str) -> bool:
    """Say whether a file is HTML, by its name."""
    return file.lower().endswith((".html", ".htm"))


def equal(head: Build, base: Build) -> frozenset[str]:
    """Give the files that both builds have with the same content; raise OSError for one that has gone."""
    both = set(head.files) & set(base.files)
    return frozenset(file for file in both if cmp(head.folder / file, base.folder / file, shallow=False))


def read(build: Build, file: str) -> bytes:
    """Read a file of a build, of at most 20 MB; nothing of a larger one, or of one that has gone."""
    try:
        return read_bytes(build.folder / file, MAX_BYTES)
    except OSError:
        return b""


def _walk(folder: Path) -> Iterator[str]:
    total = 0
    for number, (file, size) in enumerate(_files(str(folder)), 1):
        total += size
        if number > MOST_FILES or total > MOST_BYTES:
            raise _refused(
                f"{shown(folder.name)} has more than {MOST_FILES:,} files or {MOST_BYTES // 10**9} GB",
                "it is not a site's build directory alone",
                "name the folder that is deployed in `gates.lighthouse.directory`",
            )
        yield file


def _files(top: str) -> Iterator[tuple[str, int]]:
    """Give each file's path and size; folders wait in a list, as hostile ones are nested deeply."""
    folders = [""]
    while folders:
        prefix = folders.pop()
        with os.scandir(f"{top}/{prefix}") as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    yield f"{prefix}{entry.name}", status.st_size
                elif stat.S_ISDIR(status.st_mode) and entry.name not in _NOT_SERVED:
                    folders.append(f"{prefix}{entry.name}/")


def _see(files: tuple[str, ...], name: str) -> None:
    if not files:
        raise _refused(f"{shown(name)} is empty", "the build failed, or wrote to another place", _BUILD_IT)
    if not any(map(is_page, files)):
        raise _refused(
            f"{shown(name)} has no HTML page",
            "it is not what is deployed: a server's build, or the assets alone",
            "name the folder that is deployed in `gates.lighthouse.directory`, or let `start` serve the site",
        )


def _digest(file: Path) -> bytes:
    return hashlib.sha256(read_bytes(file, MOST_BYTES)).digest()


def _refused(what: str, cause: str, todo: str) -> ToolError:
    return ToolError(what, cause=cause, todo=todo)
