"""The index: what it answers, that it is the same from the same records, and what spoils it."""

import os
import random
from pathlib import Path

import pytest
from packaging.version import InvalidVersion, Version

from advisories.corpus import archive, entry, record
from lockgate.advisories import exports, grouping, index_build, osv
from lockgate.advisories.grouping import Extra
from lockgate.advisories.index import open_index
from lockgate.advisories.model import Package, Pin
from lockgate.errors import InputError, PlatformError

LOOM, REED = Package("PyPI", "loom"), Package("npm", "reed")
RECORDS = [
    record("GHSA-1", entry("Loom", ("introduced", "1"), ("fixed", "2")), aliases=["CVE-1"], summary="One"),
    record("PYSEC-1", entry("loom", ("introduced", "1"), ("fixed", "1.5")), aliases=["CVE-1"],
           modified="2026-05-05T05:05:05.123456789Z"),
    record("GHSA-2", entry("loom", ("introduced", "0"), ("fixed", "1.2"), versions=["3.0a1"])),
    record("GHSA-3", entry("loom", ("introduced", "0")), withdrawn="2026-01-01T00:00:00Z",
           aliases=["GHSA-2"]),
    record("MAL-1", entry("reed", versions=["6.6.6"], ecosystem="npm"), entry("loom", versions=["6.6.6"])),
]  # fmt: skip


def built(path: Path, *records: object, extra: Extra | None = None, name: str = "all.zip"):
    source = archive(path / "export" / name, *records)
    target = path / "home" / "advisories.db"
    meta = index_build.build(target, exports.members([source]), extra or Extra(), sources=[name])
    return meta, target


def ids(index, package, *versions):
    found = index.of([Pin(package, version) for version in versions])
    return {pin.version: [advisory.id for advisory in advisories] for pin, advisories in found.items()}


def test_pins_are_answered(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    index = open_index(target)
    assert ids(index, LOOM, "1.0", "1.7", "2", "0.5", "3.0a1", "6.6.6") == {
        "1.0": ["GHSA-1", "GHSA-2"], "1.7": ["GHSA-1"], "0.5": ["GHSA-2"], "3.0a1": ["GHSA-2"],
        "6.6.6": ["MAL-1"],
    }  # fmt: skip
    assert ids(index, REED, "6.6.6", "6.6.7") == {"6.6.6": ["MAL-1"]}
    assert ids(index, Package("npm", "loom"), "1.0") == {}
    assert ids(index, Package("PyPI", "LOOM"), "1.7") == {"1.7": ["GHSA-1"]}


def test_answers_are_those_of_the_records_themselves(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    index = open_index(target)
    for version in ("0.1", "1", "1.2", "1.5", "1.9", "2", "3.0a1", "3", "6.6.6", "main"):
        told = index.of([Pin(LOOM, version)]).get(Pin(LOOM, version), ())
        assert told == grouping.advisories(RECORDS, LOOM, version, Extra())


def test_records_are_given_as_they_were_without_withdrawn_ones(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    found = open_index(target).records([LOOM, REED, Package("npm", "none")])
    assert [each["id"] for each in found[LOOM]] == ["GHSA-1", "GHSA-2", "MAL-1", "PYSEC-1"]
    assert found[REED] == (RECORDS[4],)
    assert len(found) == 2


def test_the_index_says_what_it_is(tmp_path):
    extra = Extra({"CVE-1": 0.5, "CVE-2": 0.1}, frozenset({"CVE-1", "CVE-3"}))
    meta, target = built(tmp_path, *RECORDS, b"{", b'{"id": "X-1"}', extra=extra)
    index = open_index(target)
    assert index.meta == meta
    assert (meta.count, meta.withdrawn, meta.ecosystems) == (5, 1, {"PyPI": 5, "npm": 1})
    assert (meta.bad, [line.partition(":")[0] for line in meta.bad_named]) == (
        2,
        ["odd-5.json", "odd-6.json"],
    )
    assert index.snapshot.newest == osv.moment("2026-05-05T05:05:05.123456Z")
    assert (index.snapshot.source, index.snapshot.count) == ("all.zip", 5)
    assert index.extra == Extra({"CVE-1": 0.5}, frozenset({"CVE-1"}))
    (advisory,) = index.of([Pin(LOOM, "1.7")])[Pin(LOOM, "1.7")]
    assert (advisory.epss, advisory.exploited) == (0.5, True)


def test_the_same_records_make_the_same_bytes(tmp_path):
    meta, one = built(tmp_path / "1", *RECORDS)
    _, other = built(tmp_path / "2", *RECORDS[::-1])
    assert one.read_bytes() == other.read_bytes()
    changed, _ = built(tmp_path / "3", *RECORDS[1:], RECORDS[0] | {"modified": "2026-03-01T10:00:01Z"})
    assert changed.digest != meta.digest


def test_the_newest_of_two_versions_of_a_record_counts(tmp_path):
    old = record("GHSA-1", entry("loom", ("introduced", "0")))
    new = record(
        "GHSA-1", entry("loom", ("introduced", "0"), ("fixed", "2")), modified="2026-03-01T10:00:00.5Z"
    )
    for number, records in enumerate(([old, new], [new, old])):
        folder = tmp_path / str(number)
        for place, each in enumerate(records):
            archive(folder / "export" / str(place) / "all.zip", each)
        index = index_build.of_folder([folder / "export"])
        assert ids(index, LOOM, "1", "2") == {"1": ["GHSA-1"]}


def test_a_failed_update_leaves_the_old_index(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    before = target.read_bytes()
    with pytest.raises(InputError, match="no advisory"):
        built(tmp_path, b"{}")
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "export" / "all.zip").read_bytes()[:-30])
    with pytest.raises(InputError, match="cannot be read"):
        index_build.build(target, exports.members([cut]), Extra(), sources=["x"])
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]


def test_an_index_that_cannot_be_written_is_an_error(tmp_path):
    source = archive(tmp_path / "all.zip", *RECORDS)
    with pytest.raises(PlatformError, match="cannot be written"):
        index_build.build(source / "advisories.db", exports.members([source]), Extra(), sources=["x"])


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: b"x" * 5000, lambda data: data[:2048]])
def test_what_is_no_index_is_refused(tmp_path, spoil):
    _, target = built(tmp_path, *RECORDS)
    target.write_bytes(spoil(target.read_bytes()))
    with pytest.raises(InputError, match="cannot be used"):
        open_index(target)


