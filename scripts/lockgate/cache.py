"""Results by content: what a tool said about the same bytes with the same settings is not asked again.

One SQLite file. A key is a hash salted with random bytes of that file: a cache that leaves the machine tells
nothing about the files that were scanned. What is in it is read as hostile: it decodes into the expected type
or is a miss. A cache that cannot be used is no error; the run is slower.
"""

import contextlib
import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

_FORMAT = "1"
_MAX_ROWS = 400_000
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (id INTEGER PRIMARY KEY, key BLOB UNIQUE, value BLOB);
"""


class Cache:
    """Keep results in `file`; None keeps them for this run alone. `generation` names the code that makes them."""

    def __init__(self, file: Path | None, generation: str = "") -> None:
        self._generation = generation
        self._lock = threading.Lock()
        self._database = _open(file)
        self.salt = self._salt()

    def digest(self, data: bytes) -> str:
        """Name content without telling anything about it outside this cache."""
        return hashlib.blake2b(data, key=self.salt, digest_size=20).hexdigest()

    def key(self, *parts: str) -> bytes:
        """Make the key of a result from all that it depends on."""
        return hashlib.blake2b(
            "\0".join((self._generation, *parts)).encode("utf-8", "surrogateescape"), key=self.salt
        ).digest()[:20]

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Give the results that are there."""
        found = {}
        with self._lock, contextlib.suppress(sqlite3.Error):
            for key in keys:
                row = self._database.execute("SELECT value FROM results WHERE key = ?", (key,)).fetchone()
                if row and isinstance(row[0], bytes):
                    found[key] = row[0]
        return found

    def put(self, results: Mapping[bytes, bytes]) -> None:
        """Keep results for the next run; the oldest make room."""
        with self._lock, contextlib.suppress(sqlite3.Error), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO results (key, value) VALUES (?, ?)", results.items()
            )
            self._database.execute(
                "DELETE FROM results WHERE id <= (SELECT max(id) FROM results) - ?", (_MAX_ROWS,)
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _salt(self) -> bytes:
        fresh = secrets.token_bytes(32)
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.execute("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", (fresh,))
            row = self._database.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
            if row and isinstance(row[0], bytes) and len(row[0]) == len(fresh):
                return row[0]
        return fresh


def _open(file: Path | None) -> sqlite3.Connection:
    if file:
        versioned = file.with_name(f"{file.stem}-{_FORMAT}{file.suffix}")
        for _ in range(2):
            with contextlib.suppress(OSError, sqlite3.Error):
                versioned.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                return _connect(str(versioned))
            with contextlib.suppress(OSError):  # a spoiled file is made anew
                versioned.unlink()
    return _connect(":memory:")


def _connect(name: str) -> sqlite3.Connection:
    previous = os.umask(0o077)
    try:
        database = sqlite3.connect(name, timeout=10, check_same_thread=False)
        database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _TABLES)
    finally:
        os.umask(previous)
    return database


def code_digest() -> str:
    """Name the code of this package: a result of other code is not reused."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
