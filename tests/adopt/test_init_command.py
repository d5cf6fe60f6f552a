"""`lockgate init` as a process: with `--yes`, on a terminal, and where nobody can answer."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, Machine, commit, git, repository
from runner_port import Runner

SHA = "5f" * 20
WRITTEN = [
    ".lockgate.yml", ".github/workflows/lockgate.yml", ".github/workflows/lockgate-report.yml",
    ".github/dependabot.yml",
]  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return repository(tmp_path / "app", {"src/app.py": CLEAN})


def answer(machine: Machine, checkout: Path, keys: bytes) -> str:
    """Run it on a terminal where somebody types; give the screen."""
    ours, theirs = pty.openpty()
    os.write(ours, keys)
    with os.fdopen(theirs, "rb+", buffering=0) as terminal:
        argv = ("init", str(checkout), "--pin", SHA, "--past", "0")
        child = machine.popen(*argv, stdin=terminal, stdout=terminal, stderr=subprocess.STDOUT)
    screen = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # how a terminal says on Linux that nobody writes any more
            break
        if not data:
            break
        screen += data
    os.close(ours)
    assert child.wait(60) == 0, screen
    return screen.decode()


def status(checkout: Path) -> list[str]:
    return git(checkout, "status", "--porcelain", "--untracked-files=all").split("\n")


def test_yes_writes_every_file_after_the_past(machine: Machine, checkout: Path) -> None:
    commit(checkout, {"src/worse.py": FLAW}, "::error::a program \x1b[31m##[error]starts")
    done = machine.run("init", str(checkout / "src"), "--yes", "--pin", SHA)
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert lines[1].startswith(f"Toolkit:  lockgate/lockgate at {SHA}, ")
    assert lines[2] == "Found: Python"
    assert lines[4].split()[1:] == ["FAIL", "1", "::error::a", "program", "##", "[error]starts"]
    assert lines[5].strip() == "high bandit/B602 src/worse.py:5"
    assert lines[6].split()[1:] == ["PASS", "first"]
    assert status(checkout) == sorted(f"?? {path}" for path in WRITTEN)
    assert Runner().feed(done.stdout.decode()).commands == []


def test_again_it_writes_nothing(machine: Machine, checkout: Path) -> None:
    argv = ("init", str(checkout), "--yes", "--pin", SHA, "--past", "0")
    machine.run(*argv)
    (checkout / ".lockgate.yml").write_text("fail-on: low\n")
    before = {path: (checkout / path).read_bytes() for path in WRITTEN}
    done = machine.run(*argv)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[-1] == "Nothing was written."
    assert "\n-fail-on: low\n" in done.stdout.decode()
    assert {path: (checkout / path).read_bytes() for path in WRITTEN} == before


def test_a_workflow_that_calls_the_pipeline_already_is_enough(machine: Machine, checkout: Path) -> None:
    use = f"lockgate/lockgate/.github/workflows/pipeline.yml@{'6a' * 20}"
    commit(checkout, {".github/workflows/ci.yml": f"on: push\njobs:\n  gates:\n    uses: {use}\n"})
    done = machine.run("init", str(checkout), "--yes", "--pin", SHA, "--past", "0")
    said = (
        ".github/workflows/ci.yml:4 calls pipeline.yml already, so .github/workflows/lockgate.yml is left out"
    )
    assert said in done.stdout.decode().splitlines()
    written = [path for path in WRITTEN if path != ".github/workflows/lockgate.yml"]
    assert status(checkout) == sorted(f"?? {path}" for path in written)


def test_on_a_terminal_each_file_is_shown_and_asked_for(machine: Machine, checkout: Path) -> None:
    screen = answer(machine, checkout, b"y\nn\n\nYES\n")
    assert screen.count("[y/N] ") == 4
    assert f"pipeline.yml@{SHA}" in screen
    assert status(checkout) == ["?? .github/dependabot.yml", "?? .lockgate.yml"]


def test_who_leaves_agrees_to_nothing_more(machine: Machine, checkout: Path) -> None:
    screen = answer(machine, checkout, b"y\n\x04\x04\x04")
    assert "Next: git add .lockgate.yml\r\n" in screen
    assert status(checkout) == ["?? .lockgate.yml"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "there is no terminal to ask on"),
        (("--yes", "--pin", "v1"), "--pin is 'v1'"),
        (("--yes", "--past", "-1"), "`past` is `-1`"),
        (("--yes", "--past", "101"), "`past` is `101`"),
        (("--yes", "--toolkit", "/nowhere"), "nothing says which commit"),
    ],
)
def test_2_and_nothing_is_written(
    machine: Machine, checkout: Path, argv: tuple[str, ...], words: str
) -> None:
    done = machine.run("init", str(checkout), *argv)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"lockgate: {words}")
    assert "what to do: " in done.stderr.decode()
    assert status(checkout) == [""]


def test_2_outside_a_checkout(machine: Machine, tmp_path: Path) -> None:
    done = machine.run("init", str(tmp_path), "--yes", "--pin", SHA)
    assert done.returncode == 2
    assert "is no git checkout" in done.stderr.decode()
