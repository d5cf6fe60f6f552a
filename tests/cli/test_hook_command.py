"""`lockgate hook` as git runs it: a real commit is stopped, or is made."""

import os
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, NAMED, Machine, commit, git, repository, write
from lockgate.hook import install

SECRET = "AWS = 'AKIA" + "QYLPMN5HHHFPZAM2'\n"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine").with_oxlint()


@pytest.fixture
def hooked(machine: Machine, tmp_path: Path) -> Path:
    """Make a checkout whose commits the hook judges."""
    folder = repository(tmp_path / "r", {"app.py": CLEAN, "other.py": CLEAN})
    starter = tmp_path / "run"
    keep = {name: text for name, text in machine.environment({}).items() if name != "PATH"}
    lines = [f"export {name}={shlex.quote(text)}" for name, text in keep.items()]
    words = " ".join(map(shlex.quote, machine.argv()))
    starter.write_text("\n".join(["#!/bin/sh", *lines, f'exec {words} "$@"', ""]))
    starter.chmod(0o755)
    install(folder, starter)
    return folder


def tried(folder: Path, *arguments: str) -> tuple[int, str]:
    """Try to commit; give the exit code and all that was printed."""
    argv = ["git", *NAMED, "commit", "-m", "x", *arguments]
    done = subprocess.run(argv, cwd=folder, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def test_a_staged_flaw_stops_the_commit(hooked: Path) -> None:
    write(hooked, {"app.py": FLAW})
    git(hooked, "add", "-A")
    code, said = tried(hooked)
    assert code == 1
    assert "app.py" in said
    assert "bandit/B602" in said
    assert "--no-verify" in said
    assert "report.html" not in said
    assert git(hooked, "log", "--format=%s") == "first"
    assert git(hooked, "status", "--porcelain") == "M  app.py", "nothing is written into the checkout"


def test_what_is_clean_is_committed(hooked: Path) -> None:
    write(hooked, {"app.py": CLEAN + "\n\nONE = 1\n"})
    git(hooked, "add", "-A")
    code, said = tried(hooked)
    assert code == 0
    assert said.startswith("lockgate: no new finding at or above high\n")


def test_the_staged_text_is_judged_and_not_the_one_on_disk(hooked: Path) -> None:
    write(hooked, {"app.py": FLAW, "other.py": CLEAN + "\nONE = 1\n"})
    git(hooked, "add", "-A")
    write(hooked, {"app.py": CLEAN, "other.py": FLAW})
    code, said = tried(hooked)
    assert (code, "app.py" in said, "other.py" in said) == (1, True, False)
    git(hooked, "restore", "--staged", "app.py")
    assert tried(hooked)[0] == 0, "the flaw in other.py is not staged"


def test_commit_all_and_commit_of_one_file_have_an_index_of_their_own(hooked: Path) -> None:
    write(hooked, {"app.py": FLAW})
    assert tried(hooked, "-a")[0] == 1
    write(hooked, {"other.py": CLEAN + "\nONE = 1\n"})
    git(hooked, "add", "app.py")
    assert tried(hooked, "--", "other.py")[0] == 0
    assert tried(hooked, "--", "app.py")[0] == 1


def test_what_head_has_does_not_block(hooked: Path) -> None:
    write(hooked, {"app.py": FLAW})
    git(hooked, "add", "-A")
    assert tried(hooked, "--no-verify")[0] == 0
    write(hooked, {"app.py": "# a line above\n" + FLAW})
    assert tried(hooked, "-a")[0] == 0
    git(hooked, "mv", "app.py", "renamed.py")
    assert tried(hooked)[0] == 0


def test_a_secret_is_found_and_not_shown(hooked: Path) -> None:
    write(hooked, {"notes.txt": SECRET})
    git(hooked, "add", "-A")
    code, said = tried(hooked)
    assert code == 1
    assert "notes.txt" in said
    assert "QYLPMN5" not in said


def test_the_first_commit_and_a_linked_worktree(hooked: Path, machine: Machine, tmp_path: Path) -> None:
    git(hooked, "worktree", "add", "-q", str(tmp_path / "linked"))
    write(tmp_path / "linked", {"app.py": FLAW})
    assert tried(tmp_path / "linked", "-a")[0] == 1
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git(fresh, "init", "-q", "-b", "main")
    install(fresh, tmp_path / "run")
    write(fresh, {"app.py": FLAW})
    git(fresh, "add", "-A")
    assert tried(fresh)[0] == 1
    write(fresh, {"app.py": CLEAN})
    git(fresh, "add", "-A")
    assert tried(fresh)[0] == 0


def test_a_waiver_that_head_has_holds_and_one_that_is_only_staged_does_not(hooked: Path) -> None:
    until = datetime.now(UTC).date() + timedelta(days=30)
    waiver = (
        "waivers:\n- rule: B602\n  path: app.py\n  owner: me\n  reason: It is a test of waivers.\n"
        f"  expires: {until}\n"
    )
    write(hooked, {"app.py": FLAW, ".lockgate.yml": waiver})
    git(hooked, "add", "-A")
    assert tried(hooked)[0] == 1
    git(hooked, "restore", "--staged", "app.py")
    assert tried(hooked)[0] == 0
    git(hooked, "add", "-A")
    assert tried(hooked)[0] == 0


def test_a_broken_staged_configuration_says_so(hooked: Path) -> None:
    write(hooked, {".lockgate.yml": "fail-on: hihg\n"})
    assert tried(hooked)[0] == 1, "nothing is staged, so git has nothing to commit"
    git(hooked, "add", "-A")
    code, said = tried(hooked)
    assert code == 1
    assert ".lockgate.yml" in said
    assert "hihg" in said


def test_run_by_hand(machine: Machine, tmp_path: Path) -> None:
    folder = repository(machine.cwd / "r", {"app.py": CLEAN})
    machine.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    argv = machine.argv("hook")

    def by_hand(*more: str, cwd: Path = folder) -> tuple[int, str]:
        environ = machine.environment({})
        done = subprocess.run([*argv, *more], cwd=cwd, env=environ, check=False, capture_output=True)
        return done.returncode, (done.stdout + done.stderr).decode()

    assert by_hand() == (0, "lockgate: no gate had anything to do\n")
    write(folder, {"app.py": FLAW})
    git(folder, "add", "-A")
    assert by_hand()[0] == 1
    assert by_hand("--gates", "secrets")[0] == 0
    assert by_hand("--gates", "sats")[0] == 2
    code, said = by_hand(cwd=tmp_path)
    assert code == 2
    assert "nothing is staged here" in said
    commit(folder, {})
    assert by_hand("--install")[0] == 0
    assert (folder / ".git" / "hooks" / "pre-commit").is_file()
