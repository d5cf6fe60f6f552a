"""Answer from an index on this machine: no network, the same answers as OSV's on the same records."""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from lockgate.advisories import osv, spans
from lockgate.advisories.grouping import Extra
from lockgate.advisories.model import Advisory, Package, Pin, Snapshot
from lockgate.errors import InputError, PlatformError
from lockgate.untrusted import one_line
from lockgate.versions import order

FORMAT = 1
"""Changes whenever the tables, or what stands in them, do."""

_ADVISORIES = msgspec.json.Decoder(Advisory)
_SPANS = msgspec.json.Decoder(tuple[list[list[tuple[str, str]]], list[str]])


class Meta(msgspec.Struct, frozen=True):
    """Hold what an index says of itself; times are RFC 3339, `ecosystems` counts records, the tables CVEs."""

    digest: str
    newest: str
    count: int
    withdrawn: int
    ecosystems: dict[str, int]
    sources: list[str]
    etags: dict[str, str]
    epss: int
    kev: int
    bad: int
    bad_named: list[str]


class _Held(NamedTuple):
    """Hold what is known of one package: its records, when they hold, and what was answered.

    An advisory goes by the number of the first of the records that are one.
    """

    records: list[int]
    matcher: spans.Matcher
    advisories: dict[int, Advisory]
    answers: dict[frozenset[int], tuple[Advisory, ...]]


class Index:
    """Answer which advisories hold for pinned versions; satisfies `Advisories`. Not for several threads."""

    def __init__(self, database: sqlite3.Connection, meta: Meta, name: str) -> None:
        self._database = database
        self._name = name
        self.meta = meta
        self._packages: dict[Package, _Held | None] = {}

    @property
    def snapshot(self) -> Snapshot:
        """Name the data."""
        newest = datetime.fromisoformat(self.meta.newest)
        source = ", ".join(self.meta.sources)
        return Snapshot(
            source=source, digest=self.meta.digest, newest=newest, count=self.meta.count,
            ecosystems=frozenset(self.meta.ecosystems),
        )  # fmt: skip

    @cached_property
    def extra(self) -> Extra:
        """Give what the index knows by CVE."""
        rows = self._rows("SELECT id, epss, kev FROM cves", ())
        return Extra(
            epss={text: epss for text, epss, _ in rows if epss is not None},
            kev=frozenset(text for text, _, kev in rows if kev),
        )

    def of(self, pins: Iterable[Pin]) -> Mapping[Pin, tuple[Advisory, ...]]:
        """Give the advisories of each pin, sorted by id; pins without any are missing."""
        found = {}
        try:
            for pin in pins:
                if held := self._of(pin):
                    found[pin] = held
        except (sqlite3.Error, zlib.error, msgspec.MsgspecError, ValueError) as error:
            raise self._spoiled(error) from error
        return found

    def records(self, packages: Iterable[Package]) -> Mapping[Package, tuple[osv.Record, ...]]:
        """Give OSV's own records of packages, sorted by id."""
        found = {}
        try:
            for package in packages:
                if held := self._held(osv.package(package.ecosystem, package.name)):
                    found[package] = tuple(map(self._record, held.records))
        except (sqlite3.Error, zlib.error, msgspec.MsgspecError, ValueError) as error:
            raise self._spoiled(error) from error
        return found

    def _of(self, pin: Pin) -> tuple[Advisory, ...]:
        package = osv.package(pin.package.ecosystem, pin.package.name)
        held = self._held(package)
        if not held:
            return ()
        twins = held.matcher.of(order.of(package.ecosystem)(pin.version))
        answer = held.answers.get(twins)
        if answer is None:
            made = [held.advisories.get(each) or self._advisory(package, each) for each in twins]
            held.advisories.update(zip(twins, made, strict=True))
            answer = held.answers[twins] = tuple(sorted(made, key=lambda advisory: advisory.id))
        return answer

    def _held(self, package: Package) -> _Held | None:
        if package in self._packages:
            return self._packages[package]
        rows = self._rows(
            "SELECT record, twins, spans FROM affected WHERE ecosystem = ? AND name = ? ORDER BY record",
            (package.ecosystem, package.name),
        )
        held = self._packages[package] = self._compiled(package, rows) if rows else None
        return held

    def _compiled(self, package: Package, rows: list[tuple[Any, ...]]) -> _Held:
        entries = (
            (twins, spans.compiled(package.ecosystem, *_SPANS.decode(kept))) for _, twins, kept in rows
        )
        return _Held([record for record, _, _ in rows], spans.Matcher(entries), {}, {})

    def _advisory(self, package: Package, twins: int) -> Advisory:
        ((data,),) = self._rows(
            "SELECT data FROM advisories WHERE ecosystem = ? AND name = ? AND twins = ?",
            (package.ecosystem, package.name, twins),
        )
        return _ADVISORIES.decode(_unpacked(data))

    def _record(self, number: int) -> osv.Record:
        ((data,),) = self._rows("SELECT data FROM records WHERE number = ?", (number,))
        return osv.decode(_unpacked(data))

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._database.execute(statement, values).fetchall()

    def _spoiled(self, error: Exception) -> PlatformError:
        return PlatformError(
            f"the index of advisories {self._name} cannot be read: {one_line(str(error))}",
            cause="the file was damaged after it was written",
            todo="make it again: `lockgate advisories update`",
        )


def _unpacked(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, 2 * osv.LARGEST)


def open_index(path: Path) -> Index:
    """Open an index; raise InputError when there is none, or it is damaged, or of another format."""
    name = one_line(str(path))
    if not path.is_file():
        raise InputError(
            f"there is no index of advisories at {name}",
            cause="none was made on this machine yet",
            todo="run `lockgate advisories update`, or with `--from` an export where there is no network",
        )
    try:
        database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
        ((version,),) = database.execute("PRAGMA user_version").fetchall()
        if version != FORMAT:
            raise ValueError(f"it has format {version}, not {FORMAT}")
        ((data,),) = database.execute("SELECT value FROM meta").fetchall()
        meta = msgspec.json.decode(data, type=Meta)
        datetime.fromisoformat(meta.newest)
    except (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError) as error:
        raise InputError(
            f"the index of advisories at {name} cannot be used: {one_line(str(error))}",
            cause="it is damaged, or was made by another version of lockgate",
            todo="make it again: `lockgate advisories update`",
        ) from error
    return Index(database, meta, name)
