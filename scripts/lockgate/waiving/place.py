"""The configuration that a waiver is written to and listed from: that of the working tree."""

import os
from dataclasses import dataclass
from pathlib import Path

from lockgate.config import NAMES, Loaded
from lockgate.errors import PlatformError
from lockgate.git import Git
from lockgate.git import find as find_git
from lockgate.plan.configuration import settle
from lockgate.source import read_bytes

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Hold the working tree's configuration: what it says, its file, and its path in the checkout."""

    loaded: Loaded
    file: Path
    name: str
    git: Git | None

    @property
    def tracked(self) -> bool:
        """Say whether its file lies in the checkout, so that git may have its history."""
        root = self.git.root if self.git else None
        return root is not None and self.file.is_relative_to(root) and self.file == root / self.name

    def text(self) -> bytes:
        """Read the file; empty where there is none yet. Raise PlatformError."""
        try:
            return read_bytes(self.file, _MAX_BYTES)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise PlatformError(
                f"{self.name} cannot be read: {error.strerror}",
                cause="it is a link, too large or not readable by this user",
                todo="make it a regular file of at most 1 MB",
            ) from error


def find(folder: Path, config: Path | None) -> Place:
    """Find the configuration of a checkout: `config`, or the nearest one from `folder` up, or none yet."""
    folder = folder.resolve()
    git = find_git(folder)
    root = git.root if git else folder
    prefix = folder.relative_to(root).as_posix() if folder != root else ""
    loaded = settle(root, prefix, config, None, None).loaded
    name = loaded.path or NAMES[0]
    # No link is followed: it would be written through.
    file = Path(os.path.abspath(config)) if config else root / name  # noqa: PTH100
    return Place(loaded, file, name, git)
