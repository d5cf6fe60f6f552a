"""Put files of a commit on disk, outside of the checkout, without altering the checkout."""

import os
from pathlib import Path

from lockgate.errors import PlatformError
from lockgate.git import Git

# Neither the user's settings nor the checkout's name the programs that filter contents here.
_APART = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1"}


def export(git: Git, commit: str, folder: str, into: Path) -> None:
    """Write what a commit has below `folder`, empty for all of it, to `into`, a new or empty folder.

    `into` becomes a small repository of its own, which borrows the objects of the checkout: git itself writes
    modes and links, and refuses hostile names, and what runs there may ask for the commit. Raise
    PlatformError when git cannot: objects are missing, or the disk is full.
    """
    tree = git.ask("rev-parse", "--verify", "--end-of-options", f"{commit}:{folder}").strip()
    kind = git.ask("rev-parse", "--show-object-format").strip()
    objects = git.root / git.ask("rev-parse", "--git-path", "objects").removesuffix("\n")
    shallow = git.root / git.ask("rev-parse", "--git-path", "shallow").removesuffix("\n")
    into.mkdir(parents=True, exist_ok=True)
    apart = Git(into, _APART)
    apart.ask("init", "--quiet", "--template=", f"--object-format={kind}", "--initial-branch=base")
    try:
        own = into / ".git"
        (own / "objects/info").mkdir(parents=True, exist_ok=True)
        (own / "objects/info/alternates").write_bytes(os.fsencode(objects.resolve()) + b"\n")
        if shallow.is_file():
            (own / "shallow").write_bytes(shallow.read_bytes())
    except OSError as error:
        raise PlatformError(
            f"the base could not be written to {into}: {error.strerror}",
            cause="the disk is full",
            todo="make room in the folder for temporary files, or set TMPDIR to another one",
        ) from error
    apart.ask("update-ref", "--no-deref", "HEAD", commit)
    apart.ask("read-tree", tree)
    apart.ask("checkout-index", "--all", "--quiet")
