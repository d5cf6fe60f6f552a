"""OSV's records: what is read, for which versions they hold, and what other readers get."""

import copy
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from advisories.corpus import entry, record
from lockgate.advisories import osv, spans
from lockgate.advisories.model import Package
from lockgate.versions import order

LOOM = Package("PyPI", "loom")
REED = Package("npm", "Reed")

_CASES = [
    (LOOM, [entry("Loom", ("introduced", "0"), ("fixed", "2.0"))], "0.dev0 1.9 2.0rc1 2004d",
     "2.0 2.0.post1 3"),
    (LOOM, [entry("loom", ("introduced", "1"), ("last_affected", "2.0"))], "1 2.0 2.0.0", "0.9 2.0.post1"),
    (LOOM, [entry("loom", ("introduced", "1"), ("last_affected", "1"))], "1 1.0", "0.9 1.0.1"),
    (LOOM, [entry("loom", ("fixed", "3.1"), ("introduced", "3"), ("fixed", "2.5"), ("introduced", "2"))],
     "2 2.4 3.0", "1 2.5 2.9 3.1"),
    (LOOM, [entry("loom", ("introduced", "0"), ("fixed", "1"), ("introduced", "1"), ("fixed", "1.1"))],
     "0.9 1 1.0.5", "1.1"),
    (LOOM, [entry("loom", ("introduced", "2"), ("fixed", "2"))], "", "1 2 3"),
    (LOOM, [entry("loom", ("introduced", "0"), ("limit", "2"))], "1 2rc1", "2 3"),
    (LOOM, [entry("loom", ("introduced", "1"), ("limit", "2"), ("limit", "3"))], "1 2.5", "0.5 3"),
    (LOOM, [entry("loom", ("introduced", "0"), ("limit", "*"))], "1 99", ""),
    (LOOM, [entry("loom", versions=["1.0", "2004d", "3.0a1"])],
     "1.0 1.0.0 2004d 3.0.alpha1", "1.1 2004D 3.0"),
    (LOOM, [entry("loom", ("introduced", "1"), ("fixed", "2"), versions=["2", "7"])],
     "1 1.5 2 7", "2.1 6"),
    (LOOM, [entry("loom", ("introduced", "1"), ("fixed", "2")),
            entry("loom", ("introduced", "3"), ("fixed", "4"))],
     "1.5 3.5", "2 4"),
    (LOOM, [entry("loom", ("introduced", "0"), ("fixed", "2004d"))], "1.0 2004c 99", ""),
    (LOOM, [entry("loom", ("introduced", "0"), ("fixed", "2004d"), versions=["2004c"])], "2004c", "1.0"),
    (LOOM, [entry("loom", ("introduced", "0"), ("last_affected", "1.0")), {"ranges": []}],
     "1.0 0!0.5", "1!0.5"),
    (LOOM, [entry("loom", ("introduced", "1.0"), ("fixed", "1.1"))], "1.0+cu118", "1.1+cu118"),
    (LOOM, [entry("loom", ecosystem="PyPI:mirror", versions=["1"])], "1", "2"),
    (LOOM, [entry("other", ("introduced", "0")), entry("loom", ("introduced", "0"), ecosystem="npm")],
     "", "1 2"),
    (LOOM, [{"package": {"name": "loom", "ecosystem": "PyPI"},
             "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}], "", "1"),
    (REED, [entry("Reed", ("introduced", "0"), ("fixed", "1.2.3"), ecosystem="npm")],
     "0.0.0-0 1.2.3-rc.1 1.2.2+build", "1.2.3 1.2.3+build 1.10.0"),
    (REED, [entry("reed", ("introduced", "0"), ecosystem="npm")], "", "1.0.0"),
    (Package("GitHub Actions", "Owner/Loom"),
     [entry("owner/loom", ("introduced", "0"), ("fixed", "3.2.1"), ecosystem="GitHub Actions")],
     "v1 v3.2 3.2.0 main", "v3.2.1 v4"),
]  # fmt: skip


@pytest.mark.parametrize(("package", "affected", "inside", "outside"), _CASES)
def test_a_record_holds_as_osv_s_schema_says(package, affected, inside, outside):
    held = osv.decode(json.dumps(record("X-1", *affected)).encode())
    versions = [*inside.split(), *outside.split()]
    assert [version for version in versions if osv.affects(held, package, version)] == inside.split()


@pytest.mark.parametrize(("package", "affected", "inside", "outside"), _CASES)
def test_what_the_index_keeps_answers_alike(package, affected, inside, outside):
    package = osv.package(package.ecosystem, package.name)
    own = [each for named, each in osv.entries(record("X-1", *affected)) if named == package]
    kept = spans.compiled(package.ecosystem, *spans.stored(package.ecosystem, own))
    matcher = spans.Matcher([(7, kept)])
    key = order.of(package.ecosystem)
    versions = [*inside.split(), *outside.split()]
    assert [version for version in versions if kept.holds(key(version))] == inside.split()
    assert [version for version in versions if matcher.of(key(version)) == {7}] == inside.split()


def test_a_withdrawn_record_holds_for_nothing():
    gone = record("X-1", entry("loom", ("introduced", "0")), withdrawn="2026-01-01T00:00:00Z")
    assert osv.is_withdrawn(gone)
    assert not osv.affects(gone, LOOM, "1.0")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"{}", b"<html>", b'{"id": 1}', b'{"id": "X-1", "modified": NaN}',
        b'{"id": "X-1"',
        b'{"id": "../x"}', b'{"id": "X-1\\n"}', b'{"id": "X-1", "affected": {}}', b'{"id": "\xff-12"}',
        b'{"id": "X-1", "affected": [{"package": "loom"}]}', b'{"id": "X-1", "aliases": "CVE-1"}',
        b'{"id": "X-1", "affected": [{"ranges": [{"type": "SEMVER", "events": [{"fixed": 1}]}]}]}',
        b'{"id": "X-1", "x": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"id": "X-1", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id": "X-1", "details": "' + b"x" * osv.LARGEST + b'"}',
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(data):
    with pytest.raises(ValueError, match="record"):
        osv.decode(data)


def test_nulls_stand_for_absent_fields():
    fields = dict.fromkeys(["aliases", "summary", "severity", "withdrawn", "references", "database_specific"])
    affected = {"package": {"name": "loom", "ecosystem": "PyPI"}, "ranges": None, "versions": None}
    held = osv.decode(json.dumps(record("X-1", affected, **fields)).encode())
    assert not osv.affects(held, LOOM, "1")
    assert osv.sanitised(held)["affected"] == [{"package": affected["package"], "ranges": []}]


def test_a_sanitised_record_has_nothing_that_pip_audit_trips_over():
    held = record(
        "X-1",
        {"versions": ["1"]},
        entry("Loom_X", ("introduced", "0"), ("fixed", "2004d"), ("introduced", "3"), ("fixed", "4")),
        published="2026-01-02T03:04:05.123456789Z",
        withdrawn="yesterday",
        summary=None,
        aliases=None,
    )
    before = copy.deepcopy(held)
    made = osv.sanitised(held)
    assert held == before
    assert (made["published"], made["modified"]) == (
        "2026-01-02T03:04:05.123456Z",
        "2026-03-01T10:00:00.000000Z",
    )
    assert made["withdrawn"] == "yesterday"
    assert not {"summary", "aliases"} & made.keys()
    (only,) = made["affected"]
    assert only["package"] == {"name": "loom-x", "ecosystem": "PyPI"}
    assert only["ranges"][0]["events"] == [{"introduced": "0"}, {"introduced": "3"}, {"fixed": "4"}]
    assert "published" not in osv.sanitised(record("X-1", published="soon"))


def test_times_are_read_in_utc():
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert osv.moment("2026-01-02T12:00:00Z") == osv.moment("2026-01-02T13:00:00+01:00") == noon
    assert osv.moment("2026-01-02T12:00:00.000000999Z") == noon
    assert osv.moment("2026-01-02T12:00:00") == noon.astimezone(timezone(timedelta(hours=3)))
    assert (
        osv.moment("soon")
        is osv.moment("")
        is osv.moment(None)
        is osv.moment("0001-01-01T00:00:00+05:00")
        is None
    )
