"""The whole chain as a stranger's repository runs it by the README's ten lines, for each event."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.engine import CLEAN, FLAW
from workflows.act import DECOYS, Caller, Json, Run, Toolkit, example, toolkit

Make = Callable[..., Caller]

AFTER = """
  after:
    needs: lockgate
    runs-on: ubuntu-24.04
    steps:
      - run: echo "<$VERDICT, $FINDINGS, $ARTIFACT>"
        env:
          VERDICT: ${{ needs.lockgate.outputs.verdict }}
          FINDINGS: ${{ needs.lockgate.outputs.findings }}
          ARTIFACT: ${{ needs.lockgate.outputs.report-artifact }}
"""
OLD = FLAW.replace("start", "old")
OTHERS = FLAW.replace("start", "of_others")
PASSED = {"plan": "success", "gates": "success", "gate": "success"}
FAILED = {"plan": "success", "gates": "failure", "gate": "failure"}
CELLS = [{"gate": gate, "number": number, "count": 2} for gate in ("sast", "secrets") for number in (1, 2)]


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


@pytest.fixture
def caller(kit: Toolkit, tmp_path: Path) -> Make:
    """Make a caller whose first commit has one old flaw, with more inputs and more files."""

    def make(workflow: str = "", files: "dict[str, str] | None" = None, kit: Toolkit = kit) -> Caller:
        return Caller(tmp_path, kit, {"old.py": OLD} | (files or {}), workflow or example())

    return make


def given(**inputs: str) -> str:
    """Give the README's workflow with inputs."""
    return example() + f"    with: {json.dumps({name.replace('_', '-'): inputs[name] for name in inputs})}\n"


def on_everything() -> str:
    """Give the README's workflow for more events."""
    more = "  merge_group:\n  workflow_dispatch:\n  schedule:\n    - cron: 0 3 * * *\n"
    return example().replace("  merge_group:\n", more).replace("    branches: [main]\n", "")


