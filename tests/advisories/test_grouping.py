"""Twins of several databases become one advisory."""

from datetime import UTC, datetime

import pytest

from advisories.corpus import entry, record
from lockgate.advisories import grouping
from lockgate.advisories.grouping import Extra
from lockgate.advisories.model import Package

LOOM = Package("PyPI", "loom")
HIGH = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}


def twins():
    return [
        record(
            "PYSEC-2026-1",
            entry("loom", ("introduced", "0"), ("fixed", "2.10"), ("introduced", "3.0"), ("fixed", "3.1")),
            aliases=["CVE-2026-7"], details="Long words.", published="2026-02-02T00:00:00Z",
            modified="2026-04-01T00:00:00Z", references=[{"type": "WEB", "url": "https://example.org/p"}],
        ),
        record(
            "GHSA-aaaa-bbbb-cccc",
            entry("Loom", ("introduced", "0"), ("fixed", "2.9")),
            entry("Loom", ("introduced", "3"), ("fixed", "3.1.0")),
            entry("other", ("introduced", "0"), ("fixed", "99")),
            aliases=["CVE-2026-7"], summary="Short words", published="2026-01-01T00:00:00Z", severity=[HIGH],
            references=[{"type": "WEB", "url": "javascript:alert(1)"},
                        {"type": "ADVISORY", "url": "https://example.org/a"}],
            database_specific={"severity": "CRITICAL", "cwe_ids": ["CWE-79", "CWE-20", "CWE-x", 5]},
        ),
    ]  # fmt: skip


def test_twins_are_one_advisory():
    extra = Extra(epss={"CVE-2026-7": 0.25, "CVE-2026-8": 0.9}, kev=frozenset({"CVE-2026-7"}))
    (made,) = grouping.advisories(twins(), LOOM, "1.0", extra)
    assert made.id == "GHSA-aaaa-bbbb-cccc"
    assert made.ids == ("CVE-2026-7", "GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1")
    assert (made.summary, made.details) == ("Short words", "Long words.")
    assert (made.score, made.vector, made.word) == (9.8, HIGH["score"], "critical")
    assert made.cwe == (20, 79)
    assert made.link == "https://example.org/a"
    assert made.published == datetime(2026, 1, 1, tzinfo=UTC)
    assert made.modified == datetime(2026, 4, 1, tzinfo=UTC)
    assert made.fixed == ("2.9", "2.10", "3.1.0")
    assert (made.epss, made.exploited, made.malicious) == (0.25, True, False)


def test_the_order_of_records_changes_nothing():
    assert grouping.advisories(twins(), LOOM, "1.0", Extra()) == grouping.advisories(
        twins()[::-1], LOOM, "1.0", Extra()
    )


@pytest.mark.parametrize(("version", "count"), [("2.9", 1), ("2.10", 0), ("3.0", 1), ("4", 0), (None, 1)])
def test_a_group_holds_when_one_of_its_records_does(version, count):
    assert len(grouping.advisories(twins(), LOOM, version, Extra())) == count


def test_related_records_stay_apart_and_so_do_withdrawn_ones():
    spot = entry("loom", ("introduced", "0"))
    held = [
        record("GHSA-1111", spot, related=["GHSA-2222"], upstream=["CVE-1-1"]),
        record("GHSA-2222", spot, related=["CVE-1-1"]),
        record("GHSA-3333", spot, aliases=["GHSA-1111", "GHSA-2222"], withdrawn="2026-01-01T00:00:00Z"),
    ]
    assert [made.ids for made in grouping.advisories(held, LOOM, "1", Extra())] == [
        ("GHSA-1111",),
        ("GHSA-2222",),
    ]


def test_a_chain_of_aliases_is_one_group():
    assert grouping.groups([["a", "b"], ["x"], ["c", "d"], ["b", "c"], ["x", "y"]]) == [0, 1, 0, 0, 1]
    assert grouping.groups([]) == []


@pytest.mark.parametrize(
    ("own", "aliases", "name"),
    [
        ("PYSEC-2026-1", ["CVE-2026-1"], "CVE-2026-1"),
        ("PYSEC-2026-1", ["CVE-2026-1", "GHSA-zzzz"], "GHSA-zzzz"),
        ("GHSA-zzzz", ["GHSA-aaaa"], "GHSA-zzzz"),
        ("SNYK-1", ["PYSEC-2026-1"], "PYSEC-2026-1"),
        ("OTHER-2", ["OTHER-1"], "OTHER-2"),
    ],
)
def test_the_best_known_name_is_chosen(own, aliases, name):
    (made,) = grouping.advisories([record(own, entry("loom"), aliases=aliases)], LOOM, None, Extra())
    assert made.id == name


def test_malware_is_critical():
    (made,) = grouping.advisories([record("MAL-2026-1", entry("loom", versions=["1"]))], LOOM, "1", Extra())
    assert (made.malicious, made.word, made.score, made.fixed) == (True, "critical", None, ())


def test_a_fix_that_has_no_order_is_none():
    held = record("X-1", entry("loom", ("introduced", "0"), ("fixed", "2004d"), ("fixed", "1.0")))
    assert grouping.advisories([held], LOOM, None, Extra())[0].fixed == ("1.0",)


def test_npm_s_fixes_are_in_npm_s_order():
    events = [("introduced", "0"), ("fixed", "1.10.0"), ("introduced", "2.0.0"), ("fixed", "1.9.0")]
    held = record("X-1", entry("reed", *events, ecosystem="npm"))
    (made,) = grouping.advisories([held], Package("npm", "reed"), None, Extra())
    assert made.fixed == ("1.9.0", "1.10.0")