def test_an_index_of_another_format_or_none_is_refused(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    data = bytearray(target.read_bytes())
    data[60:64] = (99).to_bytes(4, "big")  # SQLite's user_version
    target.write_bytes(data)
    with pytest.raises(InputError, match="format 99"):
        open_index(target)
    with pytest.raises(InputError, match="there is no index"):
        open_index(tmp_path / "none.db")


def test_an_index_that_was_damaged_inside_never_answers_nothing(tmp_path):
    _, target = built(tmp_path, *RECORDS)
    data = target.read_bytes()
    pages = [data[at : at + 4096] for at in range(0, len(data), 4096)]
    target.write_bytes(b"".join([*pages[:2], *(b"\xff" * 4096 for _ in pages[2:])]))
    try:
        index = open_index(target)
    except InputError:
        return
    with pytest.raises(PlatformError, match="cannot be read"):
        index.of([Pin(LOOM, "1.0")])


def test_a_range_over_many_advisories_is_answered_as_record_by_record(tmp_path):
    dice = random.Random(3)
    texts = [
        f"{major}.{minor}{tail}" for major in range(4) for minor in range(4) for tail in ("", "rc1", ".post1")
    ]

    def events():
        kinds = dice.choice([("introduced", "fixed"), ("introduced", "last_affected"), ("introduced",)])
        return [(kind, dice.choice(texts)) for kind in kinds * dice.randint(1, 2)]

    many = [
        record(
            f"X-{number:03}", entry("loom", *events(), versions=dice.sample(texts, dice.choice([0, 0, 2])))
        )
        for number in range(150)
    ]
    _, target = built(tmp_path, *many)
    found = ids(open_index(target), LOOM, *texts)
    told = {text: [each["id"] for each in many if osv.affects(each, LOOM, text)] for text in texts}
    assert {text: found.get(text, []) for text in texts} == told


# A real export of OSV's for PyPI, as a zip; it is not kept here for its size.
REAL = os.environ.get("LOCKGATE_ADVISORIES", "")
real = pytest.mark.skipif(not REAL, reason="LOCKGATE_ADVISORIES names no export of OSV's")


@pytest.fixture(scope="module")
def export():
    return [osv.decode(member.data) for member in exports.members([Path(REAL)])]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    target = tmp_path_factory.mktemp("index") / "advisories.db"
    index_build.build(target, exports.members([Path(REAL)]), Extra(), sources=["all.zip"])
    return target


@real
@pytest.mark.full
def test_a_real_export_is_indexed_small_and_alike(whole, tmp_path):
    again = tmp_path / "again.db"
    index_build.build(again, exports.members([Path(REAL)]), Extra(), sources=["all.zip"])
    assert again.read_bytes() == whole.read_bytes()
    assert again.stat().st_size <= 5_000_000


def _pairs(export):
    for held in export:
        for package, each in osv.entries(held):
            for version in each.get("versions") or ():
                yield held, each, Pin(package, version)


@real
@pytest.mark.full
def test_every_listed_version_of_a_real_export_is_answered(export, whole):
    pairs = [(held["id"], pin) for held, _, pin in _pairs(export) if not held.get("withdrawn")]
    found = open_index(whole).of({pin for _, pin in pairs})
    missing = [pair for pair in pairs if not any(pair[0] in each.ids for each in found.get(pair[1], ()))]
    assert (missing, len(pairs) > 100_000) == ([], True)


def _in_ranges(spans, version):
    """Judge by `packaging` alone: pairs of events, each `introduced` with the `fixed` behind it."""
    for span in spans:
        lows = [Version(event["introduced"]) for event in span["events"] if "introduced" in event]
        highs = [Version(event["fixed"]) for event in span["events"] if "fixed" in event]
        for low in lows:
            high = min((high for high in highs if high > low), default=None)
            if low <= version and (high is None or version < high):
                return True
    return False


@real
@pytest.mark.full
def test_ranges_of_a_real_export_are_judged_as_packaging_does(export):
    judged = wrong = 0
    for held, each, pin in _pairs(export):
        spans = [span for span in each.get("ranges") or () if span["type"] == "ECOSYSTEM"]
        only = held | {"affected": [each | {"versions": None}], "withdrawn": None}
        try:
            told = _in_ranges(spans, Version(pin.version))
        except InvalidVersion:
            continue
        # `introduced: 0` is below 0.dev0 too, which pairs of versions cannot say.
        judged += 1
        wrong += told != osv.affects(only, pin.package, pin.version) and Version(pin.version) >= Version("0")
    assert (wrong, judged > 100_000) == (0, True)
