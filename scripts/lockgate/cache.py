"""Results by content: what a tool said about the same bytes with the same settings is not asked again.

One SQLite file. Its keys are hashes salted with random bytes of that file: nothing in it can be looked up in
a table made beforehand. What is in it is read as hostile: it decodes into the expected type or is a miss.
A cache that cannot be used is no error; the run is slower.
"""

import contextlib
import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_FORMAT = "1"
_MAX_ROWS = 400_000
_SALT_BYTES = 32
_SPOILED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (id INTEGER PRIMARY KEY, key BLOB UNIQUE, value BLOB);
"""


class Cache:
    """Keep at most `max_rows` results in `file`, or for this run alone when it is None or cannot be used.

    `generation` names the code that makes the results. `salt` is for a cache without a file, whose keys
    others must be able to make.
    """

    def __init__(
        self, file: Path | None, generation: str = "", max_rows: int = _MAX_ROWS, salt: bytes = b""
    ) -> None:
        self._file = file and file.with_name(f"{file.stem}-{_FORMAT}{file.suffix}")
        self.generation = generation
        self._max_rows = max_rows
        self._lock = threading.Lock()
        self._database = _open(self._file)
        self.salt = salt or secrets.token_bytes(_SALT_BYTES)
        with self._using() as database:
            self.salt = _salt(database, self.salt)

    def digest(self, data: bytes) -> str:
        """Name content without telling anything about it to those who do not have this cache."""
        return hashlib.blake2b(data, key=self.salt, digest_size=20).hexdigest()

    def key(self, *parts: str) -> bytes:
        """Make the key of a result from all that it depends on."""
        text = "\0".join((self.generation, *parts))
        return hashlib.blake2b(
            text.encode("utf-8", "surrogateescape"), key=self.salt, digest_size=20
        ).digest()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Give the results that are there."""
        found = {}
        with self._using() as database:
            for key in keys:
                row = database.execute("SELECT value FROM results WHERE key = ?", (key,)).fetchone()
                if row and isinstance(row[0], bytes):
                    found[key] = row[0]
        return found

    def put(self, results: Mapping[bytes, bytes]) -> None:
        """Keep results for the next run; the oldest make room."""
        with self._using() as database, database:
            database.executemany("INSERT OR REPLACE INTO results (key, value) VALUES (?, ?)", results.items())
            database.execute(
                "DELETE FROM results WHERE id <= (SELECT max(id) FROM results) - ?", (self._max_rows,)
            )

    def everything(self) -> dict[bytes, bytes]:
        """Give all results."""
        found: list[tuple[bytes, bytes]] = []
        with self._using() as database:
            found += database.execute("SELECT key, value FROM results ORDER BY key")
        return dict(found)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextlib.contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Lend the database: what fails in it is a miss, and a spoiled file is removed for the next run."""
        with self._lock:
            try:
                yield self._database
            except sqlite3.Error as error:
                if self._file and _is_spoiled(error):
                    self._database.close()
                    _remove(self._file)
                    self._database = _connect(":memory:")


def _open(file: Path | None) -> sqlite3.Connection:
    with contextlib.suppress(OSError, sqlite3.Error):
        if file:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                return _connect(str(file))
            except sqlite3.Error as error:
                if _is_spoiled(error):
                    _remove(file)
                    return _connect(str(file))
    return _connect(":memory:")


def _connect(name: str) -> sqlite3.Connection:
    previous = os.umask(0o077)
    try:
        database = sqlite3.connect(name, timeout=10, check_same_thread=False)
        try:
            database.executescript(_TABLES)
        except sqlite3.Error:
            database.close()
            raise
    finally:
        os.umask(previous)
    return database


def _salt(database: sqlite3.Connection, fresh: bytes) -> bytes:
    """Give the salt of a database; it is `fresh` when there is none, or none of the right length."""
    with database:
        database.execute("BEGIN IMMEDIATE")  # of two runs that begin at once, one makes it
        row = database.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
        if row and isinstance(row[0], bytes) and len(row[0]) == _SALT_BYTES:
            return row[0]
        database.execute("INSERT OR REPLACE INTO meta VALUES ('salt', ?)", (fresh,))
    return fresh


def _is_spoiled(error: sqlite3.Error) -> bool:
    """Tell a file that is no database from one that is only busy or read-only, which others may be using."""
    return getattr(error, "sqlite_errorcode", None) in _SPOILED


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            file.with_name(file.name + suffix).unlink()


def code_digest() -> str:
    """Name the code of this package: a result of other code is not reused."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
