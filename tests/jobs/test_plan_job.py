"""The plan's job: what it prints and sets, in an environment without any scanner."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, repository
from lockgate.errors import ExitCode
from lockgate.inputs import cells
from lockgate.jobs import plan
from runner_port import Runner, file_commands

RUN = Path(__file__).parents[2] / "scripts" / "run"
SCANNERS = {
    "bandit", "cvss", "detect_secrets", "jinja2", "jsonschema_rs", "license_expression", "packageurl",
    "requests", "rich",
}  # fmt: skip


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
        "gates": {
            "lighthouse": False,
            "migrations": False,
            "sast": True,
            "sbom": False,
            "sca": False,
            "secrets": True,
        },
    }
    assert re.search(r"^base +none \(the event schedule compares with nothing\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^sast +runs: 1 Python file$", done.stdout, re.MULTILINE)
    assert re.search(r"^estimate +about 0 s in one job; more jobs would not pay$", done.stdout, re.MULTILINE)


def test_a_gate_that_has_nothing_to_do_need_not_run(tmp_path):
    folder = repository(tmp_path / "r", {"a.txt": "words"})
    _, outputs = start(tmp_path, folder, {"gates": "sast"})
    assert json.loads(outputs["gates"]) == {"sast": False}


@pytest.fixture
def much(tmp_path):
    """Make much work by size alone: nothing is scanned here."""
    folder = repository(tmp_path / "r", {"a.py": CLEAN})
    for number in range(5):
        with (folder / f"m{number}.py").open("wb") as stream:
            stream.truncate(19_000_000)
    return folder


def spread(tmp_path, folder, **more):
    (tmp_path / "output").unlink(missing_ok=True)
    inputs = {"max-jobs": more.pop("most", "6")}
    environment = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_WORKSPACE": str(folder), "LOCKGATE_HOME": str(tmp_path / "home"),
        "LOCKGATE_INPUTS": json.dumps(inputs), **more,
    }  # fmt: skip
    assert plan.run(environment, cores=1) is ExitCode.PASS
    return cells(file_commands((tmp_path / "output").read_text())["shards"])


def test_much_work_is_spread(tmp_path, much, capsys):
    made = spread(tmp_path, much)
    assert 2 <= len(made) <= 6
    assert {cell.gate for cell in made} == {"sast", "secrets"}
    assert f" s in {len(made)} jobs and one that judges" in capsys.readouterr().out


def test_the_caller_may_keep_it_in_one_job(tmp_path, much):
    assert spread(tmp_path, much, most="1") == ()


@pytest.mark.parametrize(
    ("server", "several"),
    [
        ("https://github.com", True), ("https://octo.ghe.com", True), ("", True),
        ("https://github.example.com", False), ("https://github.com.example.com", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_a_server_without_artifacts_keeps_it_in_one_job(tmp_path, much, server, several):
    assert bool(spread(tmp_path, much, GITHUB_SERVER_URL=server)) == several


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"max-jobs": "0"}, 2),
        ({"max-jobs": "257"}, 2),
        ({"max-jobs": "many"}, 2),
        ({"path": "nowhere"}, 2),
        ({"gates": "no"}, 2),
    ],
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
    assert {"lockgate", "msgspec", "pathspec"} <= names
    assert names & SCANNERS == set()


def test_its_environment_has_no_scanner():
    lock = (RUN.parent / "requirements" / "core.txt").read_text()
    assert {line.partition("==")[0] for line in lock.splitlines() if "==" in line} == {
        "msgspec",
        "packaging",
        "pathspec",
        "pyyaml",
    }
