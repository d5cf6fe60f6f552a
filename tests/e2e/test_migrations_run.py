"""The gate migrations as a user runs it: the same bytes, a waiver, a place, no cost without a migration."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.engine import Machine, commit, repository
from lockgate.errors import ExitCode

FIRST, SECOND = "db/migrations/1_a.sql", "db/migrations/2_b.sql"
BASE = {FIRST: "create table users (id int primary key, name text);\n"}
WIDER = "alter table users alter id type bigint;\n"
LAZY = (
    "import sys; from lockgate.cli import main; code = main();"
    "sys.exit(90 if {'psycopg', 'lockgate.gates.migrations.judging'} & sys.modules.keys() else code)"
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "m")


def test_a_change_without_a_migration_loads_nothing(machine: Machine, tmp_path: Path) -> None:
    path = repository(tmp_path / "r", BASE)
    commit(path, {"README.md": "x\n"})
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", LAZY, "run", str(path), "--base", "HEAD~1",
         "--gates", "migrations"],
        cwd=machine.cwd, env=machine.environment({}), check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == ExitCode.PASS, done.stderr
    assert b"no migration in the change" in done.stdout


def test_a_finding_is_the_same_wherever_its_line_is(machine: Machine, tmp_path: Path) -> None:
    path = repository(tmp_path / "r", BASE)
    reports = []
    for text in (WIDER, WIDER, f"-- wider\n\n{WIDER.replace('alter id', chr(10) + '  alter id')}"):
        commit(path, {SECOND: text})
        done = machine.run("run", str(path), "--base", _base(path), "--gates", "migrations")
        assert done.returncode == ExitCode.FINDINGS, done.stderr
        reports.append({name: machine.report(name) for name in ("verdict.json", "lockgate.sarif")})
    verdicts = [json.loads(report["verdict.json"]) for report in reports]
    for verdict in verdicts:
        verdict.pop("timing")
        verdict.pop("head", None)
    assert json.dumps(verdicts[0]) == json.dumps(verdicts[1])
    assert reports[0]["lockgate.sarif"] == reports[1]["lockgate.sarif"]
    assert not re.search(rb"\d s\b|seconds", json.dumps(verdicts[0]["gates"]).encode())
    first, moved = (_only(verdict) for verdict in (verdicts[0], verdicts[2]))
    assert (first["line"], moved["line"]) == (1, 3)
    assert first["fingerprint"] == moved["fingerprint"]
    assert first["message"] == moved["message"]


def _base(path: Path) -> str:
    """Name the first commit."""
    argv = ["git", "rev-list", "--max-parents=0", "HEAD"]
    return subprocess.run(argv, cwd=path, check=True, capture_output=True, text=True).stdout.strip()


def _only(verdict: "dict[str, list[dict[str, object]]]") -> "dict[str, object]":
    (finding,) = verdict["findings"]
    return finding


def test_it_is_told_explained_and_waived(machine: Machine, tmp_path: Path) -> None:
    path = repository(tmp_path / "r", {**BASE, ".lockgate.yml": "waivers-from-the-change: allow\n"})
    commit(path, {SECOND: f"-- wider\n{WIDER}"})
    run = ("run", str(path), "--base", _base(path), "--gates", "migrations")
    told = machine.run(*run, "--format", "github")
    assert told.returncode == ExitCode.FINDINGS
    assert re.search(
        rb"^::error [^\n]*file=db/migrations/2_b\.sql,line=2,[^\n]*::", told.stdout, re.MULTILINE
    )
    sarif = json.loads(machine.report("lockgate.sarif"))
    (place,) = [
        result["locations"][0]["physicalLocation"] for each in sarif["runs"] for result in each["results"]
    ]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (SECOND, 2)
    mark = str(_only(json.loads(machine.report("verdict.json")))["fingerprint"])
    explained = machine.run("explain", mark[:12])
    assert explained.returncode == 0
    assert b"rewrites it: type change" in explained.stdout
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    waived = machine.run(
        "waive", mark[:12], "--owner", "me", "--reason", "the table is empty", "--expires", until,
        "--checkout", str(path),
    )  # fmt: skip
    assert waived.returncode == 0, waived.stderr
    commit(path, {"README.md": "x"})
    again = machine.run(*run)
    assert again.returncode == ExitCode.PASS, again.stdout


def test_a_server_is_started_and_gone(machine: Machine, tmp_path: Path) -> None:
    path = repository(tmp_path / "r", BASE)
    commit(path, {SECOND: WIDER})
    done = machine.run("run", str(path), "--base", "HEAD~1", "--gates", "migrations")
    assert done.returncode == ExitCode.FINDINGS
    assert b"PostgreSQL" in machine.report("verdict.json")
    assert list(machine.temp.iterdir()) == []
    assert machine.processes() == []
