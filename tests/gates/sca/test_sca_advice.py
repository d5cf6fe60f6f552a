"""Whom the gate asks: what the repository brings, an index or OSV; and when that is not enough."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from checkouts import Checkout
from gates.sca.advising import NO_NETWORK, Fake, advisory, marks, one, run, sources, tree
from lockgate.errors import ToolError
from lockgate.gates.sca.sources import Sources

LOCK = {"requirements.txt": "flask==1.0\n"}
FLASK = advisory("GHSA-ffff-ffff-ffff", "flask", ("2.2.5",))
RECORD = {
    "id": "GHSA-ffff-ffff-ffff", "modified": "2026-03-01T00:00:00Z", "aliases": ["CVE-2026-7"],
    "summary": "The cookie of one user is sent to another", "database_specific": {"severity": "LOW"},
    "affected": [{"package": {"ecosystem": "PyPI", "name": "flask"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.2.5"}]}]}],
}  # fmt: skip
EXPORT = {"osv/PyPI/GHSA-ffff-ffff-ffff.json": msgspec.json.encode(RECORD)}
REAL = replace(sources(), export=Sources().export)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "r")


@pytest.fixture
def given(checkout):
    checkout.commit(LOCK)
    return tree(checkout.root)


def notes(output, level):
    return [note.message for note in output.notifications if note.level == level]


def test_osv_is_asked_first_and_no_index_is_needed(given):
    assert len(marks(run(given, sources(live=Fake(FLASK))))) == 1


def test_without_a_network_an_index_answers_and_that_is_said(given):
    output = run(given, sources(index=Fake(FLASK, source="all.zip")))
    assert len(marks(output)) == 1
    assert notes(output, "warning") == ["OSV cannot be asked, so an index answers: OSV gave no answer"]
    (said,) = notes(output, "note")
    assert "1 records from all.zip, the newest of 2026-11-20 (1 days old), sha256 abab" in said


def test_offline_never_asks_the_network(given):
    live = Fake(FLASK)
    output = run(given, sources(live=live, index=Fake(FLASK)), offline=True)
    assert (len(marks(output)), live.asked, notes(output, "warning")) == (1, [], [])


def test_without_network_and_index_it_is_incomplete(given):
    with pytest.raises(ToolError, match="nobody can be asked for advisories") as raised:
        run(given, sources())
    assert "lockgate advisories update" in raised.value.todo
    with pytest.raises(ToolError, match="there is no index"):
        run(given, sources(live=Fake(FLASK)), offline=True)


@pytest.mark.parametrize(("day", "fits"), [(7, True), (6, False)])
def test_an_index_that_is_too_old_is_incomplete(given, day, fits):
    index = Fake(FLASK, newest=datetime(2026, 11, day, 23, 59, tzinfo=UTC))
    for live in (Fake(fails=NO_NETWORK), None):
        output = run(given, sources(live=live, index=index), offline=live is None)
        errors = notes(output, "error")
        assert (errors == []) is fits
        assert all("15 days old, and `max-age` is 14" in error for error in errors)
        assert len(marks(output)) == 1
    assert notes(run(given, sources(index=index), offline=True, max_age=15), "error") == []


@pytest.mark.parametrize("index", [Fake(), Fake(FLASK, newest=None)])
def test_an_empty_index_is_incomplete(given, index):
    with pytest.raises(ToolError, match="the index of advisories is empty"):
        run(given, sources(index=index), offline=True)


@pytest.mark.parametrize(("ecosystems", "errors"), [((), 0), (("PyPI", "npm"), 0), (("npm",), 1)])
def test_an_index_that_knows_nothing_of_an_ecosystem_is_incomplete(given, ecosystems, errors):
    output = run(given, sources(index=Fake(FLASK, ecosystems=ecosystems)), offline=True)
    assert ["knows nothing of PyPI" in told for told in notes(output, "error")] == [True] * errors


def test_an_ecosystem_that_the_repositorys_own_do_not_have_is_named(checkout):
    package = {"ecosystem": "npm", "name": "flask"}
    other = RECORD | {"affected": [RECORD["affected"][0] | {"package": package}]}
    checkout.commit(LOCK | {"osv/npm/GHSA-ffff-ffff-ffff.json": msgspec.json.encode(other)})
    output = run(tree(checkout.root), REAL, advisories="osv")
    (told,) = notes(output, "warning")
    assert "has none for PyPI" in told


def test_what_the_repository_brings_answers_and_never_ages(checkout):
    checkout.commit(LOCK | EXPORT)
    output = run(tree(checkout.root), REAL, advisories="osv/")
    assert marks(output) == [("GHSA-ffff-ffff-ffff", "requirements.txt", 1)]
    assert one(output).message.startswith("`flask 1.0` has GHSA-ffff-ffff-ffff: The cookie")
    (said,) = notes(output, "note")
    assert "`osv` of the tree, 1 records from osv, the newest of 2026-03-01 (265 days old)" in said
    assert notes(output, "error") == []


def test_it_is_read_from_the_base_and_from_the_folder_of_the_configuration(checkout, tmp_path):
    base = checkout.commit({f"shop/{path}": data for path, data in EXPORT.items()})
    harmless = msgspec.json.encode(RECORD | {"withdrawn": "2026-03-02T00:00:00Z"})
    checkout.commit(LOCK | {"shop/osv/PyPI/GHSA-ffff-ffff-ffff.json": harmless})
    output = run(tree(checkout.root, base, tmp_path / "work"), REAL, advisories="osv", folder="shop")
    assert len(marks(output)) == 1
    assert "`shop/osv` of the base" in notes(output, "note")[0]


def test_a_change_cannot_bring_its_own(checkout, tmp_path):
    base = checkout.commit({"a": "b"})
    checkout.commit(LOCK | EXPORT)
    with pytest.raises(ToolError, match="there is nothing in `osv`"):
        run(tree(checkout.root, base, tmp_path / "work"), REAL, advisories="osv")


@pytest.mark.parametrize("path", ["nowhere", "../osv", "/etc", "osv/../.."])
def test_a_path_without_advisories_is_incomplete(checkout, path):
    checkout.commit(LOCK | EXPORT)
    with pytest.raises(ToolError, match="there is nothing in"):
        run(tree(checkout.root), REAL, advisories=path)


def test_an_export_that_is_not_whole_is_incomplete(checkout):
    checkout.commit(LOCK | EXPORT | {"osv/PyPI/broken.json": "{"})
    with pytest.raises(ToolError, match="cannot be read whole"):
        run(tree(checkout.root), REAL, advisories="osv")


def test_an_export_may_say_what_is_exploited(checkout):
    more = {
        "osv/epss.csv": "#model_version:v2026\ncve,epss,percentile\nCVE-2026-7,0.6,0.9\n",
        "osv/known_exploited_vulnerabilities.json": '{"vulnerabilities": [{"cveID": "CVE-2026-7"}]}',
    }
    checkout.commit(LOCK | EXPORT | more)
    given = tree(checkout.root)
    assert one(run(given, REAL, advisories="osv")).anyway == "it is known to be exploited (KEV)"
    found = one(run(given, REAL, advisories="osv", exploited="threshold", epss=0.5))
    assert found.anyway == "it is likely to be exploited (EPSS 0.6, from 0.5 on)"
