"""One version of one file, as gates see it."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 20_000_000
"""A larger file is not scanned, and said so."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Name a file's content: `path` in the repository, undecodable bytes as surrogates, on disk under `root`.

    `digest` names the content; it is salted, so that it tells nothing about a small file that is a secret.
    `origin` is the path that the file had in the base (differs from `path` after a rename).
    `commit` is set for content that only an earlier commit of the change has. `size` is in bytes.
    """

    path: str
    root: str
    digest: str
    origin: str = ""
    commit: str = ""
    size: int = field(default=0, compare=False)

    @property
    def file(self) -> Path:
        """Give the place on disk."""
        return Path(self.root, self.path)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Name a file that no gate can look into, and why."""

    path: str
    why: str


def read_bytes(file: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes without following a link; raise OSError otherwise.

    A device or a pipe that a hostile tree puts in place of a file is refused before it can block.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > limit:
            raise OSError(0, f"larger than {limit // 1_000_000} MB")
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(limit + 1)
    finally:
        os.close(descriptor)


def display(text: str) -> str:
    """Make text fit for any report: bytes that are no UTF-8 become visible `\\xNN`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """Make any text encodable: what is no character becomes a visible escape."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()
