"""The folder that reports are written to."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lockgate.errors import InputError, PlatformError

_IGNORE = ".gitignore"
_WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_NAME = re.compile(f"(?:{_WORD}/){{0,3}}{_WORD}")


def prepare(folder: Path) -> None:
    """Make the folder, before any work is done in vain; raise InputError or PlatformError when it cannot be.

    Git ignores a folder of ours, so that no run ever finds another's report. One that has anything else in it
    is somebody's, and stays as it is.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{folder} is not a folder, so the reports cannot go there",
            cause="a file has that name",
            todo="name another folder with --output",
        )
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            put(folder / _IGNORE, b"*\n")
        elif not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(0, "Permission denied")


def write(folder: Path, reports: Mapping[str, bytes]) -> None:
    """Write each report whole, or not at all; raise PlatformError.

    A name may have folders of the report's own: `lighthouse/head/index-1.json.gz`. Raise ValueError for one
    that is made of anything but plain words, before anything is written.
    """
    if not all(map(_NAME.fullmatch, reports)):
        raise ValueError("a report has a name that could lead out of its folder")
    with _writing(folder):
        for name, data in reports.items():
            _make_folders(folder, name)
            put(folder / name, data)


def _make_folders(folder: Path, name: str) -> None:
    """Make the folders that a name has; raise OSError for a link among them, which may lead anywhere."""
    for parent in reversed(PurePosixPath(name).parents[:-1]):
        (folder / parent).mkdir(exist_ok=True)
        if (folder / parent).is_symlink():
            raise NotADirectoryError(0, f"{parent} in it is a link")


def put(file: Path, data: bytes, mode: int | None = None) -> None:
    """Write beside the file and rename, following no link that a hostile checkout may have put there.

    `mode` is the new file's, else what the user's mask leaves. Raise OSError.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    try:
        with fresh.open("xb") as stream:
            stream.write(data)
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlatformError(
            f"the reports cannot be written to {folder}: {error.strerror}",
            cause="the folder is not writable, or the disk is full",
            todo="name another folder with --output",
        ) from error
