"""`lockgate verify` as a process: what it prints, and its exit codes."""

from pathlib import Path

import pytest

from e2e.engine import Machine
from lockgate.verify.answers import Answer, Row
from lockgate.verify.text import render
from lockgate.verify.uses import Use
from runner_port import Runner
from verify.clones import CHECKOUT, NAME, Clone


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "toolkit")


def workflow(machine: Machine, use: str) -> None:
    folder = machine.cwd / ".github" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.yml").write_text(f"on: push\njobs:\n  gate:\n    uses: {use}\n")


def test_0_a_released_commit(machine: Machine, clone: Clone) -> None:
    workflow(machine, f"{NAME}/.github/workflows/pipeline.yml@{clone.released} # v0.1.0")
    done = machine.run("verify", "--toolkit", str(clone.checkout.root))
    assert done.stdout.decode() == (
        f"{NAME}/.github/workflows/pipeline.yml@{clone.released} # v0.1.0\n"
        "  at        .github/workflows/gate.yml:4\n"
        "  pin       a full commit SHA\n"
        "  release   v0.1.0\n"
        "  comment   v0.1.0\n"
        f"  runs      {NAME}/.github/workflows/pipeline.yml\n"
        f"              {CHECKOUT} # v7.0.1\n"
        "              $/actions/plan\n"
        f"                {CHECKOUT}\n"
        "                $/\n"
        "              $/\n"
        "  installs  scripts/requirements/engine.txt: 1 package, all by hash\n"
        "            scripts/requirements/oxlint/package-lock.json: 1 package, all by hash\n"
        "\n"
        "VERIFIED: 1 use of lockgate/lockgate\n"
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_1_a_tag_and_a_commit_that_was_never_released(machine: Machine, clone: Clone) -> None:
    workflow(machine, f"{NAME}@v0.1.0")
    toolkit = ("--toolkit", str(clone.checkout.root))
    done = machine.run("verify", *toolkit)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[2].startswith(
        "  pin       v0.1.0  ← NO: a branch, a tag or a short SHA can be moved; now it is "
    )
    assert lines[-1] == "NOT VERIFIED: 1 of 1 use of lockgate/lockgate"
    commit = clone.commit({"a": ""})
    both = machine.run("verify", *toolkit, f"{NAME}@{commit}", f"{NAME}@{clone.released}")
    assert both.returncode == 1
    assert both.stdout.decode().splitlines()[-1] == "NOT VERIFIED: 1 of 2 uses of lockgate/lockgate"


def test_2_nothing_to_verify_or_nothing_to_verify_it_with(machine: Machine, clone: Clone) -> None:
    nothing = machine.run("verify", "--toolkit", str(clone.checkout.root))
    no_clone = machine.run("verify", "--toolkit", ".", f"{NAME}@{clone.released}")
    assert (nothing.returncode, no_clone.returncode) == (2, 2)
    assert (nothing.stdout, no_clone.stdout) == (b"", b"")
    assert b"is not used in the workflows and actions here" in nothing.stderr
    assert b"is not a clone of the toolkit" in no_clone.stderr


def test_5_tags_that_cannot_be_read(machine: Machine, clone: Clone) -> None:
    toolkit = ("--toolkit", str(clone.checkout.root), "--releases", str(machine.temp / "gone"))
    done = machine.run("verify", *toolkit, f"{NAME}@{clone.released}")
    assert (done.returncode, done.stdout) == (5, b"")


def test_no_word_of_a_workflow_is_a_command(machine: Machine, clone: Clone) -> None:
    workflow(machine, f'"{NAME}@x\\n::error::a\\n##[error]b\\u202e\\e[2J" # ##[warning]c')
    done = machine.run("verify", "--toolkit", str(clone.checkout.root), GITHUB_ACTIONS="true")
    assert done.returncode == 1
    assert Runner().feed(done.stdout.decode()).commands == []
    assert done.stdout.splitlines()[0].isascii()
    assert b"\x1b" not in done.stdout


def test_long_words_are_cut() -> None:
    long = Answer(Use("x" * 10_000, "y"), ("z",) * 5000, (Row("runs", "w" * 10_000, "v" * 10_000),))
    assert max(map(len, render([long], NAME).splitlines())) < 900
