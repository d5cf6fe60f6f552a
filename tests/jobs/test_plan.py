"""The plan's job: what it prints and sets, in an environment without any scanner."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, repository
from lockgate.inputs import cells
from runner_port import Runner, file_commands

RUN = Path(__file__).parents[2] / "scripts" / "run"
SCANNERS = {"bandit", "detect_secrets", "jinja2", "rich", "requests"}


def start(tmp_path, folder, inputs, **environment):
    """Run the job as its action does, in the environment that scripts/run makes for it."""
    output = tmp_path / "output"
    environ = os.environ | {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_OUTPUT": str(output),
        "GITHUB_WORKSPACE": str(folder), "RUNNER_TEMP": str(tmp_path / "temp"),
        "LOCKGATE_HOME": os.environ.get("LOCKGATE_HOME", str(Path.home() / ".cache" / "lockgate")),
        "LOCKGATE_INPUTS": json.dumps(inputs), **environment,
    }  # fmt: skip
    done = subprocess.run(
        [RUN, "job", "plan"], cwd=tmp_path, env=environ, check=False, capture_output=True, text=True
    )
    return done, file_commands(output.read_text()) if output.exists() else {}


def test_it_says_what_will_run_and_sets_it(tmp_path):
    folder = repository(tmp_path / "r", {"a.py": FLAW})
    done, outputs = start(tmp_path, folder, {"path": "."})
    assert done.returncode == 0, done.stderr
    assert {name: json.loads(value) for name, value in outputs.items()} == {
        "shards": [],
        "gates": {"sast": True, "secrets": True},
    }
    assert re.search(r"^base +none \(the event schedule compares with nothing\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^sast +runs: 1 Python file$", done.stdout, re.MULTILINE)
    assert re.search(r"^estimate +about 0 s in one job; more jobs would not pay$", done.stdout, re.MULTILINE)


def test_a_gate_that_has_nothing_to_do_need_not_run(tmp_path):
    folder = repository(tmp_path / "r", {"a.txt": "words"})
    _, outputs = start(tmp_path, folder, {"gates": "sast"})
    assert json.loads(outputs["gates"]) == {"sast": False}


def test_much_work_is_spread(tmp_path):
    """The estimate goes by size: nothing is scanned here."""
    folder = repository(
        tmp_path / "r", {f"m{n}.py": f"{CLEAN}# {n}\n" + "x = 1  # much\n" * 700_000 for n in range(12)}
    )
    done, outputs = start(tmp_path, folder, {"max-jobs": "6"})
    spread = cells(outputs["shards"])
    assert 2 <= len(spread) <= 6, done.stdout
    assert {cell.gate for cell in spread} == {"sast", "secrets"}
    assert f" s in {len(spread)} jobs and one that judges" in done.stdout
    _, outputs = start(tmp_path, folder, {"max-jobs": "1"}, GITHUB_OUTPUT=str(tmp_path / "output2"))
    assert json.loads(file_commands((tmp_path / "output2").read_text())["shards"]) == []


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"max-jobs": "0"}, 2), ({"max-jobs": "many"}, 2), ({"path": "nowhere"}, 2), ({"gates": "no"}, 2)],
)
def test_bad_inputs_end_the_job_and_set_no_plan(tmp_path, inputs, code):
    folder = repository(tmp_path / "r", {"a.py": FLAW})
    done, outputs = start(tmp_path, folder, inputs)
    assert done.returncode == code
    assert outputs == {"verdict": "error", "findings": "0"}
    assert [command.name for command in Runner().feed(done.stderr).commands] == ["error"]


def test_it_imports_no_scanner(tmp_path):
    program = "import sys, lockgate.jobs.plan; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    argv = [RUN, "--env", "core", "--", "python", "-I", "-c", program]
    done = subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True, text=True)
    names = set(done.stdout.split())
    assert {"lockgate", "msgspec", "pathspec", "yaml"} <= names
    assert names & SCANNERS == set()


def test_its_environment_has_no_scanner():
    lock = (RUN.parent / "requirements" / "core.txt").read_text()
    assert {line.partition("==")[0] for line in lock.splitlines() if "==" in line} == {
        "msgspec",
        "pathspec",
        "pyyaml",
    }
