"""The live client against an OSV that answers as documented, and against ones that do not."""

import gzip
import json
import os
import zipfile
from pathlib import Path

import pytest

from fake_github import Clock
from fake_osv import FakeOsv, Fault, State
from lockgate.advisories import osv
from lockgate.advisories.grouping import Extra, advisories
from lockgate.advisories.index_build import of_folder
from lockgate.advisories.live import Live, new_session
from lockgate.advisories.model import Package, Pin
from lockgate.advisories.transport import LARGEST
from lockgate.cache import Cache
from lockgate.errors import PlatformError

PYTHON, NODE = Package("PyPI", "loom"), Package("npm", "@mill/wheel")


def record(number, package=PYTHON, *, fixed="2.0", aliases=(), prefix="GHSA", **more):
    return {
        "id": f"{prefix}-{number:04}",
        "modified": f"2026-01-02T03:04:{number % 60:02}.123456789Z",
        "aliases": list(aliases),
        "affected": [
            {
                "package": {"ecosystem": package.ecosystem, "name": package.name},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
        **more,
    }


RECORDS = [
    record(1, aliases=["CVE-2026-0001"]),
    record(1, aliases=["CVE-2026-0001"], prefix="PYSEC"),
    record(2, fixed="1.5"),
    record(3, NODE),
    record(4, withdrawn="2026-01-01T00:00:00Z"),
    record(5, aliases=["GHSA-0002"], prefix="PYSEC", fixed="0.5"),
]
PINS = [
    Pin(PYTHON, "1.0"), Pin(PYTHON, "1.7"), Pin(PYTHON, "2.0"), Pin(NODE, "1.0.0"),
    Pin(Package("PyPI", "clean"), "1"), Pin(Package("GitHub Actions", "mill/turn"), "1.0.0"),
]  # fmt: skip


def straight(records, pins):
    """Answer from the records alone, by OSV's algorithm."""
    found = {pin: advisories(records, pin.package, pin.version, Extra()) for pin in pins}
    return {pin: each for pin, each in found.items() if each}


def live(fake, cache=None, **more):
    clock = Clock()
    client = Live(
        new_session(), cache or Cache(None), url=fake.url,
        clock=clock.time, sleep=clock.sleep, **more,
    )  # fmt: skip
    return client, clock


def ids(answers):
    return {
        f"{pin.package.name} {pin.version}": [each.id for each in found] for pin, found in answers.items()
    }


def test_it_answers_as_the_records_do():
    with FakeOsv(State(records=RECORDS)) as fake:
        answers = live(fake)[0].of(PINS)
    assert ids(answers) == {
        "loom 1.0": ["GHSA-0001", "GHSA-0002"],
        "loom 1.7": ["GHSA-0001"],
        "@mill/wheel 1.0.0": ["GHSA-0003"],
    }
    assert answers == straight(RECORDS, PINS)
    assert answers[PINS[0]][1].ids == ("GHSA-0002", "PYSEC-0005")  # the twin that does not hold


def test_it_gives_the_records_of_packages_without_withdrawn_ones():
    with FakeOsv(State(records=RECORDS)) as fake:
        found = live(fake)[0].records([PYTHON, NODE])
    assert {package.name: [each["id"] for each in records] for package, records in found.items()} == {
        "loom": ["GHSA-0001", "GHSA-0002", "PYSEC-0001", "PYSEC-0005"],
        "@mill/wheel": ["GHSA-0003"],
    }


def test_a_second_run_fetches_only_records_that_changed():
    cache, records = Cache(None), [dict(each) for each in RECORDS]
    state = State(records=records)
    with FakeOsv(state) as fake:
        first = live(fake, cache)[0].of(PINS)
        fetched = [line for line in state.requests if line.startswith("GET")]
        assert len(fetched) == len(set(fetched)) == 5
        state.requests.clear()
        assert live(fake, cache)[0].of(PINS) == first
        assert [line for line in state.requests if line.startswith("GET")] == []
        records[2].update(modified="2026-05-05T00:00:00Z", summary="now known")
        assert live(fake, cache)[0].of(PINS)[PINS[0]][1].summary == "now known"
        assert [line for line in state.requests if line.startswith("GET")] == ["GET /v1/vulns/GHSA-0002"]


def test_a_record_of_a_replica_that_is_behind_is_not_kept():
    cache, state = Cache(None), State(records=RECORDS, stale={"GHSA-0003"})
    with FakeOsv(state) as fake:
        for _ in range(2):
            assert live(fake, cache)[0].of(PINS[3:4])
    assert state.requests.count("GET /v1/vulns/GHSA-0003") == 2


def test_what_the_cache_holds_is_not_believed():
    class Spoiled(Cache):
        def get(self, keys):
            return dict.fromkeys(keys, json.dumps(record(9)).encode())

    with FakeOsv(State(records=RECORDS)) as fake:
        assert live(fake, Spoiled(None))[0].of(PINS) == straight(RECORDS, PINS)


@pytest.mark.parametrize("empty_first", [False, True])
def test_all_pages_are_read(empty_first):
    records = [record(number) for number in range(1, 8)]
    state = State(records=records, page=2, empty_first=empty_first)
    with FakeOsv(state) as fake:
        answers = live(fake)[0].of([Pin(PYTHON, "1.0")])
    assert ids(answers) == {"loom 1.0": [f"GHSA-{number:04}" for number in range(1, 8)]}
    assert len(state.batches) == 2 * (5 if empty_first else 4)


def test_a_request_holds_at_most_a_thousand_queries_and_nothing_secret(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    state = State(records=RECORDS)
    with FakeOsv(state) as fake:
        answers = live(fake)[0].of([Pin(PYTHON, f"1.{number}") for number in range(2500)])
    assert len(answers) == 2500
    assert sorted(len(batch) for batch in state.batches) == [1, 500, 1000, 1000]
    assert state.secrets == []


def test_nothing_is_asked_for_nothing():
    state = State()
    with FakeOsv(state) as fake:
        assert live(fake)[0].of([]) == {}
    assert state.requests == []


PASSING = {
    "429": Fault(429, b"slow down", {"Retry-After": "7"}),
    "429 without a time": Fault(429),
    "429 with a date": Fault(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "429 with rubbish": Fault(429, headers={"Retry-After": "soon"}),
    "500": Fault(500, b"<html>"),
    "503": Fault(503, headers={"Retry-After": "2"}),
    "half a body": Fault(half=True),
    "cut": Fault(cut=True),
    "not gzip": Fault(headers={"Content-Encoding": "gzip"}, body=b"plain"),
}


@pytest.mark.parametrize("at", [1, 2, 3, 6])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_waited_out(fault, at):
    state = State(records=RECORDS, faults={at: fault})
    with FakeOsv(state) as fake:
        client, clock = live(fake)
        assert client.of(PINS) == straight(RECORDS, PINS)
    assert len(clock.naps) == 1
    assert clock.naps[0] >= float(
        fault.headers.get("Retry-After", "0")[:1].replace("W", "0").replace("s", "0")
    )


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_stays_is_an_error_within_the_budget(fault):
    with FakeOsv(State(records=RECORDS, always=fault)) as fake:
        client, clock = live(fake, seconds=40.0)
        with pytest.raises(PlatformError) as caught:
            client.of(PINS)
    assert 0 < sum(clock.naps) < 40.0
    assert "lockgate advisories update" in caught.value.todo
    assert "offline: true" in caught.value.todo


def test_a_server_that_asks_for_more_than_the_budget_is_not_waited_for():
    with FakeOsv(State(always=Fault(429, headers={"Retry-After": "3600"}))) as fake:
        client, clock = live(fake)
        with pytest.raises(PlatformError, match="429"):
            client.of(PINS)
    assert clock.naps == []


def body(document):
    return Fault(200, json.dumps(document).encode())


NAMED = {"id": "GHSA-0001", "modified": "2026-01-02T03:04:01Z"}
LASTING = {
    "html": Fault(200, b"<!doctype html><title>Sign in</title>"),
    "nothing": Fault(200, b""),
    "half a document": Fault(200, b'{"results": [{"vulns": [{"id": "GHSA'),
    "no utf-8": Fault(200, b'{"results": ["\xff"]}'),
    "deep": Fault(200, b'{"x":' + b"[" * 100_000),
    "no object": body([]),
    "no results": body({}),
    "too few results": body({"results": [{}]}),
    "too many results": body({"results": [{}] * (len(PINS) + 1)}),
    "a null result": body({"results": [None] * len(PINS)}),
    "vulns of another type": body({"results": [{"vulns": {}}] * len(PINS)}),
    "an id that is a number": body({"results": [{"vulns": [NAMED | {"id": 7}]}] * len(PINS)}),
    "an id that is a path": body({"results": [{"vulns": [NAMED | {"id": "../query"}]}] * len(PINS)}),
    "no time": body({"results": [{"vulns": [{"id": "GHSA-0001"}]}] * len(PINS)}),
    "an id that is not there": body({"results": [{"vulns": [NAMED | {"id": "GHSA-9999"}]}] * len(PINS)}),
    "an id of another package": body({"results": [{"vulns": [NAMED | {"id": "GHSA-0003"}]}] * len(PINS)}),
    "a token that is a number": body({"results": [{"next_page_token": 5}] * len(PINS)}),
    "another status": Fault(400, b'{"code": 3}'),
    "no content": Fault(204, b""),
    "gone elsewhere": Fault(302, b"", location="http://127.0.0.1:1/v1/querybatch"),
    "too large": Fault(200, gzip.compress(b" " * (LARGEST + 1)), {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
def test_an_answer_that_is_none_is_an_error_and_never_clean(fault):
    state = State(records=RECORDS, faults={1: fault})
    with FakeOsv(state) as fake:
        client, clock = live(fake)
        with pytest.raises(PlatformError) as caught:
            client.of(PINS)
    assert clock.naps == []
    assert "127.0.0.1" in caught.value.what


@pytest.mark.parametrize("data", [b"<html>", b"{}", b"[]", b'{"id": "GHSA-0001"', b'{"id": "GHSA-0002"}'])
def test_a_record_that_is_none_is_an_error(data):
    with FakeOsv(State(records=RECORDS[:1], faults={3: Fault(200, data)})) as fake:
        client, _ = live(fake)
        with pytest.raises(PlatformError, match="/v1/vulns/GHSA-0001"):
            client.of(PINS)


def test_pages_without_end_are_an_error():
    endless = Fault(200, json.dumps({"results": [{"next_page_token": "0"}]}).encode())
    state = State(always=endless)
    with FakeOsv(state) as fake, pytest.raises(PlatformError, match="not what OSV documents"):
        live(fake)[0].of(PINS[:1])
    assert len(state.requests) == 100


def test_a_server_that_says_nothing_is_given_up():
    with FakeOsv(State(always=Fault(seconds=2.0))) as fake:
        client = Live(new_session(), Cache(None), url=fake.url, seconds=0.3)
        with pytest.raises(PlatformError, match="no whole answer"):
            client.of(PINS)


def test_a_host_that_is_not_there_is_given_up_soon():
    with FakeOsv(State()) as fake:
        pass
    client, clock = live(fake, seconds=600.0)
    with pytest.raises(PlatformError, match="no whole answer"):
        client.of(PINS)
    assert len(clock.naps) == 3
    assert sum(clock.naps) < 6


def test_what_a_server_says_is_shown_on_one_line_without_its_commands():
    said = b"bad\n::error::\x1b]0;x\x07" + b"x" * 5000
    with FakeOsv(State(always=Fault(400, said))) as fake, pytest.raises(PlatformError) as caught:
        live(fake)[0].of(PINS)
    assert "\n" not in caught.value.what
    assert "\x1b" not in caught.value.what
    assert len(caught.value.what) < 300


def test_many_records_are_fetched_and_merged_the_same():
    records = [
        record(number, Package("PyPI", f"p{number % 40}"), fixed=f"{number % 5}.5") for number in range(80)
    ]
    pins = [Pin(Package("PyPI", f"p{name}"), f"{version}.0") for name in range(50) for version in range(3)]
    with FakeOsv(State(records=records)) as fake:
        assert live(fake)[0].of(pins) == straight(records, pins)
    assert len(straight(records, pins)) > 30


def test_it_answers_as_an_index_of_the_same_records(tmp_path):
    for each in RECORDS:
        (tmp_path / f"{each['id']}.json").write_text(json.dumps(each))
    with FakeOsv(State(records=RECORDS)) as fake:
        answers = live(fake)[0].of(PINS)
    index = of_folder([tmp_path])
    assert answers == {pin: found for pin, found in index.of(PINS).items() if found}
    assert answers


@pytest.mark.full
def test_it_answers_as_an_index_of_a_real_export():
    file = os.environ.get("LOCKGATE_ADVISORIES")
    if not file:
        pytest.skip("LOCKGATE_ADVISORIES names no export of OSV for PyPI")
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        records = [osv.decode(archive.read(name)) for name in names]
    listed = {(place, text) for each in records for place, entry in osv.entries(each)
              for text in (entry.get("versions") or ())[::20]}  # fmt: skip
    pins = [Pin(*each) for each in sorted(listed)][::10]
    with FakeOsv(Indexed(records=records)) as fake:
        answers = live(fake)[0].of(pins)
    assert len(answers) > 200
    assert answers == {pin: found for pin, found in of_folder([Path(file)]).of(pins).items() if found}


class Indexed(State):
    """Find the records of a package without a walk through all."""

    def held(self, query):
        if not hasattr(self, "of_package"):
            self.of_package = {}
            for each in self.records:
                for name in {named.name for named, _ in osv.entries(each)}:
                    self.of_package.setdefault(name, []).append(each)
        name = osv.package(query["package"]["ecosystem"], query["package"]["name"]).name
        return State(records=self.of_package.get(name, [])).held(query)
