"""Measure files of a build: as they are, and compressed as our own server sends them."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.bundles.model import Size
from lockgate.gates.lighthouse.model import Build
from lockgate.gates.lighthouse.sites.encodings import BROTLI_QUALITY, GZIP_LEVEL, sent, type_of
from lockgate.source import MAX_BYTES, display, read_bytes

MOST_BYTES = 1_000_000_000
"""Of one build. More than that is no build directory."""


@dataclass(frozen=True, slots=True)
class Sizer:
    """Measure with `jobs` threads, as compression lets go of the interpreter; what `cache` has is known."""

    cache: Cache
    jobs: int

    def measure(self, build: Build, files: Iterable[str]) -> dict[str, Size]:
        """Give the sizes of files; raise ToolError for one that cannot be read, or too many bytes.

        What is larger than 20 MB counts as it is.
        """
        wanted = sorted(set(files))
        raw = {file: _stat(build.folder / file) for file in wanted}
        if sum(raw.values()) > MOST_BYTES:
            raise ToolError(
                f"{display(build.folder.name)}: its files are larger than {MOST_BYTES // 1_000_000:,} MB",
                cause="this is not a site's build directory",
                todo="name the build directory in `gates.lighthouse.directory`",
            )
        with ThreadPoolExecutor(max(1, self.jobs)) as threads:
            measured = threads.map(lambda file: self._size(build.folder, file, raw[file]), wanted)
            return dict(zip(wanted, measured, strict=True))

    def _size(self, folder: Path, file: str, raw: int) -> Size:
        if raw > MAX_BYTES:
            return Size(raw, raw, raw, f"{raw} bytes")
        data = read(folder, file)
        digest = self.cache.digest(data)
        key = self.cache.key("size", type_of(file), digest, f"{GZIP_LEVEL} {BROTLI_QUALITY}")
        if known := _decoded(self.cache.get([key]).get(key)):
            return Size(len(data), *known, digest)
        fresh = (len(sent(file, data, "gzip")), len(sent(file, data, "br")))
        self.cache.put({key: msgspec.json.encode(fresh)})
        return Size(len(data), *fresh, digest)


def read(folder: Path, file: str) -> bytes:
    """Read a file of a build; raise ToolError when that fails."""
    try:
        return read_bytes(folder / file, MAX_BYTES)
    except OSError as error:
        raise _unreadable(file, error) from error


def _stat(path: Path) -> int:
    try:
        return os.lstat(path).st_size
    except OSError as error:
        raise _unreadable(path.name, error) from error


def _unreadable(file: str, error: OSError) -> ToolError:
    return ToolError(
        f"{display(file)} of the site's build cannot be read: {error.strerror}",
        cause="the build directory changed while it was read, or is not all there",
        todo="build the site again, and run again",
    )


def _decoded(value: bytes | None) -> tuple[int, int] | None:
    try:
        return msgspec.json.decode(value, type=tuple[int, int]) if value else None
    except msgspec.DecodeError:
        return None
