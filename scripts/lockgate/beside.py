"""Files that a change does not touch, read when a gate needs them beside those that it does."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from lockgate.git import Git
from lockgate.source import read_bytes

MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Say which paths are looked at: those below `prefix` that no pattern of `excluded` matches."""

    prefix: str
    excluded: GitIgnoreSpec

    def below(self, path: str) -> bool:
        """Say whether a path is in the judged folder."""
        return not self.prefix or path.startswith(f"{self.prefix}/")

    def __contains__(self, path: str) -> bool:
        return self.below(path) and not self.excluded.match_file(path)


@dataclass(frozen=True, slots=True)
class Beside:
    """Read any file of the head, which is the working tree or with `staged` the index, and of the base.

    Without `git` there is no base. A path is relative to the repository's top, wherever a reader found it.
    """

    root: Path
    scope: Scope
    git: Git | None = None
    commit: str | None = None
    staged: bool = False

    def head(self, path: str) -> bytes | None:
        """Give a file's bytes; None when it is not there, no regular file, too large or behind a link."""
        name = _inside(path)
        if name is None:
            return None
        if self.git and self.staged:
            return self.git.show("", name, MAX_BYTES)
        file = self.root / name
        try:
            real = os.path.realpath(file.parent) == str(Path(os.path.realpath(self.root), name).parent)
            return read_bytes(file, MAX_BYTES) if real else None
        except (OSError, ValueError):
            return None

    def base(self, path: str) -> bytes | None:
        """Give a file's bytes as the base has it; None when it is not there, or without a base."""
        name = _inside(path)
        if name is None or self.git is None or self.commit is None:
            return None
        return self.git.show(self.commit, name, MAX_BYTES)

    def paths(self) -> list[str]:
        """List the head's files in scope, sorted."""
        if self.git is None:
            return sorted(filter(self.scope.__contains__, self._walk()))
        untracked = [] if self.staged else self.git.untracked()
        return sorted(filter(self.scope.__contains__, {*self.git.tracked(), *untracked}))

    def base_paths(self) -> list[str]:
        """List the base's files in scope, sorted; none without a base."""
        if self.git is None or self.commit is None:
            return []
        return sorted(filter(self.scope.__contains__, self.git.tree(self.commit)))

    def _walk(self) -> list[str]:
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git"]
            found += [Path(folder, name).relative_to(self.root).as_posix() for name in files]
        return found


def _inside(path: str) -> str | None:
    """Give a path of the repository without `.` and `..`; None for one that leads out of it."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part == "/" or "\0" in part:
            return None
        else:
            parts.append(part)
    return "/".join(parts) or None
