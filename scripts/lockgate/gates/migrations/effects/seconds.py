"""How large tables are in production, as the project tells, and how long reading or writing them takes."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lockgate.errors import ConfigurationError
from lockgate.gates.migrations.model import Size

LARGEST_FILE = 16 * 1024 * 1024
SCAN = 125_000_000
"""Bytes a second that a table is read at: what a general-purpose disk of a cloud gives without extra pay."""
REWRITE = 45_000_000
"""Bytes a second that a table with two indexes is written anew at: measured, PostgreSQL 15, 4 million rows,
450 MB in the cache, 45 to 54 MB/s; only the log and the indexes make it slower on a larger one."""
TINY_BYTES, TINY_ROWS = 1024 * 1024, 10_000
"""What is smaller is read or written in a fraction of a second."""
QUERY = """\
SELECT json_build_object('schema', 'lockgate-table-sizes/1', 'tables', coalesce(json_object_agg(
  format('%s.%s', nspname, relname),
  json_build_object('rows', greatest(reltuples, 0)::bigint, 'bytes', pg_table_size(c.oid))), '{}'))
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema'"""
"""What makes the file, by `psql --no-psqlrc --tuples-only --no-align --command`; README.md shows it."""

_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: _Count
    bytes: _Count


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["lockgate-table-sizes/1"]
    tables: dict[str, _Table]


def read_sizes(data: bytes, path: str) -> dict[str, Size]:
    """Read a `stats-file`: a table's rows and bytes by its name with the schema."""
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError(f"it has more than {LARGEST_FILE:,} bytes")
        tables = msgspec.json.decode(data, type=_Document).tables
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{path} does not hold the sizes of tables: {error}",
            cause="It was written by hand, or cut off.",
            todo="Make it anew with the query that README.md shows below `stats-file`.",
        ) from None
    return {_full(name): Size(table.rows, table.bytes) for name, table in tables.items()}


def estimate(sizes: Mapping[str, Size], tables: Iterable[str], rate: int) -> str:
    """Say how long these tables take at `rate` bytes a second; empty where no size is known."""
    total = sum(sizes[name].bytes for name in _known(sizes, tables))
    if not total:
        return ""
    return f"about {_time(total / rate)} at {_bytes(total)}"


def tiny(sizes: Mapping[str, Size], tables: Iterable[str]) -> bool:
    """Say whether all of these tables are known to be tiny."""
    names = set(tables)
    known = [sizes[name] for name in _known(sizes, names)]
    small = all(size.bytes < TINY_BYTES and size.rows < TINY_ROWS for size in known)
    return bool(names) and len(known) == len(names) and small


def _known(sizes: Mapping[str, Size], tables: Iterable[str]) -> list[str]:
    return [name for name in set(tables) if name in sizes]


def _full(name: str) -> str:
    return name if "." in name else f"public.{name}"


def _time(seconds: float) -> str:
    if seconds < 1:
        return "1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"


def _bytes(number: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if number >= size:
            return f"{number / size:,.3g} {unit}"
    return f"{number / 1000:,.3g} kB"
