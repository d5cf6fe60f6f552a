"""The sizes of tables as a project tells them, and the time that they stand for."""

import json
from typing import TYPE_CHECKING

import pytest

from lockgate.errors import ConfigurationError
from lockgate.gates.migrations.effects.seconds import (
    LARGEST_FILE,
    QUERY,
    REWRITE,
    SCAN,
    estimate,
    read_sizes,
    tiny,
)
from lockgate.gates.migrations.model import Size

if TYPE_CHECKING:
    from lockgate.postgres.server import Server

GOOD = {"schema": "lockgate-table-sizes/1", "tables": {"public.users": {"rows": 5, "bytes": 8192}}}


def read(document: object) -> dict[str, Size]:
    return read_sizes(json.dumps(document).encode(), "sizes.json")


def test_a_good_file() -> None:
    assert read(GOOD) == {"public.users": Size(5, 8192)}
    short = {**GOOD, "tables": {"users": {"rows": 0, "bytes": 0}, "a.b": {"rows": 1, "bytes": 2}}}
    assert read(short) == {"public.users": Size(0, 0), "a.b": Size(1, 2)}


def test_the_query_of_the_readme_makes_a_good_file(server: "Server") -> None:
    with server.create("sizes").connect() as connection:
        empty = connection.execute(QUERY.encode()).fetchone()
        connection.execute('CREATE TABLE "a b" AS SELECT generate_series(1, 3000) AS id')
        connection.execute("ANALYZE")
        filled = connection.execute(QUERY.encode()).fetchone()
    assert empty
    assert filled
    assert read(empty[0]) == {}
    [(name, size)] = read(filled[0]).items()
    assert (name, size.rows) == ("public.a b", 3000)
    assert 3000 * 30 < size.bytes < 3000 * 60


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (LARGEST_FILE + 1),
        json.dumps({**GOOD, "schema": "other/1"}).encode(),
        json.dumps({**GOOD, "more": 1}).encode(),
        json.dumps({**GOOD, "tables": []}).encode(),
        json.dumps({**GOOD, "tables": {"a": {"rows": -1, "bytes": 1}}}).encode(),
        json.dumps({**GOOD, "tables": {"a": {"rows": 1.5, "bytes": 1}}}).encode(),
        json.dumps({**GOOD, "tables": {"a": {"rows": 10**30, "bytes": 1}}}).encode(),
        json.dumps({**GOOD, "tables": {"a": {"rows": "1", "bytes": 1}}}).encode(),
        json.dumps({**GOOD, "tables": {"a": {"rows": 1}}}).encode(),
        b'{"schema": "lockgate-table-sizes/1", "tables": {"a": {"rows": NaN, "bytes": 1}}}',
    ],
)
def test_a_bad_file_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"sizes\.json does not hold"):
        read_sizes(data, "sizes.json")


@pytest.mark.parametrize(
    ("size", "rate", "words"),
    [
        (0, SCAN, ""),
        (999, SCAN, "about 1 s at 0.999 kB"),
        (5_000_000_000, SCAN, "about 40 s at 5 GB"),
        (12_000_000_000, SCAN, "about 96 s at 12 GB"),
        (12_000_000_000, REWRITE, "about 4 min at 12 GB"),
        (3 * 10**12, REWRITE, "about 19 h at 3 TB"),
    ],
)
def test_time(size: int, rate: int, words: str) -> None:
    assert estimate({"a.b": Size(1, size)}, ["a.b", "a.b", "a.unknown"], rate) == words


def test_tiny_is_only_what_is_known_to_be() -> None:
    sizes = {"a.s": Size(9_999, 1_048_575), "a.rows": Size(10_000, 1), "a.bytes": Size(1, 1_048_576)}
    assert tiny(sizes, ["a.s"])
    assert [
        tiny(sizes, names) for names in (["a.rows"], ["a.bytes"], ["a.s", "a.x"], ["a.s", "a.rows"], [])
    ] == [False] * 5
