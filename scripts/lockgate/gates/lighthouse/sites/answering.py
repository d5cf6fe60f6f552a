"""What our server answers, apart from the connection: what static hosts send, and the same bytes each time.

Text is compressed, and each file has a lifetime and an ETag. There is no date, and nothing that names the
port, so that what a page costs is the same in each run.
"""

import hashlib
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lockgate.gates.lighthouse.model import Build
from lockgate.gates.lighthouse.sites.addresses import answer
from lockgate.gates.lighthouse.sites.encodings import SMALLEST, Encoding, encoded, is_compressible, type_of
from lockgate.source import read_bytes

Headers = tuple[tuple[str, str], ...]

_LARGEST_TEXT = 64_000_000
_MOST_KEPT = 256_000_000
_HASHED = re.compile(
    r"\A_next/static/|[.\-_~](?=[\w-]*[0-9A-Z])(?:[A-Za-z0-9]{8,}|[\w-]{8})(?:\.[a-z0-9]+){1,3}\Z", re.ASCII
)
_FOREVER, _EACH_TIME = "public, max-age=31536000, immutable", "public, max-age=0, must-revalidate"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_PLAIN = ("Content-Type", "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold an answer: its body, or the part of a file that is; `length` bytes from `start`."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    file: Path | None = None
    start: int = 0
    length: int = 0


class Replies:
    """Answer for a build directory; what was compressed is kept, so that no run waits for it twice."""

    def __init__(self, build: Build, fallback: str = "") -> None:
        self._folder, self._files, self._fallback = build.folder, frozenset(build.files), fallback
        self._kept: dict[tuple[str, Encoding], bytes] = {}
        self._room = _MOST_KEPT
        self._lock = threading.Lock()

    def get(self, target: str, asked: Mapping[str, str]) -> Reply:
        """Answer a GET; raise OSError when a file cannot be read any more."""
        navigates = "text/html" in asked.get("Accept", "")
        found = answer(target, self._files, self._fallback, navigates=navigates)
        if found.location:
            return Reply(found.status, (("Location", found.location), ("Cache-Control", _EACH_TIME)))
        if not found.file:
            return refusal(found.status)
        kind, size, mark = type_of(found.file), *self._state(found.file)
        headers = (
            ("Content-Type", kind),
            ("Cache-Control", _FOREVER if _HASHED.search(found.file) else _EACH_TIME),
            ("ETag", mark),
        )
        if found.status == 200 and asked.get("If-None-Match") == mark:
            return Reply(304, headers[1:])
        if is_compressible(kind) and size <= _LARGEST_TEXT:
            encoding = _encoding(asked.get("Accept-Encoding", "")) if size >= SMALLEST else ""
            told = (("Content-Encoding", encoding),) if encoding else ()
            body = self._body(found.file, encoding)
            return Reply(found.status, (*headers, ("Vary", "Accept-Encoding"), *told), body)
        part = _part(asked.get("Range", ""), size) if found.status == 200 else (0, size)
        return _of_file(Reply(found.status, headers, file=self._folder / found.file), part, size)

    def _state(self, file: str) -> tuple[int, str]:
        """Give a file's size, and a mark of fixed length for what it holds."""
        status = (self._folder / file).lstat()
        told = f"{status.st_size} {status.st_mtime_ns}".encode() + os.fsencode(file)
        return status.st_size, f'W/"{hashlib.sha256(told).hexdigest()[:16]}"'

    def _body(self, file: str, encoding: Encoding) -> bytes:
        with self._lock:
            if (file, encoding) in self._kept:
                return self._kept[file, encoding]
            body = encoded(read_bytes(self._folder / file, _LARGEST_TEXT), encoding)
            if len(body) <= self._room:
                self._room -= len(body)
                self._kept[file, encoding] = body
            return body


def refusal(status: int) -> Reply:
    """Answer with a status alone."""
    return Reply(status, (_PLAIN,), f"{status}\n".encode())


def _encoding(accepted: str) -> Encoding:
    """Choose what the browser takes; brotli before gzip."""
    names = {
        part.partition(";")[0].strip().lower()
        for part in accepted.split(",")
        if not re.search(r";\s*q=0(?:\.0*)?\s*\Z", part)
    }
    return "br" if "br" in names else "gzip" if "gzip" in names else ""


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Give the start and end of what one range asks for, the whole for no range; None outside of it."""
    match = _RANGE.fullmatch(asked)
    if match is None or match[1] == match[2] == "":
        return 0, size
    if not match[1]:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return (start, end) if start < end else None


def _of_file(whole: Reply, part: tuple[int, int] | None, size: int) -> Reply:
    headers = (*whole.headers, ("Accept-Ranges", "bytes"))
    if part is None:
        return Reply(416, (("Content-Range", f"bytes */{size}"), _PLAIN), b"416\n")
    start, end = part
    if (start, end) == (0, size):
        return Reply(whole.status, headers, file=whole.file, length=size)
    told = ("Content-Range", f"bytes {start}-{end - 1}/{size}")
    return Reply(206, (*headers, told), file=whole.file, start=start, length=end - start)
