"""Make an index: one SQLite file, the same bytes from the same records wherever they come from."""

import hashlib
import os
import secrets
import sqlite3
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from lockgate.advisories import exports, grouping, osv, spans
from lockgate.advisories.grouping import Extra
from lockgate.advisories.index import FORMAT, Index, Meta, open_index
from lockgate.errors import InputError, PlatformError
from lockgate.untrusted import one_line

if TYPE_CHECKING:
    from lockgate.advisories.model import Package

_NAMED = 20
"""How many of the records that could not be read are named."""
_TABLES = """
PRAGMA page_size = 4096;
PRAGMA encoding = 'UTF-8';
CREATE TABLE meta (value BLOB NOT NULL);
CREATE TABLE records (number INTEGER PRIMARY KEY, id TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE affected (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, record INTEGER NOT NULL, twins INTEGER NOT NULL,
    spans BLOB NOT NULL, PRIMARY KEY (ecosystem, name, record)
) WITHOUT ROWID;
CREATE TABLE advisories (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, twins INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (ecosystem, name, twins)
) WITHOUT ROWID;
CREATE TABLE cves (id TEXT PRIMARY KEY, epss REAL, kev INTEGER NOT NULL) WITHOUT ROWID;
"""


class _Row(NamedTuple):
    id: str
    modified: str
    data: bytes
    names: list[str]
    affected: list[tuple[str, str, bytes]]
    withdrawn: bool


@dataclass
class _Gathered:
    rows: dict[str, _Row] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)


def build(
    target: Path,
    members: Iterable[exports.Member],
    extra: Extra,
    *,
    sources: Sequence[str],
    etags: Mapping[str, str] | None = None,
) -> Meta:
    """Write an index into a file, all or nothing, and say what is in it.

    Records that are none are left out and named. Raise InputError when none is left, or when a source is not
    whole.
    """
    gathered = _gather(members)
    if not gathered.rows:
        raise InputError(
            "there is no advisory in what the index should be made of",
            cause=f"{len(gathered.bad)} files were no records of OSV"
            if gathered.bad
            else "it has no records",
            todo="give OSV's exports, such as PyPI/all.zip, or a folder of them",
        )
    rows = [gathered.rows[text] for text in sorted(gathered.rows)]
    extra = _named(rows, extra)
    meta = _meta(rows, extra, gathered.bad, sources, etags or {})
    try:
        _write(target, meta, rows, extra)
    except (OSError, sqlite3.Error) as error:
        raise PlatformError(
            f"the index {one_line(str(target))} cannot be written: {error}",
            cause="its folder is read-only, or the disk is full",
            todo="mend that, or set LOCKGATE_HOME to a folder that can be written to",
        ) from error
    return meta


def of_folder(paths: Sequence[Path], extra: Extra | None = None) -> Index:
    """Make an index of exports that are kept beside a repository, for this run alone."""
    with tempfile.TemporaryDirectory(prefix="lockgate-") as folder:
        file = Path(folder, "advisories.db")
        build(file, exports.members(paths), extra or Extra(), sources=[path.name for path in paths])
        return open_index(file)


def _gather(members: Iterable[exports.Member]) -> _Gathered:
    gathered = _Gathered()
    for member in members:
        try:
            row = _row(member.data)
        except ValueError as error:
            gathered.bad.append(one_line(f"{member.name}: {error}")[:200])
            continue
        known = gathered.rows.get(row.id)
        # One record stands in the export of each of its ecosystems.
        if known is None or (known.modified, known.data) < (row.modified, row.data):
            gathered.rows[row.id] = row
    return gathered


def _row(data: bytes) -> _Row:
    record = osv.decode(data)
    modified = osv.moment(record.get("modified"))
    if modified is None:
        raise ValueError("a record without the time of its last change")
    return _Row(
        id=record["id"],
        modified=modified.isoformat(),
        data=zlib.compress(data, 9),
        names=grouping.names(record),
        affected=list(_affected(record)),
        withdrawn=osv.is_withdrawn(record),
    )


