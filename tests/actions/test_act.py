"""The root action as a stranger's repository runs it: another repository, pinned by SHA, under act."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHA = "5f" * 20

WORKFLOW = f"""
on: push
permissions: {{}}
jobs:
  gates:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{"c0" * 20} # act copies the working tree in its place
      - id: lockgate
        uses: lockgate/lockgate@{SHA}
        with:
          gates: sast
          scope: all
      - if: ${{{{ !cancelled() }}}}
        run: |
          echo "<verdict=$VERDICT findings=$FINDINGS>"
          test -s "$REPORT/verdict.json" && echo "<report is there>"
        env:
          VERDICT: ${{{{ steps.lockgate.outputs.verdict }}}}
          FINDINGS: ${{{{ steps.lockgate.outputs.findings }}}}
          REPORT: ${{{{ steps.lockgate.outputs.report }}}}
"""
CLEAN = 'def greet(name: str) -> str:\n    return f"hello {name}"\n'
DIRTY = "import subprocess\n\n\ndef start(word: str) -> int:\n    return subprocess.call(word, shell=True)\n"
# What a hostile pull request would add: none of it may be imported or run.
DECOY = "raise SystemExit('a module of the checkout was imported')\n"

Act = Callable[[dict[str, str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what a caller downloads, so that it must work from another place and without git."""
    copy = tmp_path_factory.mktemp("toolkit")
    shutil.copy(ROOT / "action.yml", copy)
    for name in ("actions", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def act(toolkit: Path, tmp_path: Path) -> Act:
    def start(files: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        caller = tmp_path / "caller"
        files = {".github/workflows/ci.yml": WORKFLOW, "yaml.py": DECOY, "sitecustomize.py": DECOY} | files
        for name, text in files.items():
            path = caller / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        identity = [
            "-c",
            "user.name=caller",
            "-c",
            "user.email=caller@example.invalid",
            "-c",
            "commit.gpgsign=false",
        ]
        for argv in (["init", "-q", "-b", "main"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
            subprocess.run(["git", *argv], cwd=caller, check=True)
        home = tmp_path / "home"
        home.mkdir()
        environ = os.environ | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "NO_COLOR": "1"}
        argv = ["act", "push", "-P", "ubuntu-latest=-self-hosted", "-P", "ubuntu-24.04=-self-hosted",
                "--local-repository", f"lockgate/lockgate@{SHA}={toolkit}",
                "--env", f"LOCKGATE_HOME={toolkit.parent / 'lockgate-home'}"]  # fmt: skip
        return subprocess.run(
            argv, cwd=caller, env=environ, text=True, check=False, timeout=300,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    return start


def test_a_clean_repository_passes(act: Act) -> None:
    done = act({"app.py": CLEAN})
    assert done.returncode == 0, done.stdout
    assert "<verdict=pass findings=0>" in done.stdout
    assert "<report is there>" in done.stdout
    assert "::error" not in done.stdout
    assert "Job succeeded" in done.stdout


def test_the_workflow_of_the_readme_runs_every_gate(act: Act) -> None:
    workflow = (ROOT / "examples/workflows/gate.yml").read_text().replace("COMMIT", SHA)
    passed = act({".github/workflows/ci.yml": workflow, "app.py": CLEAN})
    assert passed.returncode == 0, passed.stdout
    for gate in ("sast", "secrets"):
        assert re.search(rf"\| {gate} +passed ", passed.stdout), passed.stdout
    assert "PASS: no finding at or above high" in passed.stdout


def test_a_finding_fails_the_job_with_its_annotation(act: Act) -> None:
    done = act({"app.py": DIRTY})
    assert done.returncode == 1, done.stdout
    annotations = [line for line in done.stdout.splitlines() if re.search(r"::error\b.*B602", line)]
    assert len(annotations) == 1, done.stdout
    assert re.search(r"file=app\.py,(.*,)?line=5\b", annotations[0])
    assert "<verdict=fail findings=1>" in done.stdout
    assert "<report is there>" in done.stdout
    assert "exit status 1\n" in done.stdout
    assert "Job failed" in done.stdout


def test_input_that_is_no_good_is_an_error_and_no_pass(act: Act) -> None:
    done = act(
        {".github/workflows/ci.yml": WORKFLOW.replace("gates: sast", "gates: no-such-gate"), "app.py": CLEAN}
    )
    assert done.returncode == 1
    assert "exit status 2\n" in done.stdout, done.stdout
    assert "verdict=pass" not in done.stdout
