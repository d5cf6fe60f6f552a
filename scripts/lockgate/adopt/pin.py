"""The commit of the toolkit that a caller pins: the one that runs here, or the one that is named."""

import re
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import InputError
from lockgate.git import find
from lockgate.verify.releases import REPOSITORY, released

_SHA = re.compile("[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class Pin:
    """Name a commit of a repository (OWNER/REPO), and the release `vX.Y.Z` that it is, if it is one."""

    repository: str
    sha: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.sha} # {self.version}" if self.version else self.sha


def find_pin(given: str, toolkit: Path, repository: str = REPOSITORY) -> Pin:
    """Give the pin of `given`, or else of the commit that the clone in `toolkit` has checked out.

    Raise InputError for what is no full SHA, and where nothing says which commit runs.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise InputError(f"{repository!a} is no repository", cause="a typing error", todo="write OWNER/REPO")
    if given and not _SHA.fullmatch(given):
        raise InputError(
            f"--pin is {given[:80]!a}",
            cause="a tag, a branch or a short SHA: each of them can come to name another commit",
            todo="give all 40 digits of a commit of the toolkit, in small letters",
        )
    git = find(toolkit) if toolkit.is_dir() else None
    clone = git if git and git.root.resolve() == toolkit.resolve() else None
    sha = given or (clone.resolve("HEAD") if clone else None)
    if not sha:
        raise InputError(
            "nothing says which commit of the toolkit this is",
            cause="lockgate was installed or unpacked here, without its history",
            todo="name the commit to pin: --pin SHA, all 40 digits of it",
        )
    tags = released(str(clone.root)) if clone else {}
    versions = [version for version, commit in tags.items() if commit == sha]
    return Pin(repository, sha, versions[-1] if versions else "")
