"""Bills of released versions against the advisories of today."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lockgate.advisories.model import Advisory, Package, Pin, Snapshot
from lockgate.bom.aged import Rescanned, rescan
from lockgate.bom.read import Listed, Listing

RELEASED = "2026-06-01T12:00:00Z"
BEFORE = datetime(2026, 5, 1, tzinfo=UTC)
AFTER = datetime(2026, 7, 1, tzinfo=UTC)


class Told:
    """Be advisories: those given, each of every version of its package; each question is kept."""

    def __init__(self, *advisories: Advisory, ecosystems: Iterable[str] = ()) -> None:
        self.advisories = advisories
        self.snapshot = Snapshot(source="a test", ecosystems=frozenset(ecosystems))
        self.asked: list[set[Pin]] = []

    def of(self, pins: Iterable[Pin]) -> Mapping[Pin, tuple[Advisory, ...]]:
        self.asked.append(set(pins))
        found = {
            pin: tuple(one for one in self.advisories if one.package == pin.package) for pin in self.asked[-1]
        }
        return {pin: advisories for pin, advisories in found.items() if advisories}

    def records(self, packages: Iterable[Package]) -> Mapping[Package, tuple[dict[str, object], ...]]:
        raise AssertionError("no second opinion is asked for")


def advisory(name: str, package: str = "a", **more: Any) -> Advisory:
    return Advisory(id=name, ids=(name,), package=Package("PyPI", package), **{"published": AFTER, **more})


def listed(*urls: str) -> tuple[Listed, ...]:
    return tuple(Listed(ref=url, name=f"the {url}", purl=url) for url in urls)


def listing(*urls: str, when: str = RELEASED) -> Listing:
    return Listing(
        format="CycloneDX 1.6", name="app", version="1", serial="", when=when, components=listed(*urls)
    )


def of_one(made: Listing, *advisories: Advisory) -> Rescanned:
    (one,) = rescan([made], Told(*advisories))
    return one


@pytest.mark.parametrize(
    ("when", "published", "new"),
    [
        (RELEASED, AFTER, True),
        (RELEASED, BEFORE, False),
        (RELEASED, datetime(2026, 6, 1, 12, tzinfo=UTC), False),
        ("2026-06-01T12:00:00", AFTER, True),
        ("2026-06-01", AFTER, True),
        ("2026-06-01T23:30:00-05:00", datetime(2026, 6, 2, 4, tzinfo=UTC), False),
        ("0001-01-01T00:00:00+23:59", BEFORE, True),
        ("9999-12-31T23:59:59-23:59", datetime(2026, 6, 1, tzinfo=timezone(timedelta(hours=14))), False),
        (RELEASED, None, None),
        ("", AFTER, None),
        ("last summer", AFTER, None),
        ("2026-13-01T00:00:00Z", AFTER, None),
    ],
)
def test_what_was_published_after_a_bill_was_made_is_new(
    when: str, published: datetime | None, new: bool | None
) -> None:
    one = of_one(listing("pkg:pypi/a@1", when=when), advisory("X-1", published=published))
    assert [(each.advisory.id, each.new) for each in one.found] == [("X-1", new)]
    assert one.since == (published if new else None)


def test_since_when_a_release_is_vulnerable_is_the_first_of_what_is_new() -> None:
    told = [
        advisory("X-1", published=BEFORE),
        advisory("X-2", published=AFTER + timedelta(days=9)),
        advisory("X-3", published=AFTER),
        advisory("X-4", published=None),
    ]
    assert of_one(listing("pkg:pypi/a@1"), *told).since == AFTER
    assert of_one(listing("pkg:pypi/a@1"), *told[::3]).since is None
    assert of_one(listing("pkg:pypi/b@1"), *told).since is None


def test_all_bills_are_asked_about_in_one_question_and_answered_each_by_its_own_time() -> None:
    told = Told(advisory("X-1"), advisory("X-2", "c"))
    old = listing("pkg:pypi/a@1", "pkg:pypi/b@1")
    young = listing("pkg:pypi/a@1", "pkg:pypi/c@3", when="2026-08-01T00:00:00Z")
    first, second = rescan([old, young], told)
    assert [sorted(f"{pin.package.name} {pin.version}" for pin in pins) for pins in told.asked] == [
        ["a 1", "b 1", "c 3"]
    ]
    assert (first.listing, second.listing) == (old, young)
    assert [(each.advisory.id, each.new) for each in first.found] == [("X-1", True)]
    assert [(each.advisory.id, each.new) for each in second.found] == [("X-1", False), ("X-2", False)]


def test_a_component_that_is_listed_twice_counts_once() -> None:
    one = of_one(listing("pkg:pypi/a@1", "pkg:pypi/A@1", "pkg:pypi/a@2"), advisory("X-1"))
    assert (one.asked, one.unknown) == (2, 0)
    assert [each.component.purl for each in one.found] == ["pkg:pypi/a@1", "pkg:pypi/a@2"]


def test_components_that_nobody_can_be_asked_about_are_counted() -> None:
    urls = (
        "pkg:pypi/a@1",
        "pkg:pypi/a",
        "pkg:generic/app@1",
        "no url",
        "",
        "https://a.example/b",
        "pkg:deb/d/a@1",
    )
    one = of_one(listing(*urls), advisory("X-1"))
    assert (one.asked, one.unknown, len(one.found)) == (1, 6, 1)


def test_a_component_of_an_ecosystem_that_the_advisories_know_nothing_of_is_not_clean() -> None:
    made = listing("pkg:pypi/b@1", "pkg:npm/a@1", "pkg:github/o/r@v1")
    (part,) = rescan([made], Told(ecosystems=["PyPI"]))
    (whole,) = rescan([made], Told())
    assert (part.asked, part.unknown) == (1, 2)
    assert (whole.asked, whole.unknown) == (3, 0)


def test_the_worst_comes_first() -> None:
    told = [
        advisory("X-1", score=None),
        advisory("X-2", score=5.0),
        advisory("X-3", score=9.8),
        advisory("X-4", score=0.0),
        advisory("X-5", score=5.0),
        replace(advisory("MAL-1"), malicious=True),
    ]
    found = of_one(listing("pkg:pypi/a@1"), *told).found
    assert [each.advisory.id for each in found] == ["MAL-1", "X-3", "X-2", "X-5", "X-4", "X-1"]


def test_a_bill_of_nothing_has_nothing() -> None:
    one = of_one(listing())
    assert (one.found, one.asked, one.unknown, one.since) == ((), 0, 0, None)
    assert rescan([], Told()) == ()


def test_only_versions_above_the_one_that_it_has_mend_it() -> None:
    bad = advisory("X", fixed=("3.0", "1.5", "2.10", "2.9"))
    assert [one.fixed for one in of_one(listing("pkg:pypi/a@2.1"), bad).found] == [["2.9", "2.10", "3.0"]]
    assert [one.fixed for one in of_one(listing("pkg:pypi/a@3.0"), bad).found] == [[]]
