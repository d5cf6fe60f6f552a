"""What an index is made of: OSV's exports, FIRST's EPSS and CISA's KEV, from files or from OSV.

Sources: https://google.github.io/osv.dev/data/ · https://www.first.org/epss/data_stats ·
https://www.cisa.gov/known-exploited-vulnerabilities-catalog
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from lockgate.advisories import osv
from lockgate.advisories.grouping import Extra
from lockgate.errors import InputError
from lockgate.untrusted import one_line

LARGEST = 8 << 30
"""Bytes of all records of one archive, unpacked; npm's have a few gigabytes, most of them malware."""
LARGEST_TABLE = 128 << 20
"""Bytes of EPSS or KEV, unpacked."""


class Member(NamedTuple):
    """Hold one record as an export has it: where it was, and its bytes."""

    name: str
    data: bytes


def members(paths: Iterable[Path]) -> Iterator[Member]:
    """Give the records of archives, folders of archives and records, and single records, in a fixed order.

    Raise InputError for what cannot be read whole.
    """
    for path in paths:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.suffix == ".zip":
                yield from _unpacked(file)
            elif file.suffix == ".json":
                yield Member(file.name, _bytes(file, osv.LARGEST))
            elif not path.is_dir():
                raise unreadable(path, "it is no .zip, no .json and no folder")


def unreadable(path: Path, cause: str) -> InputError:
    """Say that a file of an export cannot be taken."""
    return InputError(
        f"{one_line(str(path))} cannot be read as a source of advisories",
        cause=one_line(cause),
        todo="get it again; OSV's exports are named <ecosystem>/all.zip, with one JSON file a record",
    )


def _bytes(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise unreadable(file, error.strerror or str(error)) from error
    if len(data) > limit:
        raise unreadable(file, f"it has more than {limit} bytes")
    return data


def _unpacked(file: Path) -> Iterator[Member]:
    left = LARGEST
    try:
        with zipfile.ZipFile(file) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if not info.filename.endswith(".json"):
                    continue
                with archive.open(info) as stream:
                    data = stream.read(min(left, osv.LARGEST) + 1)
                left -= len(data)
                if left < 0 or len(data) > osv.LARGEST:
                    raise unreadable(file, f"{info.filename} is too large, or all of it is")
                yield Member(info.filename, data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise unreadable(file, f"the archive is not whole: {error}") from error


def tables(epss: Path | None, kev: Path | None) -> Extra:
    """Read FIRST's probabilities (CSV, or that in gzip) and CISA's catalogue (JSON); None: not given."""
    return Extra(epss=_epss(epss) if epss else {}, kev=_kev(kev) if kev else frozenset())


def _epss(file: Path) -> Mapping[str, float]:
    data = _bytes(file, LARGEST_TABLE)
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(data)) as stream:
                data = stream.read(LARGEST_TABLE + 1)
        if len(data) > LARGEST_TABLE:
            raise ValueError("it is too large")
        lines = (line for line in data.decode().splitlines() if not line.startswith("#"))
        found = {row["cve"]: float(row["epss"]) for row in csv.DictReader(lines)}
    except (ValueError, KeyError, TypeError, csv.Error, OSError, EOFError, zlib.error) as error:
        raise unreadable(file, f"no table of EPSS: {error}") from error
    if not found or not all(0 <= value <= 1 for value in found.values()):
        raise unreadable(file, "no table of EPSS: it is empty, or has what is no probability")
    return found


class _Catalogue(msgspec.Struct):
    vulnerabilities: list[dict[str, Any]]


def _kev(file: Path) -> frozenset[str]:
    try:
        catalogue = msgspec.json.decode(_bytes(file, LARGEST_TABLE), type=_Catalogue)
        found = frozenset(str(entry["cveID"]) for entry in catalogue.vulnerabilities)
    except (msgspec.MsgspecError, KeyError, UnicodeError, RecursionError) as error:
        raise unreadable(file, f"no catalogue of KEV: {error}") from error
    if not found:
        raise unreadable(file, "no catalogue of KEV: it is empty")
    return found
