"""The gate over a project whose own program migrates: run on the base's tree, then on the head's."""

import sys
from pathlib import Path

import pytest

from gates.migrations.gate_runs import Change, change
from lockgate.errors import ExitCode
from lockgate.finding import Severity

PROGRAM = """\
import os, pathlib, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("create table if not exists done (name text)")
    known = {name for (name,) in connection.execute("select name from done")}
    for file in sorted(pathlib.Path("db").glob("*.sql")):
        if file.name not in known:
            connection.execute(file.read_text())
            connection.execute("insert into done values (%s)", [file.name])
"""
BASE = {"migrate.py": PROGRAM, "db/0001.sql": "create table users (id int primary key, name text);\n"}


@pytest.fixture
def program(tmp_path: Path) -> Change:
    return change(tmp_path, BASE, code="run", command=[sys.executable, "migrate.py"], folders=["db"])


def test_what_it_does_to_what_the_base_has_is_told_at_the_changes_file(program: Change) -> None:
    verdict = program.judge({"db/0002.sql": "alter table users alter id type bigint;\n"})
    [found] = [each for each in verdict.findings if each.severity >= Severity.HIGH]
    assert (found.rule, found.path, found.blocking) == ("rewrite-under-lock", "db/0002.sql", True)


def test_a_harmless_change_passes(program: Change) -> None:
    verdict = program.judge({"db/0002.sql": "create table teams (id int primary key);\n"})
    assert (verdict.exit_code, verdict.findings) == (ExitCode.PASS, ())


def test_one_that_fails_on_the_change_is_a_finding(program: Change) -> None:
    verdict = program.judge({"db/0002.sql": "drop table nobody;\n"})
    [found] = verdict.findings
    assert (found.rule, found.path, found.blocking) == ("fails", "db/0002.sql", True)


@pytest.mark.parametrize("text", ["", "raise SystemExit(3)\n", "import os\nos.kill(os.getpid(), 9)\n"])
def test_one_that_does_nothing_never_passes(program: Change, text: str) -> None:
    verdict = program.judge({"migrate.py": text, "db/0002.sql": "create table teams (id int);\n"})
    assert verdict.exit_code in {ExitCode.INCOMPLETE, ExitCode.FINDINGS}


def test_a_merged_file_that_is_edited_is_run_as_it_is_now(program: Change) -> None:
    verdict = program.judge({"db/0001.sql": "create table users (id int primary key);\n"})
    assert "merged-migration-changed" in {each.rule for each in verdict.findings}
    assert verdict.exit_code is ExitCode.FINDINGS