def of_pull_request(base: str, head: str, **more: Any) -> Json:
    sides: Json = {"base": {"sha": base, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    return {"number": 7, "action": "synchronize", "pull_request": {"number": 7} | sides | more}


def pull_request(caller: Caller, files: "dict[str, str | None]", *options: str, **more: Any) -> Run:
    """Run the workflow for a change of files, in the commit that GitHub makes to merge it."""
    head = caller.branch("topic", files)
    caller.merge(head)
    return caller.run("pull_request", of_pull_request(caller.first, head), *options, **more)


def assert_error(run: Run, words: str) -> None:
    """Hold that the job `gate` ran, failed, said why, and called it an error."""
    assert run.code != 0
    assert run.jobs.get("gate") == "failure", run.text
    assert run.outputs["verdict"] == "error"
    assert re.search(rf"^gate\| ERROR: .*{words}", run.text, re.MULTILINE), run.text
    assert run.decoys == []


def test_a_clean_change_passes_and_its_outputs_reach_the_caller(caller: Make) -> None:
    made = caller(example() + AFTER)
    head = made.branch("topic", {"new.py": CLEAN, "new.ts": "export const one = 1;\n"})
    made.on_main({"others.py": OTHERS})  # merged after the event: nobody's change
    made.merge(head)
    run = made.run("pull_request", of_pull_request(made.first, head))
    assert (run.code, run.jobs) == (0, PASSED | {"after": "success"}), run.text
    assert run.outputs == {"verdict": "pass", "findings": "0"}
    assert "after| <pass, 0, lockgate-report>" in run.text
    assert run.verdict["head"] == made.checkout.git("rev-parse", "HEAD")
    assert run.verdict["base"] == made.checkout.git("rev-parse", "main")
    assert {gate["name"]: gate["outcome"] for gate in run.verdict["gates"]} == {
        "lighthouse": "skipped", "migrations": "skipped", "sast": "passed", "sbom": "passed",
        "sca": "skipped", "secrets": "passed",
    }  # fmt: skip
    assert {path.name for path in run.artifacts.rglob("*.*")} == {
        "verdict.json", "lockgate.sarif", "report.html", "badge.json", "sbom.cdx.json", "sbom.spdx.json",
    }  # fmt: skip
    assert run.decoys == []


def test_a_new_finding_fails_the_gate(caller: Make) -> None:
    run = pull_request(caller(), {"new.py": FLAW}, "--secret=GITHUB_TOKEN=" + "planted".ljust(40, "0"))
    assert (run.code, run.jobs) == (1, FAILED), run.text
    assert run.outputs == {"verdict": "fail", "findings": "1"}
    assert "gate| FAIL: 1 finding to mend: 1 in sast" in run.text
    blocking = [each for each in run.verdict["findings"] if each["blocking"]]
    assert [(each["path"], each["line"], each["rule"]) for each in blocking] == [("new.py", 5, "B602")]
    assert not [path for path in run.artifacts.rglob("*.*") if b"planted" in path.read_bytes()]
    assert run.decoys == []


@pytest.mark.parametrize(("text", "jobs"), [(CLEAN, PASSED), (FLAW, FAILED)], ids=["clean", "dirty"])
def test_a_change_of_a_fork_is_judged_without_any_token(caller: Make, text: str, jobs: Json) -> None:
    made = caller()
    head = made.branch("topic", {"new.py": text})
    made.merge(head)
    event = of_pull_request(made.first, head)
    event["pull_request"]["head"]["repo"] = {"full_name": "stranger/app", "fork": True}
    run = made.run("pull_request", event)
    assert run.jobs == jobs, run.text
    assert run.decoys == []


def test_a_tool_that_dies_is_an_error(caller: Make, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "node").write_text('#!/bin/sh\n[ "$1" = --version ] && exec echo v22.12.0\nkill -9 $$\n')
    (tools / "node").chmod(0o755)
    (tools / "npm-cli.js").touch()
    (tools / "npm").symlink_to("npm-cli.js")
    (tools / "npm-cli.js").chmod(0o755)
    run = pull_request(caller(), {"new.ts": "export const dies = 1;\n", "new.py": CLEAN}, path=tools)
    assert_error(run, "sast is incomplete: oxlint")
    assert run.jobs == FAILED
    assert {gate["name"]: gate["outcome"] for gate in run.verdict["gates"]} == {
        "lighthouse": "skipped", "migrations": "skipped", "sast": "incomplete", "sbom": "passed",
        "sca": "skipped", "secrets": "passed",
    }  # fmt: skip


def test_a_merge_group_is_judged_against_its_base(caller: Make) -> None:
    made = caller()
    head = made.branch("topic", {"new.py": FLAW})
    base = made.on_main({"others.py": OTHERS})
    merged = made.merge(head)
    ref = f"refs/heads/gh-readonly-queue/main/pr-7-{base}"
    event = {"merge_group": {"base_sha": base, "head_sha": merged, "head_ref": ref}}
    run = made.run("merge_group", event, f"--env=GITHUB_REF={ref}")
    assert run.jobs == FAILED, run.text
    assert (run.outputs["verdict"], run.outputs["findings"]) == ("fail", "1")
    assert (run.verdict["base"], run.verdict["head"]) == (base, merged)


def test_a_push_is_judged_against_the_commit_before_it(caller: Make) -> None:
    made = caller()
    before = made.commit({"others.py": OTHERS})
    after = made.commit({"new.py": FLAW})
    run = made.run("push", {"ref": "refs/heads/main", "before": before, "after": after})
    assert (run.jobs, run.outputs["findings"]) == (FAILED, "1"), run.text
    assert run.verdict["base"] == before


def test_a_push_of_a_new_branch_is_judged_from_where_it_left_main(caller: Make) -> None:
    made = caller(on_everything())
    after = made.branch("topic", {"new.py": FLAW})
    made.on_main({"others.py": OTHERS})
    made.checkout.git("checkout", "-q", "topic")
    run = made.run("push", {"ref": "refs/heads/topic", "before": "0" * 40, "after": after, "created": True})
    assert (run.jobs, run.outputs["findings"]) == (FAILED, "1"), run.text
    assert run.verdict["base"] == made.first


def test_a_branch_that_is_started_by_hand_is_judged_from_where_it_left_main(caller: Make) -> None:
    made = caller(on_everything())
    made.branch("topic", {"new.py": CLEAN})
    run = made.run("workflow_dispatch", {"ref": "refs/heads/topic"})
    assert run.jobs == PASSED, run.text
    assert run.verdict["base"] == made.first


def test_on_a_schedule_everything_counts(caller: Make) -> None:
    run = caller(on_everything()).run("schedule", {"schedule": "0 3 * * *"})
    assert (run.jobs, run.outputs["findings"]) == (FAILED, "1"), run.text
    assert run.verdict["base"] is None
    assert [each["path"] for each in run.verdict["findings"] if each["blocking"]] == ["old.py"]


@pytest.mark.parametrize(
    ("changed", "jobs", "findings"),
    [("services/web", PASSED, "0"), ("services/api", FAILED, "1")],
    ids=["elsewhere", "inside"],
)
def test_a_project_of_a_monorepo_is_judged_alone(
    caller: Make, changed: str, jobs: Json, findings: str
) -> None:
    made = caller(given(path="services/api"), {"services/api/app.py": CLEAN, "services/web/app.py": CLEAN})
    run = pull_request(made, {f"{changed}/new.py": FLAW, "services/api/more.py": CLEAN})
    assert (run.jobs, run.outputs["findings"]) == (jobs, findings), run.text


def test_a_change_cannot_weaken_its_own_gate(caller: Make) -> None:
    weak = "fail-on: critical\nexclude: ['**']\ngates: {sast: {enabled: false}}\n"
    run = pull_request(caller(), {"new.py": FLAW, ".lockgate.yml": weak})
    assert (run.jobs, run.outputs["verdict"]) == (FAILED, "fail"), run.text
    assert ("new.py", True) in {(each["path"], each["blocking"]) for each in run.verdict["findings"]}


def test_inputs_choose_gates_threshold_and_name(caller: Make) -> None:
    made = caller(given(gates="secrets", fail_on="critical", output_artifact="of-app"))
    run = pull_request(made, {"new.py": FLAW})
    assert (run.code, run.jobs) == (0, PASSED), run.text
    verdict = json.loads(run.report(artifact="of-app"))
    assert ([gate["name"] for gate in verdict["gates"]], verdict["fail_on"]) == (["secrets"], "critical")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"gates": 'sast"; touch "$LOCKGATE_TEST_DECOYS/shell'}, "the job plan ended with failure"),
        ({"path": "$(touch $LOCKGATE_TEST_DECOYS/shell)"}, "the job plan ended with failure"),
        ({"config": "none.yml"}, "the job plan ended with failure"),
        ({"fail_on": "hihg"}, "the job gates ended with failure and left no result"),
        ({"output_artifact": "../up"}, "another step of it has an error"),
    ],
    ids=["gates", "path", "config", "fail-on", "output-artifact"],
)
def test_input_that_is_no_good_is_an_error(caller: Make, inputs: dict[str, str], words: str) -> None:
    run = pull_request(caller(given(**inputs)), {"new.py": CLEAN})
    assert_error(run, words)
    assert not list(run.artifacts.rglob("verdict.json"))


