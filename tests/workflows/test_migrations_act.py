"""Migrations in a call of their own, as examples/workflows/migrations.yml has it: run by act."""

import json
import re
from pathlib import Path

import pytest
import yaml

from e2e.engine import CLEAN, FLAW
from lockgate.gates import GATES
from workflows.act import ROOT, Caller, Run, Toolkit, example, toolkit

FIRST, SECOND = "db/migrations/1_people.sql", "db/migrations/2_more.sql"
BASE = {FIRST: "CREATE TABLE people (id int PRIMARY KEY, name text);\n"}
WIDER = "ALTER TABLE people ALTER id TYPE bigint;\n"
CODE = """
gates:
  migrations:
    code: run
    command: [sh, migrate.sh]
"""
# Ends all that runs its job's step, up to the shell of the step.
KILLS = """
parent=$PPID
while [ "$parent" -gt 1 ]; do
  case "$(cat /proc/$parent/comm)" in bash | act) break ;; esac
  every="$every $parent"
  parent=$(sed -n 's/^PPid:[[:space:]]*//p' /proc/$parent/status)
done
kill -9 $every
"""
PASSED = {"plan": "success", "gates": "success", "gate": "success"}
FAILED = {"plan": "success", "gates": "failure", "gate": "failure"}


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def pull_request(caller: Caller, files: "dict[str, str | None]") -> Run:
    """Run the example for a change of files."""
    head = caller.branch("topic", files)
    caller.merge(head)
    sides = {"base": {"sha": caller.first, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    run = caller.run("pull_request", {"number": 7, "pull_request": {"number": 7} | sides})
    assert run.decoys == []
    return run


def test_every_gate_is_in_one_of_two_calls_that_share_nothing() -> None:
    calls = {name: job["with"] for name, job in yaml.safe_load(example("migrations"))["jobs"].items()}
    named = [gate for call in calls.values() for gate in call["gates"].split(",")]
    assert sorted(named) == sorted(gate.NAME for gate in GATES)
    assert calls["migrations"]["gates"] == "migrations"
    assert calls["lockgate"].get("output-artifact") != calls["migrations"]["output-artifact"]
    assert calls["lockgate"]["max-jobs"] == 1, "what a job hands on to another could be replaced"


def test_a_harmful_migration_fails_one_check_and_not_the_other(kit: Toolkit, tmp_path: Path) -> None:
    caller = Caller(tmp_path, kit, BASE, example("migrations"))
    run = pull_request(caller, {SECOND: WIDER, "new.py": CLEAN})
    others, migrations = run.of("lockgate"), run.of("migrations")
    assert (others.jobs, migrations.jobs) == (PASSED, FAILED), run.text
    assert others.outputs == {"verdict": "pass", "findings": "0"}
    assert migrations.outputs == {"verdict": "fail", "findings": "1"}
    assert "plan| migrations     runs: 1 migration in the change (plain)" in migrations.text
    verdict = json.loads(run.report(artifact="lockgate-migrations"))
    assert [(each["path"], each["line"], each["blocking"]) for each in verdict["findings"]] == [
        (SECOND, 1, True)
    ]
    assert "migrations" not in {gate["name"] for gate in run.verdict["gates"]}
    assert "<details><summary>migrations: " in migrations.text


def test_a_change_without_migrations_passes_both(kit: Toolkit, tmp_path: Path) -> None:
    run = pull_request(Caller(tmp_path, kit, BASE, example("migrations")), {"new.py": CLEAN})
    others, migrations = run.of("lockgate"), run.of("migrations")
    assert (others.jobs, migrations.jobs) == (PASSED, PASSED), run.text
    assert "gate| PASS: no gate had anything to do" in migrations.text


def test_code_of_the_change_that_ends_its_own_gate_leaves_the_other_verdict(
    kit: Toolkit, tmp_path: Path
) -> None:
    caller = Caller(tmp_path, kit, {".lockgate.yml": CODE, "migrate.sh": "true\n"}, example("migrations"))
    run = pull_request(caller, {FIRST: WIDER, "migrate.sh": KILLS, "new.py": FLAW})
    others, migrations = run.of("lockgate"), run.of("migrations")
    assert (others.jobs, migrations.jobs) == (FAILED, FAILED), run.text
    assert others.outputs == {"verdict": "fail", "findings": "1"}
    assert migrations.outputs["verdict"] == "error"
    assert "gate| ERROR: the job gates ended with failure and left no result" in migrations.text


def test_the_checks_to_require_are_those_that_the_readme_names() -> None:
    named = re.findall(r"Require both\s+checks, `(.*?)` and `(.*?)`", (ROOT / "README.md").read_text())
    examples = (yaml.safe_load(example(name))["jobs"] for name in ("lighthouse", "migrations"))
    assert named == [tuple(f"{call} / gate" for call in calls) for calls in examples]
