"""The report in code scanning, as a stranger's repository runs the example: one category for each gate."""

import json
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW
from lockgate.sarif import write
from verdicts import finding, verdict
from workflows.act import REPOSITORY, SHA, Caller, Toolkit, example, toolkit

SARIF = "lockgate.sarif"
# act starts no job of the caller's after a called workflow that failed, so what fails is not chained here.
ALONE = f"""
on: push
jobs:
  code-scanning:
    uses: {REPOSITORY}/.github/workflows/code-scanning.yml@{SHA}
    with: {{verdict: "VERDICT", report-artifact: "ARTIFACT"}}
"""


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def test_a_run_is_uploaded_in_one_category_for_each_gate(tmp_path: Path, kit: Toolkit) -> None:
    pipeline = "pipeline.yml@" + SHA + " # the commit that you have read\n"
    workflow = example("code-scanning").replace(pipeline, pipeline + "    with: {fail-on: critical}\n")
    made = Caller(tmp_path, kit, {"old.py": CLEAN}, workflow)
    after = made.on_main({"new.py": FLAW})
    run = made.run("push", {"ref": "refs/heads/main", "before": made.first, "after": after})
    ended = {"plan": "success", "gates": "success", "gate": "success", "upload": "success"}
    assert (run.code, run.jobs) == (0, ended), run.text
    assert "uploaded lockgate/sast/ of bandit" in run.text
    assert "uploaded lockgate/secrets/ of detect-secrets" in run.text
    assert (run.artifacts / SARIF).read_bytes() == run.report(SARIF)
    results = [found["ruleId"] for each in json.loads(run.report(SARIF))["runs"] for found in each["results"]]
    assert "B602" in results
    assert run.decoys == []


@pytest.mark.parametrize(
    ("answer", "artifact", "jobs"),
    [
        ("pass", "lockgate-report", {"upload": "success"}),
        ("fail", "lockgate-report", {"upload": "success"}),
        ("fail", "another", {"upload": "failure"}),
        ("fail", "", {}),
        ("error", "lockgate-report", {}),
        ("", "lockgate-report", {}),
        ("passed", "lockgate-report", {}),
    ],
)
def test_what_is_incomplete_is_not_uploaded(
    tmp_path: Path, kit: Toolkit, answer: str, artifact: str, jobs: dict[str, str]
) -> None:
    report = tmp_path / "kept/lockgate-report" / SARIF
    report.parent.mkdir(parents=True)
    report.write_bytes(write.render(verdict(finding())))
    made = Caller(tmp_path, kit, {}, ALONE.replace("VERDICT", answer).replace("ARTIFACT", artifact))
    run = made.run("push", {"ref": "refs/heads/main"}, artifacts=tmp_path / "kept")
    assert run.jobs == jobs, run.text
    assert (tmp_path / "kept" / SARIF).exists() == (jobs == {"upload": "success"})
