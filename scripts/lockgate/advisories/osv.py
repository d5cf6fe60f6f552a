"""OSV's records: read with care, and judged by the algorithm of OSV's schema.

Source: https://ossf.github.io/osv-schema/ (evaluation: "affected[].ranges[].events").
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from lockgate.advisories.model import Package
from lockgate.versions import order

Record = dict[str, Any]

LARGEST = 8 << 20
"""Bytes of one record; real ones are a few kilobytes, few reach one megabyte."""
DEEPEST = 32
"""Levels of lists and objects in one record."""

_CLOSING = ("fixed", "last_affected", "limit")


class _Package(msgspec.Struct):
    name: str
    ecosystem: str


class _Range(msgspec.Struct):
    type: str
    events: list[dict[str, str]] | None = None


class _Severity(msgspec.Struct):
    type: str
    score: str


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None
    severity: list[_Severity] | None = None


class _Reference(msgspec.Struct):
    url: str
    type: str = ""


class _Shape(msgspec.Struct):
    """What we go by must have OSV's types; everything else may be anything."""

    id: str
    modified: str = ""
    published: str | None = None
    withdrawn: str | None = None
    summary: str | None = None
    details: str | None = None
    aliases: list[str] | None = None
    affected: list[_Affected] | None = None
    severity: list[_Severity] | None = None
    references: list[_Reference] | None = None
    database_specific: dict[str, Any] | None = None


_ID = re.compile(r"[A-Za-z0-9][\w.:+-]{2,99}", re.ASCII)
_RECORDS = msgspec.json.Decoder()
_SHAPES = msgspec.json.Decoder(_Shape)


def decode(data: bytes) -> Record:
    """Read one record; raise ValueError when it is too large, too deep, no JSON or not of OSV's shape."""
    if len(data) > LARGEST:
        raise ValueError(f"a record of {len(data)} bytes, more than {LARGEST}")
    try:
        shape = _SHAPES.decode(data)
        record: Record = _RECORDS.decode(data)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError(f"not a record of OSV: {error}") from None
    except RecursionError:
        raise ValueError("a record that is nested too deep") from None
    if not _ID.fullmatch(shape.id):
        raise ValueError("a record with an id that is none")
    if not _shallow(record):
        raise ValueError(f"a record with more than {DEEPEST} levels")
    return record


def _shallow(record: Record) -> bool:
    level: list[Any] = [record]
    for _ in range(DEEPEST):
        inner = (node.values() if isinstance(node, dict) else node for node in level)
        level = [child for children in inner for child in children if isinstance(child, (dict, list))]
        if not level:
            return True
    return False


@lru_cache(maxsize=1 << 16)
def package(ecosystem: str, name: str) -> Package:
    """Name a package as it is looked up: PyPI by PEP 503, actions in lower case, npm as it is."""
    ecosystem = ecosystem.partition(":")[0]
    if ecosystem == "PyPI":
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif ecosystem == "GitHub Actions":
        name = name.lower()
    return Package(ecosystem, name)


def entries(record: Record) -> Iterator[tuple[Package, Record]]:
    """Give the `affected` entries of a record that name a package, with its name as it is looked up."""
    for entry in record.get("affected") or ():
        if named := entry.get("package"):
            yield package(named["ecosystem"], named["name"]), entry


def is_withdrawn(record: Record) -> bool:
    """Say whether the record was taken back."""
    return bool(record.get("withdrawn"))


def affects(record: Record, wanted: Package, version: str) -> bool:
    """Say whether a record holds for a version of a package: listed, or in one of the ranges.

    An event that the ecosystem cannot order (`fixed: "2004d"`) closes nothing, unless versions are listed:
    then those decide instead of its range.
    """
    if is_withdrawn(record):
        return False
    wanted = package(wanted.ecosystem, wanted.name)
    return any(
        _holds(entry, wanted.ecosystem, version) for named, entry in entries(record) if named == wanted
    )


def _holds(entry: Record, ecosystem: str, version: str) -> bool:
    key = order.of(ecosystem)
    return key(version) in map(key, entry.get("versions") or ()) or any(
        _within(events, ecosystem, version) for events in ranges(entry, ecosystem)
    )


def ranges(entry: Record, ecosystem: str) -> Iterator[list[tuple[str, str]]]:
    """Give the events of each range that can be ordered, as (kind, version), in the record's order."""
    for span in entry.get("ranges") or ():
        if span["type"] not in {"SEMVER", "ECOSYSTEM"}:
            continue
        events = [item for event in span.get("events") or () for item in event.items()]
        odd = {
            item for item in events if item[0] in _CLOSING and item[1] != "*"
            and not order.orderable(ecosystem, item[1])
        }  # fmt: skip
        if not odd:
            yield events
        elif not entry.get("versions"):
            yield [item for item in events if item not in odd]


def _within(events: list[tuple[str, str]], ecosystem: str, version: str) -> bool:
    key = order.of(ecosystem)
    at = key(version)
    limits = [limit for kind, limit in events if kind == "limit"]
    if limits and not any(limit == "*" or at < key(limit) for limit in limits):
        return False
    inside = False
    steps = [(_start(text, ecosystem), kind) for kind, text in events if kind != "limit"]
    for bound, kind in sorted(steps, key=lambda step: (step[0], step[1] == "last_affected")):
        if kind == "introduced" and at >= bound:
            inside = True
        elif (kind == "fixed" and at >= bound) or (kind == "last_affected" and at > bound):
            inside = False
    return inside


def _start(version: str, ecosystem: str) -> order.Key:
    return order.LOWEST if version == "0" else order.of(ecosystem)(version)


def moment(text: str | None) -> datetime | None:
    """Read a time of a record (RFC 3339, up to nanoseconds) in UTC; None when it is none."""
    try:
        read = datetime.fromisoformat(text or "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def sanitised(record: Record) -> Record:
    """Copy a record without what crashes pip-audit.

    That is: `affected` without a package, times with nanoseconds or in another form, `fixed` that PEP 440
    does not know, and nulls for absent fields.
    """
    made = {field: value for field, value in record.items() if value is not None}
    for field in ("published", "modified", "withdrawn"):
        if field in made and not _retimed(made, field):
            del made[field]
    made["schema_version"] = "1.0.0"
    made["affected"] = [_entry(entry) for entry in record.get("affected") or () if entry.get("package")]
    return made


def _retimed(record: Record, field: str) -> bool:
    if read := moment(record[field]):
        record[field] = f"{read.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    # A time of withdrawal in another form withdraws all the same.
    return read is not None or field == "withdrawn"


def _entry(entry: Record) -> Record:
    made = {field: value for field, value in entry.items() if value is not None}
    if made["package"]["ecosystem"].partition(":")[0] == "PyPI":
        named = package("PyPI", made["package"]["name"])
        made["package"] = {**made["package"], "ecosystem": "PyPI", "name": named.name}
    made["ranges"] = [_range(span) for span in entry.get("ranges") or ()]
    return made


def _range(span: Record) -> Record:
    kept = [event for event in span.get("events") or () if _readable(span["type"], event)]
    return {**span, "events": kept}


def _readable(kind: str, event: dict[str, str]) -> bool:
    return kind == "GIT" or "fixed" not in event or order.orderable("PyPI", event["fixed"])