def test_the_gate_reports_when_the_base_cannot_be_found(caller: Make) -> None:
    made = caller()
    made.merge(head := made.branch("topic", {"new.py": CLEAN}))
    run = made.run("pull_request", of_pull_request("0" * 39 + "1", head))
    assert_error(run, "the job plan ended with failure")


def test_a_decoy_that_runs_is_seen(caller: Make) -> None:
    steps = [step for step in yaml.safe_load(example("gate"))["jobs"]["gate"]["steps"] if "with" in step]
    steps += [{"uses": f"./actions/{name}"} for name in ("gate", "plan", "shard")]
    python = "PYTHONPATH=. python3 -c 'import json, lockgate, yaml'"
    steps += [{"uses": "./"}, {"run": f"scripts/run && {python}"}]
    jobs = {
        "called": {"uses": "./.github/workflows/pipeline.yml"},
        "steps": {"runs-on": "ubuntu-24.04", "steps": steps},
    }
    made = caller(json.dumps({"on": "push", "jobs": jobs}))
    run = made.run("push", {"ref": "refs/heads/main"})
    assert run.code == 0, run.text
    assert len(run.decoys) == len(DECOYS)


def sharded(kit: Toolkit, folder: Path) -> Toolkit:
    """Give the toolkit with a plan that spreads the work over four jobs, however small it is."""

    def spread(action: Json) -> None:
        output = {"CELLS": f"shards={json.dumps(CELLS)}"}
        run = 'echo "$CELLS" >> "$GITHUB_OUTPUT"'
        action["runs"]["steps"].append({"id": "spread", "shell": "bash", "run": run, "env": output})
        action["outputs"]["shards"]["value"] = "${{ steps.spread.outputs.shards }}"

    return kit.changed(folder, "actions/plan/action.yml", spread)


