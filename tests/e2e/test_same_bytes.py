"""The same input gives the same bytes, and a second run asks no tool again."""

import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from e2e.engine import FLAW, Machine, commit, repository
from lockgate import pipeline
from lockgate.host import Host
from lockgate.inputs import Options
from lockgate.observer import Silent

REPORTS = ("verdict.json", "lockgate.sarif", "report.html")
started: list[list[str]] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen":
        started.append(list(arguments[1]))  # type: ignore[call-overload]


sys.addaudithook(_audit)


def programs() -> set[str]:
    """Name what was started since the last call: the program, or the worker's analyser."""
    names = {argv[-1] if "lockgate.worker" in argv else Path(argv[0]).name for argv in started}
    started.clear()
    return names


def files() -> dict[str, str]:
    return {f"pkg/m{n}.py": FLAW + f"WORD{n} = 'pass{n}'\n" for n in range(20)} | {
        "web/a.js": "eval(name);\n"
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "repository", files())


def without_timing(data: bytes) -> bytes:
    rest, timing = re.split(rb"\n \"timing\": ", data)
    assert set(json.loads(timing.rpartition(b"}")[0])) == {"seconds", "gates"}
    return rest


def reports(machine: Machine) -> list[bytes]:
    verdict, *others = (machine.report(name) for name in REPORTS)
    return [without_timing(verdict), *others]


@pytest.mark.parametrize("scope", ["--all", "--base=HEAD~1"])
def test_two_machines_give_the_same_bytes(folder: Path, tmp_path: Path, scope: str) -> None:
    commit(folder, {"pkg/more.py": FLAW, "web/a.js": "// moved\neval(name);\n"})
    machines = [Machine(tmp_path / name).with_oxlint() for name in ("one", "other")]
    for machine, jobs in zip(machines, ("1", "3"), strict=True):
        assert machine.run("run", str(folder), scope, "--jobs", jobs).returncode == 1
    assert reports(machines[0]) == reports(machines[1])
    before = reports(machines[0])
    again = machines[0].run("run", str(folder), scope)
    assert (again.returncode, reports(machines[0])) == (1, before)


def test_a_second_run_starts_git_alone_and_a_third_what_changed(folder: Path, tmp_path: Path) -> None:
    host = Host({}, Machine(tmp_path / "machine").with_oxlint().home, date(2026, 11, 21))
    options = Options(path=folder, all=True)
    programs()
    first = pipeline.run(options, host, Silent())
    assert programs() >= {"git", "bandit", "detect-secrets", "lockgate-secrets", "node"}
    second = pipeline.run(options, host, Silent())
    assert programs() == {"git"}
    assert second.verdict.findings == first.verdict.findings
    assert second.excerpts == first.excerpts
    commit(folder, {"pkg/m3.py": "WORD = 1\n"})
    third = pipeline.run(options, host, Silent())
    assert programs() == {"git", "bandit", "detect-secrets", "lockgate-secrets"}
    here = {finding for finding in first.verdict.findings if finding.path != "pkg/m3.py"}
    assert set(third.verdict.findings) == here


def test_a_spoiled_cache_costs_time_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine").with_oxlint()
    assert machine.run("run", str(folder)).returncode == 1
    before = reports(machine)
    (database,) = [path for path in machine.home.glob("results*") if path.suffix == ".db"]
    database.write_bytes(b"no database " * 1000)
    assert machine.run("run", str(folder)).returncode == 1
    assert reports(machine) == before
