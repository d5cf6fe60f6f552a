"""The action migrations alone, on a pull request of a repository with SQL: run by act."""

import re
from pathlib import Path

import pytest

from workflows.act import Caller, Run, Toolkit, example, toolkit

BASE = {"db/migrations/1_people.sql": "CREATE TABLE people (id int PRIMARY KEY, name text);\n"}
HARMFUL = "-- more people than an integer counts\n\nALTER TABLE people\n  ALTER id TYPE bigint;\n"
CLEAN = "ALTER TABLE people ADD born date;\n"
WORKFLOW = (
    example("gate").replace("lockgate/lockgate@", "lockgate/lockgate/actions/migrations@")
    + """
        id: lockgate
      - if: ${{ !cancelled() }}
        run: |
          echo "<verdict=$VERDICT findings=$FINDINGS>"
          test -s "$REPORT/lockgate.sarif" && echo "<report is there>"
        env:
          VERDICT: ${{ steps.lockgate.outputs.verdict }}
          FINDINGS: ${{ steps.lockgate.outputs.findings }}
          REPORT: ${{ steps.lockgate.outputs.report }}
"""
)


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def change(kit: Toolkit, folder: Path, migration: str) -> Run:
    """Run the action alone for a pull request that adds a migration."""
    caller = Caller(folder, kit, BASE, WORKFLOW)
    head = caller.branch("topic", {"db/migrations/2_more.sql": migration})
    caller.merge(head)
    sides = {"base": {"sha": caller.first, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    run = caller.run("pull_request", {"number": 7, "pull_request": {"number": 7} | sides})
    assert run.decoys == []
    return run


def test_a_harmful_migration_fails_the_job_at_its_statement(kit: Toolkit, tmp_path: Path) -> None:
    run = change(kit, tmp_path, HARMFUL)
    assert (run.code, run.jobs) == (1, {"gate": "failure"}), run.text
    (annotation,) = (line for line in run.text.splitlines() if re.search(r"::error\b.*rewrites", line))
    assert re.search(r"file=db/migrations/2_more\.sql,(.*,)?line=3\b", annotation)
    assert "ACCESS EXCLUSIVE on `people` and 1 index" in annotation
    assert "gate| <verdict=fail findings=1>" in run.text
    assert "gate| <report is there>" in run.text
    assert "gate| exit status 1\n" in run.text


def test_a_harmless_migration_passes(kit: Toolkit, tmp_path: Path) -> None:
    run = change(kit, tmp_path, f"SET lock_timeout = '1s';\n{CLEAN}")
    assert (run.code, run.jobs) == (0, {"gate": "success"}), run.text
    assert "gate| <verdict=pass findings=0>" in run.text
    assert "::error" not in run.text
    assert "::warning" not in run.text