def losing_a_job(kit: Toolkit, folder: Path) -> Toolkit:
    """Give the toolkit with a job that dies: the second of sast."""

    def lose(action: Json) -> None:
        dies = {
            "if": "${{ inputs.gate == 'sast' && inputs.number == '2' }}",
            "shell": "bash",
            "run": "exit 1",
        }
        action["runs"]["steps"].insert(0, dies)

    return kit.changed(folder, "actions/shard/action.yml", lose)


def many() -> "dict[str, str | None]":
    """Give a change with work for every part of four, and findings from each."""
    python = {f"new{number}.py": FLAW.replace("start", f"start{number}") for number in range(8)}
    script = {
        f"new{number}.ts": f"export const run = (a: string) => eval(a + {number});\n" for number in range(4)
    }
    token = {f"key{number}.txt": f"key = 'AKIA{'IOSFODNN7QWERTY'}{number}'\n" for number in range(4)}
    return {**python, **script, **token}


def test_four_jobs_come_to_the_same_report_as_one(caller: Make, kit: Toolkit, tmp_path: Path) -> None:
    made = caller()
    alone = pull_request(made, many())
    made.toolkit = sharded(kit, tmp_path / "sharded")
    event = of_pull_request(made.first, made.checkout.git("rev-parse", "topic"))
    shared = made.run("pull_request", event)
    assert shared.jobs == FAILED | {"shards": "success"}, shared.text
    assert alone.jobs == FAILED
    parts = sorted(path.parent.name for path in shared.artifacts.glob("*/part-*.json"))
    assert parts == [f"lockgate-report-part-{cell['gate']}-{cell['number']}" for cell in CELLS]
    ran = [gate for gate in alone.verdict["gates"] if gate["outcome"] != "skipped"]
    assert [gate["name"] for gate in ran] == ["sast", "sbom", "secrets"]
    counts = {gate["name"]: gate["counts"]["findings"] for gate in ran}
    assert counts["sast"] >= 12
    assert counts["secrets"] >= 4
    assert shared.outputs == alone.outputs
    for name in ("lockgate.sarif", "report.html", "sbom.cdx.json", "sbom.spdx.json"):
        assert shared.report(name) == alone.report(name)
    (first, mark, _), (second, _, _) = (run.report().partition(b'\n "timing": ') for run in (alone, shared))
    assert mark
    assert first == second
    assert shared.decoys == []


def test_a_part_that_is_missing_is_an_error(caller: Make, kit: Toolkit, tmp_path: Path) -> None:
    broken = losing_a_job(sharded(kit, tmp_path / "sharded"), tmp_path / "broken")
    run = pull_request(caller(kit=broken), many())
    assert run.jobs == FAILED | {"shards": "failure"}
    assert_error(run, "the job shards ended with failure")
    assert "part 2 of 2 of sast" in run.verdict["reason"]
    assert {gate["name"]: gate["outcome"] for gate in run.verdict["gates"]}["sast"] == "incomplete"


def test_a_part_of_another_commit_is_an_error(caller: Make, kit: Toolkit, tmp_path: Path) -> None:
    made = caller(kit=sharded(kit, tmp_path / "sharded"))
    before = pull_request(made, many())
    made.toolkit = losing_a_job(made.toolkit, tmp_path / "broken")
    made.checkout.git("checkout", "-q", "topic")
    head = made.commit({"later.py": CLEAN})
    made.merge(head)
    run = made.run("pull_request", of_pull_request(made.first, head), artifacts=before.artifacts)
    assert_error(run, "the result of part 2 of 2 of sast is of another run")
