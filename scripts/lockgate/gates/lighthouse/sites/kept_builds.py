"""Builds of earlier runs: the base is built once, not by every change that starts from it.

A build that cannot be kept, or be read any more, is no error; the next run builds again.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.model import Build
from lockgate.gates.lighthouse.sites.builds import of_folder

MOST = 5


def place(home: Path, parts: Iterable[str]) -> Path:
    """Name the folder for a build from all that it depends on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part.encode("utf-8", "surrogateescape")).digest())
    return home / "lighthouse" / "builds" / digest.hexdigest()[:32]


def take(kept: Path, into: Path, name: str) -> Build | None:
    """Copy a kept build, as another run may remove it at any moment; None where there is no whole one."""
    try:
        os.utime(kept)
        shutil.copytree(kept / "files", into)
        build = of_folder(into, name)
        if build.digest == (kept / "digest").read_text("ascii"):
            return build
    except (OSError, ToolError, ValueError, RecursionError):
        pass
    shutil.rmtree(into, ignore_errors=True)
    return None


def keep(build: Build, kept: Path) -> None:
    """Keep a build: it is copied beside and renamed, and the oldest make room."""
    with contextlib.suppress(OSError):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".new-", dir=kept.parent, ignore_cleanup_errors=True) as made:
            fresh = Path(made, "build")
            copy(build, fresh / "files")
            (fresh / "digest").write_text(build.digest, "ascii")
            if kept.is_dir():  # what is there is not whole, or another run was faster
                kept.rename(Path(made, "old"))
            fresh.rename(kept)
        by_age = sorted(
            (each for each in kept.parent.iterdir() if not each.name.startswith(".")),
            key=lambda each: each.stat().st_mtime,
        )
        for old in by_age[:-MOST]:
            shutil.rmtree(old, ignore_errors=True)


def copy(build: Build, into: Path) -> None:
    """Copy the files of a build, and nothing else of its folder."""
    for file in build.files:
        target = into / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(build.folder / file, target, follow_symlinks=False)
