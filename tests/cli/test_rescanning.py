"""`lockgate rescan` as a user starts it."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from advisories.corpus import Record, archive, entry, record
from hostile import STRINGS, element_tree
from lockgate.cli import main, rescanning
from lockgate.cli.arguments import parse
from lockgate.errors import ExitCode, InputError, LockgateError, ToolError
from lockgate.gates.sca.sources import Sources
from lockgate.host import Host
from runner_port import lines
from runner_port import parse as command_in

TODAY = date(2026, 3, 10)  # the corpus' records are of March 1
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"

Bill = Callable[..., Path]


def vulnerable(name: str, package: str, fixed: str = "", vector: str = "", **more: Any) -> Record:
    events = [("introduced", "0"), *([("fixed", fixed)] if fixed else [])]
    if vector:
        more["severity"] = [{"type": "CVSS_V3", "score": vector}]
    return record(name, entry(package, *events), published="2026-02-01T00:00:00Z", **more)


RECORDS = (
    vulnerable("GHSA-crit-crit-crit", "loom", "2.0", CRITICAL, aliases=["CVE-2026-1"]),
    vulnerable("GHSA-medi-medi-medi", "weft", "", MEDIUM),
    vulnerable("GHSA-none-none-none", "silk"),
    vulnerable("GHSA-mend-mend-mend", "wool", "3.0"),
    vulnerable("GHSA-used-used-used", "jute", aliases=["CVE-2026-5"]),
    vulnerable("MAL-2026-1", "moth"),
)
KEV = {"vulnerabilities": [{"cveID": "CVE-2026-5"}]}


@pytest.fixture
def bill(tmp_path: Path) -> Bill:
    def write(
        *urls: str, file: str = "app.cdx.json", when: str = "2026-01-01T00:00:00Z", name: str = "app"
    ) -> Path:
        components = [
            {
                "type": "library",
                "name": name.partition("/")[2],
                "version": version,
                "purl": f"{name}@{version}",
            }
            for name, _, version in (url.partition("@") for url in urls)
        ]
        root = {"type": "application", "name": name, "version": "1.2.3"}
        made = {
            "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": "urn:uuid:1",
            "metadata": {"timestamp": when, "component": root},
            "components": components,
        }  # fmt: skip
        (tmp_path / file).write_text(json.dumps(made))
        return tmp_path / file

    return write


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    archive(folder / "PyPI" / "all.zip", *RECORDS)
    (folder / "known_exploited_vulnerabilities.json").write_text(json.dumps(KEV))
    (folder / "README.md").write_text("# What lies here\n")
    return folder


def run(*words: object, today: date = TODAY, home: Path = Path("nowhere")) -> ExitCode:
    machine = Host(environment={}, home=home, today=today)
    return rescanning.judge(parse(["rescan", *map(str, words)]), machine, Sources())


def test_the_text_says_what_is_new_since_when_and_what_mends_it(
    bill: Bill, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = bill("pkg:pypi/loom@1.0", "pkg:pypi/fine@1.0", "pkg:npm/left@1.0", file="old.json")
    young = bill("pkg:pypi/loom@1.0", file="young.json", when="2026-02-20T00:00:00Z", name="")
    odd = bill("pkg:pypi/loom@1.0", file="odd.json", when="")
    assert run(old, young, odd, "--advisories", export) is ExitCode.FINDINGS
    since = ", 1 published since it was made, the first on 2026-02-01"
    cells = "loom 1.0 CVE-2026-1 GHSA-crit-crit-crit critical 2026-02-01 2.0"
    assert capsys.readouterr().out.splitlines() == [
        f"{old} (app 1.2.3): 1 vulnerabilities in 2 components{since}; 1 more could not be asked about",
        f"  new {cells}",
        f"{young} (1.2.3): 1 vulnerabilities in 1 components",
        f"  old {cells}",
        f"{odd} (app 1.2.3): 1 vulnerabilities in 1 components",
        f"  ? {cells}",
        "advisories: 6 from export, the newest of 2026-03-01",
    ]


def test_a_bill_of_clean_components_passes(
    bill: Bill, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(bill("pkg:pypi/loom@2.0", "pkg:pypi/fine@1.0"), "--advisories", export) is ExitCode.PASS
    assert ": 0 vulnerabilities in 2 components\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "threshold", "code"),
    [
        ("pkg:pypi/loom@1.0", "critical", ExitCode.FINDINGS),
        ("pkg:pypi/weft@1.0", "high", ExitCode.PASS),
        ("pkg:pypi/weft@1.0", "medium", ExitCode.FINDINGS),
        ("pkg:pypi/weft@1.0", "note", ExitCode.FINDINGS),
        ("pkg:pypi/silk@1.0", "note", ExitCode.PASS),  # no severity, and no version mends it
        ("pkg:pypi/wool@1.0", "critical", ExitCode.FINDINGS),  # no severity, and one does
        ("pkg:pypi/jute@1.0", "critical", ExitCode.FINDINGS),  # exploited
        ("pkg:pypi/moth@1.0", "critical", ExitCode.FINDINGS),  # an attack
    ],
)
def test_the_threshold_decides_and_what_it_cannot_judge_has_rules_of_its_own(
    bill: Bill, export: Path, url: str, threshold: str, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(bill(url), "--advisories", export, "--fail-on", threshold) is code
    assert "1 vulnerabilities" in capsys.readouterr().out


def test_the_json_says_all_of_it(bill: Bill, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = bill("pkg:pypi/loom@1.0", "pkg:pypi/silk@1.0", "pkg:generic/app")
    assert run(file, "--advisories", export, "--format", "json") is ExitCode.FINDINGS
    made = json.loads(capsys.readouterr().out)
    assert made["schema"] == "lockgate-rescan/1"
    assert len(made["advisories"].pop("sha256")) == 64
    assert made["advisories"] == {"source": "export", "count": 6, "newest": "2026-03-01T10:00:00+00:00"}
    (one,) = made["bills"]
    worst, other = one.pop("vulnerabilities")
    assert one == {
        "file": str(file), "name": "app", "version": "1.2.3", "made": "2026-01-01T00:00:00Z",
        "serial": "urn:uuid:1", "components": 2, "unknown": 1, "since": "2026-02-01T00:00:00+00:00",
    }  # fmt: skip
    assert worst == {
        "id": "GHSA-crit-crit-crit", "ids": ["CVE-2026-1", "GHSA-crit-crit-crit"],
        "package": "pkg:pypi/loom@1.0", "severity": "critical", "score": 9.8, "new": True, "fixed": ["2.0"],
        "published": "2026-02-01T00:00:00+00:00", "exploited": False, "epss": None, "malicious": False,
        "summary": "",
    }  # fmt: skip
    assert (other["id"], other["severity"], other["fixed"]) == ("GHSA-none-none-none", None, [])
    assert all(f"`{key}`" in (rescanning.__doc__ or "") for key in (*one, *worst, *made, *made["advisories"]))


def test_the_markdown_is_a_list_of_bills_and_a_table(
    bill: Bill, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (bill("pkg:pypi/loom@1.0", file="a.json"), bill("pkg:pypi/fine@1", file="b.json"))
    assert run(*given, "--advisories", export, "--format", "markdown") is ExitCode.FINDINGS
    elements = element_tree(capsys.readouterr().out)
    assert elements.count("<li >") == 2
    assert elements.count("<tr >") == 2
    assert elements.count("<td >") == 6
    assert run(given[1], "--advisories", export, "--format", "markdown") is ExitCode.PASS
    assert "<table >" not in element_tree(capsys.readouterr().out)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_no_word_of_a_bill_is_a_command_or_an_element(
    tmp_path: Path, export: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, hostile = tmp_path / "plain.json", tmp_path / "hostile.json"
    odd = [word.encode(errors="replace").decode() for word in STRINGS]  # half a pair is no JSON
    for file, words in ((plain, ["x"] * len(odd)), (hostile, odd)):
        parts = [
            {"type": "library", "name": word, "version": word, "purl": f"pkg:pypi/loom@1.0.{number}"}
            for number, word in enumerate(words)
        ]
        root = {"type": "application", "name": words[0], "version": words[-1]}
        document = {
            "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": words[1], "components": parts,
            "metadata": {"timestamp": words[2], "component": root},
        }  # fmt: skip
        file.write_text(json.dumps(document))
    shown = {}
    for file in (plain, hostile):
        assert run(file, "--advisories", export, "--format", form) is ExitCode.FINDINGS
        shown[file] = capsys.readouterr().out
    told = shown[hostile]
    assert [line for line in lines(told) if command_in(line)] == []
    assert all(character.isprintable() or character == "\n" for character in told)
    if form == "json":
        (one,) = json.loads(told)["bills"]
        assert one["made"] == odd[2]
        assert len(one["vulnerabilities"]) == len(odd)
    else:
        assert told.count("\n") == shown[plain].count("\n")
        assert max(map(len, told.splitlines())) < 20_000  # a name of a million letters is cut
    if form == "markdown":
        assert element_tree(told) == element_tree(shown[plain])


@pytest.mark.parametrize("form", ["zip", "file", "folder of records", "from inside"])
def test_an_export_is_an_archive_a_record_or_a_folder(
    bill: Bill, export: Path, form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: Path | str = export / "PyPI" / "all.zip"
    if form != "zip":
        records = export / "records"
        shutil.unpack_archive(given, records)
        (records / "notes.txt").write_text("nothing")
        given = records / "GHSA-crit-crit-crit.json" if form == "file" else records
    if form == "from inside":
        monkeypatch.chdir(given)
        given = "."
    assert run(bill("pkg:pypi/loom@1.0"), "--advisories", given) is ExitCode.FINDINGS
    source = {"zip": "all.zip", "file": "GHSA-crit-crit-crit.json"}.get(form, "records")
    assert f" from {source}, " in capsys.readouterr().out


def test_an_export_that_is_missing_empty_or_not_whole_is_no_clean_bill(
    bill: Bill, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = bill("pkg:pypi/loom@1.0")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("nothing")
    (export / "odd.json").write_text("{")
    cut_off = tmp_path / "cut.zip"
    cut_off.write_bytes((export / "PyPI" / "all.zip").read_bytes()[:-30])
    for given, why in (
        (tmp_path / "nowhere", "No such file"),
        (tmp_path / "empty", "no record"),
        (export, "whole"),
        (cut_off, "cut"),
    ):
        with pytest.raises(InputError, match=why):
            run(file, "--advisories", given)
    assert capsys.readouterr().out == ""


def test_stale_advisories_are_incomplete_and_never_clean(
    bill: Bill, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (bill("pkg:pypi/fine@1.0"), "--advisories", export)
    with pytest.raises(ToolError, match="the newest advisory is of 2026-03-01, and `--max-age` is 14 days"):
        run(*words, today=date(2026, 3, 16))
    assert capsys.readouterr().out == ""
    assert run(*words, today=date(2026, 3, 15)) is ExitCode.PASS
    assert run(*words, "--max-age", 15, today=date(2026, 3, 16)) is ExitCode.PASS


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "it is no JSON"),
        (b"[]", "no JSON object"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "9"}', "none of 1.2 to 1.7"),
        (b'{"spdxVersion": "SPDX-3.0"}', "neither CycloneDX"),
        (b"[" * 100_000, "it is"),
        (b"\xff\xfe", "it is no JSON"),
    ],
)
def test_what_is_no_bill_is_refused(bill: Bill, export: Path, tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "odd.json").write_bytes(data)
    with pytest.raises(InputError, match=why):
        run(bill("pkg:pypi/loom@1.0"), tmp_path / "odd.json", "--advisories", export)


def test_a_folder_and_a_file_that_is_not_there_are_no_bills(export: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a regular file"):
        run(tmp_path, "--advisories", export)
    with pytest.raises(InputError, match="No such file"):
        run(tmp_path / "nowhere.json", "--advisories", export)


def test_the_index_of_the_machine_is_what_is_asked_by_default(
    bill: Bill,
    export: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOCKGATE_HOME", str(tmp_path / "home"))
    file, old = bill("pkg:pypi/loom@1.0"), ["--max-age", "100000"]
    assert main(["rescan", str(file)]) == ExitCode.BAD_INPUT
    assert "lockgate advisories update" in capsys.readouterr().err
    assert main(["advisories", "update", "--from", str(export / "PyPI")]) == ExitCode.PASS
    capsys.readouterr()
    assert main(["rescan", str(file), *old]) == ExitCode.FINDINGS
    assert "from PyPI, " in capsys.readouterr().out
    assert main(["rescan", str(file), "--max-age", "-100000"]) == ExitCode.INCOMPLETE
    assert main(["rescan", str(bill("pkg:pypi/fine@1.0")), *old]) == ExitCode.PASS


def test_a_damaged_index_is_an_error(bill: Bill, tmp_path: Path) -> None:
    (tmp_path / "advisories.db").write_bytes(b"SQLite format 3\0 rubbish")
    with pytest.raises(LockgateError, match="cannot be used"):
        run(bill("pkg:pypi/loom@1.0"), home=tmp_path)
