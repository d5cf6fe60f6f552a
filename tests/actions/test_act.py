"""The root action as a stranger's repository runs it: another repository, pinned by SHA, under act."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW
from workflows.act import EXPORT, OFFLINE, Caller, Run, Toolkit, example, toolkit

WORKFLOW = (
    example("gate")
    + """
        id: lockgate
        with:
          gates: sast
          scope: all
      - if: ${{ !cancelled() }}
        run: |
          echo "<verdict=$VERDICT findings=$FINDINGS>"
          test -s "$REPORT/verdict.json" && echo "<report is there>"
        env:
          VERDICT: ${{ steps.lockgate.outputs.verdict }}
          FINDINGS: ${{ steps.lockgate.outputs.findings }}
          REPORT: ${{ steps.lockgate.outputs.report }}
"""
)

Act = Callable[..., Run]


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


@pytest.fixture
def act(kit: Toolkit, tmp_path: Path) -> Act:
    def start(code: str, workflow: str = WORKFLOW) -> Run:
        files = EXPORT | {
            ".lockgate.yml": f"gates: {{sca: {OFFLINE}}}\n",
            "app.py": code,
            "db/migrations/0001_people.sql": "CREATE TABLE people (id bigint PRIMARY KEY);\n",
        }
        caller = Caller(tmp_path, kit, files, workflow)
        run = caller.run("push", {"ref": "refs/heads/main", "before": "0" * 40, "after": caller.first})
        assert run.decoys == []
        return run

    return start


def test_a_clean_repository_passes(act: Act) -> None:
    run = act(CLEAN)
    assert (run.code, run.jobs) == (0, {"gate": "success"}), run.text
    assert "gate| <verdict=pass findings=0>" in run.text
    assert "gate| <report is there>" in run.text
    assert "::error" not in run.text


def test_the_workflow_of_the_readme_runs_every_gate(act: Act) -> None:
    run = act(CLEAN, example("gate"))
    assert run.code == 0, run.text
    for gate in ("migrations", "sast", "sbom", "sca", "secrets"):
        assert re.search(rf"\| {gate} +passed ", run.text), run.text
    assert re.search(r"\| lighthouse +skipped +no site$", run.text, re.MULTILINE), run.text
    assert "PASS: no finding at or above high" in run.text


def test_a_finding_fails_the_job_with_its_annotation(act: Act) -> None:
    run = act(FLAW)
    assert (run.code, run.jobs) == (1, {"gate": "failure"}), run.text
    annotations = [line for line in run.text.splitlines() if re.search(r"::error\b.*B602", line)]
    assert len(annotations) == 1, run.text
    assert re.search(r"file=app\.py,(.*,)?line=5\b", annotations[0])
    assert "gate| <verdict=fail findings=1>" in run.text
    assert "gate| <report is there>" in run.text
    assert "gate| exit status 1\n" in run.text


def test_input_that_is_no_good_is_an_error_and_no_pass(act: Act) -> None:
    run = act(CLEAN, WORKFLOW.replace("gates: sast", "gates: no-such-gate"))
    assert run.code == 1
    assert "gate| exit status 2\n" in run.text, run.text
    assert "verdict=pass" not in run.text
