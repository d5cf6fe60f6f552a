"""`lockgate advisories` as a user starts it."""

import argparse
from pathlib import Path

import pytest

from advisories.corpus import archive, entry, record
from lockgate.cli import advising, main
from lockgate.errors import PlatformError

RECORD = record("GHSA-1", entry("loom", ("introduced", "0")), aliases=["CVE-1"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCKGATE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_update_makes_the_index_and_status_describes_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = b"{"
    source = archive(tmp_path / "PyPI" / "all.zip", RECORD, record("X-\x1b[31m::error::"), odd)
    (tmp_path / "epss.csv").write_text("cve,epss,percentile\nCVE-1,0.5,0.9\n")
    given = ["--from", str(source), "--epss", str(tmp_path / "epss.csv")]
    assert main(["advisories", "update", *given]) == 0
    told = capsys.readouterr().out
    assert (home / "advisories.db").is_file()
    assert main(["advisories", "status"]) == 0
    assert capsys.readouterr().out == told
    lines = told.splitlines()
    assert lines[0] == "source: all.zip"
    assert "PyPI: 1 records" in lines
    assert "by CVE: 1 with EPSS, 0 in KEV" in lines
    assert any(line.startswith("newest: 2026-03-01 10:00 UTC, ") for line in lines)
    assert "left out: 2 that could not be read" in lines
    assert "\x1b" not in told
    assert not any(line.startswith("::") for line in lines)


def test_status_without_an_index_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advisories", "status"]) == 2
    assert "lockgate advisories update" in capsys.readouterr().err
    assert not (home / "advisories.db").exists()


def test_status_takes_no_sources(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advisories", "status", "--from", str(tmp_path)]) == 2
    assert "reads the index alone" in capsys.readouterr().err


def test_update_from_a_broken_export_fails_and_keeps_the_index(home: Path, tmp_path: Path) -> None:
    source = archive(tmp_path / "all.zip", RECORD)
    assert main(["advisories", "update", "--from", str(source)]) == 0
    before = (home / "advisories.db").read_bytes()
    source.write_bytes(source.read_bytes()[:-30])
    assert main(["advisories", "update", "--from", str(source)]) == 2
    assert (home / "advisories.db").read_bytes() == before


def _wish(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"sources": [], "epss": None, "kev": None, **given})


def test_update_without_sources_asks_osv_and_only_for_what_changed(tmp_path: Path) -> None:
    asked = []

    def fetch(folder: Path, etags: object) -> dict[str, str]:
        asked.append(etags)
        archive(folder / "PyPI" / "all.zip", RECORD)
        return {"PyPI": "1"}

    target = tmp_path / "advisories.db"
    meta = advising.update(_wish(), target, fetch)
    assert (meta.sources, meta.etags, meta.count) == (["OSV"], {"PyPI": "1"}, 1)
    assert advising.update(_wish(), target, fetch) == meta
    (tmp_path / "kev.json").write_text('{"vulnerabilities": [{"cveID": "CVE-1"}]}')
    assert advising.update(_wish(kev=tmp_path / "kev.json"), target, fetch).kev == 1
    assert asked == [{}, {"PyPI": "1"}, {}]


def test_an_unreachable_osv_keeps_the_index(tmp_path: Path) -> None:
    def fetch(folder: Path, etags: object) -> dict[str, str]:
        raise PlatformError("down", cause="x", todo="y")

    (tmp_path / "advisories.db").write_bytes(b"old")
    with pytest.raises(PlatformError):
        advising.update(_wish(), tmp_path / "advisories.db", fetch)
    assert (tmp_path / "advisories.db").read_bytes() == b"old"
