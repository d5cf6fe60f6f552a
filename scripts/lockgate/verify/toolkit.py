"""A clone of the toolkit: what its commits hold, and which of them are releases."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lockgate.errors import InputError
from lockgate.git import Git, find
from lockgate.text import decode
from lockgate.verify.releases import released

_MAX_ACTION, _MAX_LOCK = 1_000_000, 16_000_000
_LOCKS = "scripts/requirements/"
_OURS_ALONE = {"scripts/requirements/dev.txt", "scripts/requirements/linters/package-lock.json"}
_PINNED = re.compile(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}\b.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lock:
    """Name a lock file, how many packages it holds, and those of them that no hash holds."""

    path: str
    packages: int
    loose: tuple[str, ...]


class _Package(msgspec.Struct):
    integrity: str = ""


class _NpmLock(msgspec.Struct):
    packages: dict[str, _Package]


@dataclass(frozen=True, slots=True)
class Toolkit:
    """Be a clone of `repository` (OWNER/REPO); `releases` has the commits by their tags, oldest first."""

    git: Git
    repository: str
    releases: Mapping[str, str]

    def versions(self, commit: str) -> list[str]:
        """Give the releases that a commit is."""
        return [version for version, released in self.releases.items() if released == commit]

    def has(self, commit: str) -> bool:
        """Say whether the clone has a commit of exactly this SHA: that of a tag names another one."""
        return self.git.resolve(commit) == commit

    def face(self, commit: str, path: str) -> str:
        """Give the text of a workflow, or of the action in a folder; it is empty where there is none."""
        folder = f"{path}/" if path else ""
        names = (
            (path,) if path.endswith((".yml", ".yaml")) else (f"{folder}action.yml", f"{folder}action.yaml")
        )
        found = (self.git.show(commit, name, _MAX_ACTION) for name in names)
        return next((decode(data) or "" for data in found if data is not None), "")

    def locks(self, commit: str) -> Iterator[Lock]:
        """Yield the lock files of what a commit installs for callers."""
        for path in sorted(self.git.tree(commit)):
            if path.startswith(_LOCKS) and path not in _OURS_ALONE:
                data = self.git.show(commit, path, _MAX_LOCK) or b""
                if path.endswith(".txt"):
                    yield Lock(path, *_python(data))
                elif path.endswith("/package-lock.json"):
                    yield Lock(path, *_npm(data))


def open_clone(folder: Path, repository: str, releases: str) -> Toolkit:
    """Open a clone of the toolkit; `releases` names where tags are read, empty for the clone itself.

    Raise InputError when the folder is no clone, PlatformError when tags cannot be read.
    """
    git = find(folder) if folder.is_dir() else None
    if git is None or git.root.resolve() != folder.resolve():
        raise InputError(
            f"{folder} is not a clone of the toolkit",
            cause="lockgate was installed or unpacked here, without its history",
            todo=f"clone {repository}, and name the clone with --toolkit",
        )
    return Toolkit(git, repository, released(releases or str(git.root)))


def _python(data: bytes) -> tuple[int, tuple[str, ...]]:
    lines = data.decode("utf-8", "replace").replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return len(wanted), tuple(line.split()[0] for line in wanted if not _PINNED.fullmatch(line))


def _npm(data: bytes) -> tuple[int, tuple[str, ...]]:
    try:
        packages = msgspec.json.decode(data, type=_NpmLock).packages
    except msgspec.MsgspecError:
        return 0, ("a lock that cannot be read",)
    wanted = {path: package for path, package in packages.items() if path}
    loose = (path for path, package in wanted.items() if not package.integrity.startswith("sha512-"))
    return len(wanted), tuple(loose)