def _affected(record: osv.Record) -> Iterator[tuple[str, str, bytes]]:
    entries: dict[Package, list[osv.Record]] = {}
    for package, entry in osv.entries(record):
        entries.setdefault(package, []).append(entry)
    for package, held in sorted(entries.items()):
        yield package.ecosystem, package.name, msgspec.json.encode(spans.stored(package.ecosystem, held))


def _named(rows: Sequence[_Row], extra: Extra) -> Extra:
    """Keep what is said of the CVEs that a record names: the tables know a hundred times more."""
    names = {text for row in rows if not row.withdrawn for text in row.names}
    return Extra({text: extra.epss[text] for text in names & extra.epss.keys()}, extra.kev & names)


def _meta(
    rows: Sequence[_Row], extra: Extra, bad: Sequence[str], sources: Sequence[str], etags: Mapping[str, str]
) -> Meta:
    return Meta(
        digest=_digest(rows),
        newest=max(row.modified for row in rows),
        count=len(rows),
        withdrawn=sum(row.withdrawn for row in rows),
        ecosystems=_ecosystems(rows),
        sources=list(sources),
        etags=dict(sorted(etags.items())),
        epss=len(extra.epss),
        kev=len(extra.kev),
        bad=len(bad),
        bad_named=sorted(bad)[:_NAMED],
    )


def _digest(rows: Sequence[_Row]) -> str:
    return hashlib.sha256("".join(f"{row.id}@{row.modified}\n" for row in rows).encode()).hexdigest()


def _ecosystems(rows: Sequence[_Row]) -> dict[str, int]:
    found = Counter(text for row in rows for text in {ecosystem for ecosystem, _, _ in row.affected})
    return dict(sorted(found.items()))


def _write(target: Path, meta: Meta, rows: Sequence[_Row], extra: Extra) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(8)}.part")
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.executescript(f"{_TABLES} PRAGMA user_version = {FORMAT};")
            _fill(database, meta, [row for row in rows if not row.withdrawn], extra)
            database.commit()
            database.execute("VACUUM INTO ?", (str(part),))
        os.replace(part, target)  # noqa: PTH105 - says that it replaces
    finally:
        part.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, meta: Meta, rows: Sequence[_Row], extra: Extra) -> None:
    database.execute("INSERT INTO meta VALUES (?)", (msgspec.json.encode(meta),))
    database.executemany(
        "INSERT INTO records VALUES (?, ?, ?)",
        ((number, row.id, row.data) for number, row in enumerate(rows)),
    )
    packages: dict[tuple[str, str], list[tuple[int, bytes]]] = {}
    for number, row in enumerate(rows):
        for ecosystem, name, kept in row.affected:
            packages.setdefault((ecosystem, name), []).append((number, kept))
    for (ecosystem, name), held in sorted(packages.items()):
        _package(database, osv.package(ecosystem, name), held, rows, extra)
    database.executemany(
        "INSERT INTO cves VALUES (?, ?, ?)",
        ((text, extra.epss.get(text), text in extra.kev) for text in sorted(extra.epss.keys() | extra.kev)),
    )


def _package(
    database: sqlite3.Connection,
    package: "Package",
    held: Sequence[tuple[int, bytes]],
    rows: Sequence[_Row],
    extra: Extra,
) -> None:
    key = (package.ecosystem, package.name)
    gathered: dict[int, list[int]] = {}
    firsts = grouping.groups(rows[number].names for number, _ in held)
    for (number, kept), first in zip(held, firsts, strict=True):
        twins = held[first][0]
        gathered.setdefault(twins, []).append(number)
        database.execute("INSERT INTO affected VALUES (?, ?, ?, ?, ?)", (*key, number, twins, kept))
    for twins, numbers in gathered.items():
        records = [osv.decode(zlib.decompress(rows[number].data)) for number in numbers]
        data = zlib.compress(msgspec.json.encode(grouping.merged(records, package, extra)), 9)
        database.execute("INSERT INTO advisories VALUES (?, ?, ?, ?)", (*key, twins, data))
