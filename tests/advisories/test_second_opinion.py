"""pip-audit beside ours: what it says decides, and what it leaves unsaid is a disagreement or an error."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from fake_osv import FakeOsv, Fault, State
from lockgate.advisories import osv
from lockgate.advisories.grouping import Extra, advisories
from lockgate.advisories.model import Package, Pin, Snapshot
from lockgate.advisories.second_opinion import auditable, audited, audited_at, disagreements, report
from lockgate.advisories.server import serving
from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.host import host
from lockgate.process import Completed, which

HOME = host(os.environ).home
LOOM = Package("PyPI", "loom")


def record(name, *, fixed="2.0", aliases=(), package="loom", **more):
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {
        "id": name, "modified": "2026-01-02T03:04:05Z", "aliases": list(aliases),
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges}], **more,
    }  # fmt: skip


class Told:
    """Answer from records alone."""

    snapshot = Snapshot(source="told")

    def __init__(self, records):
        self.all = records

    def of(self, pins):
        pins = list(pins)
        known = self.records({pin.package for pin in pins})
        return {pin: advisories(known[pin.package], pin.package, pin.version, Extra()) for pin in pins}

    def records(self, packages):
        return {
            package: tuple(
                each for each in self.all
                if not osv.is_withdrawn(each) and package in {named for named, _ in osv.entries(each)}
            )
            for package in packages
        }  # fmt: skip


RECORDS = [
    record("GHSA-0001", aliases=["CVE-2026-0001"]),
    record("PYSEC-0001", aliases=["CVE-2026-0001", "CVE-2026-0002"]),
    record("CVE-2026-0002", fixed="0.1"),
    record("PYSEC-0003", fixed="1.5"),
    record("GHSA-0004", withdrawn="2026-01-01T00:00:00Z"),
]
SAID = {("loom", "1.0"): [["PYSEC-0001", "CVE-2026-0001", "GHSA-0001"], ["PYSEC-0003"]], ("loom", "2.0"): []}
PINS = [Pin(LOOM, "1.0"), Pin(LOOM, "2.0")]


def compared(said, pins=PINS, **more):
    told = Told(RECORDS)
    return disagreements(pins, told, told.of(pins), Path("/nowhere"), auditor=lambda *_: said, **more)


def test_the_same_vulnerabilities_are_no_disagreement():
    assert compared(SAID) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({("loom", "1.0"): SAID["loom", "1.0"][:1]}, "loom 1.0: lockgate alone has PYSEC-0003"),
        ({("loom", "1.0"): [["PYSEC-0003"]]},
         "loom 1.0: lockgate alone has CVE-2026-0001 = CVE-2026-0002 = GHSA-0001 = PYSEC-0001"),
        ({("loom", "2.0"): [["PYSEC-0009"]]}, "loom 2.0: pip-audit alone has PYSEC-0009"),
    ],
)  # fmt: skip
def test_a_difference_is_named(said, expected):
    assert compared(SAID | said) == [expected]


def test_a_pin_that_was_not_looked_at_is_a_disagreement():
    assert compared({("loom", "1.0"): SAID["loom", "1.0"]}) == ["loom 2.0: pip-audit did not look at it"]


def test_only_what_it_can_take_is_asked():
    pins = [
        Pin(Package("PyPI", "Loom_X"), "1.0-ALPHA"), Pin(LOOM, "2004d"), Pin(Package("npm", "loom"), "1.0.0"),
        Pin(Package("PyPI", "-r /etc/passwd"), "1"), Pin(Package("PyPI", "a\nb"), "1"),
        Pin(LOOM, "1!2.0+cpu.1"), Pin(LOOM, "1 ; x"), Pin(LOOM, "1\n-e ."), Pin(LOOM, " 1 "),
    ]  # fmt: skip
    assert set(auditable(pins).values()) == {("loom-x", "1.0a0"), ("loom", "1!2.0+cpu.1"), ("loom", "1")}


def test_nothing_is_run_for_nothing():
    def never(*_):
        raise AssertionError

    assert disagreements([Pin(Package("npm", "x"), "1")], Told([]), {}, Path("/nowhere"), auditor=never) == []


def test_the_same_question_is_asked_once():
    cache, asked, told = Cache(None), [], Told(RECORDS)

    def auditor(*question):
        asked.append(question)
        return SAID

    for _ in range(2):
        assert disagreements(PINS, told, told.of(PINS), HOME, cache=cache, auditor=auditor) == []
    assert len(asked) == 1
    changed = Told([*RECORDS[:3], record("PYSEC-0003", fixed="1.6")])
    assert disagreements(PINS, changed, changed.of(PINS), HOME, cache=cache, auditor=auditor) == []
    assert disagreements(PINS[:1], changed, changed.of(PINS), HOME, cache=cache, auditor=auditor) == []
    assert len(asked) == 3


def test_what_the_cache_holds_is_not_believed():
    class Spoiled(Cache):
        def get(self, keys):
            return dict.fromkeys(keys, b'[["loom", 5]]')

    assert compared(SAID, cache=Spoiled(None)) == []


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize(
    "stdout",
    [b"", b"{}", b"[]", b'{"dependencies": [{"name": "loom"', b'{"dependencies": null}',
     b'{"dependencies": [{"name": "loom", "version": "1", "vulns": [{"id": "X"}]}]}',
     b"No vulnerabilities \xff"],
)  # fmt: skip
def test_no_whole_report_is_an_error_whatever_the_exit_code(code, stdout):
    with pytest.raises(ToolError, match=f"gave no report \\(exit code {code}\\): Trace::error:: dead"):
        report(Completed(code, stdout, b"Trace\x1b[0m::error::\n dead\n"))


@pytest.mark.parametrize("code", [0, 1, -9])
def test_a_whole_report_counts_whatever_the_exit_code(code):
    found = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": ["CVE-1"]}
    listed = [
        {"name": "loom", "version": "1.0", "vulns": [found]},
        {"name": "skipped", "skip_reason": "not found"},
    ]
    said = report(Completed(code, json.dumps({"dependencies": listed, "fixes": []}).encode(), b""))
    assert said == {("loom", "1.0"): [["PYSEC-1", "CVE-1"]]}


# What follows runs the real programs, whose environment comes from a registry.

RAW = {
    "affected without a package": record("GHSA-0007")
    | {"affected": [*record("x")["affected"], {"ranges": []}]},
    "nanoseconds": record("GHSA-0007", published="2026-01-02T03:04:05.123456789Z"),
    "a fix that PEP 440 does not know": record("GHSA-0007", fixed="2004d"),
}


@pytest.mark.full
@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_a_record_that_crashes_it_is_served_so_that_it_does_not(raw):
    with FakeOsv(State(records=[raw])) as fake, pytest.raises(ToolError, match="gave no report"):
        audited_at(fake.url, [("loom", "1.0")], HOME, 60)
    told = Told([raw])
    assert audited([("loom", "1.0")], told.records([LOOM]), HOME, 60) == {("loom", "1.0"): [["GHSA-0007"]]}
    assert disagreements(PINS[:1], told, told.of(PINS[:1]), HOME) == []


@pytest.mark.full
@pytest.mark.parametrize(
    "fault", [Fault(500, b"no"), Fault(200, b'{"next_page_token": "x"}'), Fault(cut=True)]
)
def test_a_server_that_fails_is_an_error(fault):
    with (
        FakeOsv(State(records=RECORDS, always=fault)) as fake,
        pytest.raises(ToolError, match="gave no report"),
    ):
        audited_at(fake.url, [("loom", "1.0")], HOME, 60)


@pytest.mark.full
def test_it_ends_in_time():
    with (
        FakeOsv(State(always=Fault(seconds=60))) as fake,
        pytest.raises(ToolError, match="was stopped after"),
    ):
        audited_at(fake.url, [("loom", "1.0")], HOME, 3)


@pytest.mark.full
def test_it_agrees_on_several_versions_at_once_and_disagrees_with_a_wrong_answer():
    told, pins = Told(RECORDS), [Pin(LOOM, f"{number / 4}") for number in range(12)]
    answers = told.of(pins)
    assert disagreements(pins, told, answers, HOME) == []
    wrong = answers | {pins[4]: ()}
    assert [each.split(":")[0] for each in disagreements(pins, told, wrong, HOME)] == ["loom 1.0"]


class Export(Told):
    """Answer from a real export, found by package."""

    def __init__(self, records):
        self.of_package = {}
        for each in sorted(records, key=lambda record: record["id"]):
            for package, _ in osv.entries(each):
                self.of_package.setdefault(package, {})[each["id"]] = each

    def records(self, packages):
        known = {package: self.of_package.get(package, {}).values() for package in packages}
        return {
            package: tuple(each for each in found if not osv.is_withdrawn(each))
            for package, found in known.items()
        }

    def pins(self):
        """Pin versions at the bounds of ranges, and some that are listed."""
        for package, records in sorted(self.of_package.items()):
            entries = [entry for each in records.values() for named, entry in osv.entries(each)]
            texts = {text for entry in entries for text in (entry.get("versions") or ())[-2:]}
            for span in (span for entry in entries for span in entry.get("ranges") or ()):
                if span["type"] == "ECOSYSTEM":
                    texts.update(text for event in span["events"] for text in event.values())
            yield from (Pin(package, text) for text in sorted(texts - {"0"})[:6])


@pytest.fixture(scope="module")
def export():
    file = os.environ.get("LOCKGATE_ADVISORIES")
    if not file:
        pytest.skip("LOCKGATE_ADVISORIES names no export of OSV for PyPI")
    with zipfile.ZipFile(file) as archive:
        return Export(
            [osv.decode(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
        )


@pytest.mark.full
def test_pip_audit_agrees_on_a_real_export(export):
    pins = list(export.pins())
    answers = export.of(pins)
    assert len(auditable(pins)) >= 1000
    assert sum(map(bool, answers.values())) >= 500
    assert disagreements(pins, export, answers, HOME) == []


@pytest.mark.full
def test_uv_audit_agrees_on_a_real_export(export, tmp_path):
    chosen = {pin.package: (pin, key) for pin, key in auditable(export.pins()).items()}
    pins, keys = [pin for pin, _ in chosen.values()], [key for _, key in chosen.values()]
    answers = export.of(pins)
    assert sum(map(bool, answers.values())) >= 300
    with serving(export.records(chosen)) as url:
        locked_project(tmp_path, keys, f"{url}/simple")
        argv = [
            str(which("uv")), "audit", "--preview-features", "audit-command,json-output", "--frozen",
            "--no-config", "--service-format", "osv", "--service-url", f"{url}/", "--output-format", "json",
        ]  # fmt: skip
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    document = json.loads(done.stdout)
    assert document["summary"]["audited_packages"] == len(pins)
    said = {key: [] for key in keys}
    for found in document["vulnerabilities"]:
        said[found["dependency"]["name"], found["dependency"]["version"]].append(
            [found["id"], *found["aliases"]]
        )
    assert disagreements(pins, export, answers, HOME, auditor=lambda *_: said) == []


def locked_project(folder, keys, index):
    """Write what uv reads; an index that knows no package tells it nothing more."""
    wanted = [name for name, _ in keys]
    needs = ", ".join(f'{{ name = "{name}" }}' for name in wanted)
    tables = [
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{index}" }}\n'
        for name, version in keys
    ]
    project = 'name = "app-of-the-test"\nversion = "0"\n'
    own = f'source = {{ virtual = "." }}\ndependencies = [{needs}]\n'
    tables.append(f"[[package]]\n{project}{own}[package.metadata]\nrequires-dist = [{needs}]\n")
    (folder / "uv.lock").write_text('version = 1\nrequires-python = ">=3.11"\n' + "\n".join(tables))
    (folder / "pyproject.toml").write_text(
        f'[project]\n{project}requires-python = ">=3.11"\ndependencies = {json.dumps(wanted)}\n'
    )
