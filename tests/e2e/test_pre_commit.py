"""The real pre-commit runs the hook out of a clone of this repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from e2e.engine import CLEAN, FLAW, NAMED, commit, git, repository, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository of what is here now: pre-commit clones it at a commit."""
    folder = tmp_path_factory.mktemp("toolkit") / "lockgate"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=ignored)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {})
    return folder


def pre_commit(folder: Path, store: Path) -> tuple[int, str]:
    """Commit what is staged, with pre-commit installed as its users do."""
    own = {
        "PRE_COMMIT_HOME": str(store),
        "PRE_COMMIT_COLOR": "never",
        "LOCKGATE_HOME": str(store / "lockgate"),
    }
    environ = os.environ | own
    installs = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(installs, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    argv = ["git", *NAMED, "commit", "-m", "x"]
    done = subprocess.run(
        argv, cwd=folder, env=environ, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode()


def test_pre_commit_stops_a_flaw_and_lets_the_rest_through(toolkit: Path, tmp_path: Path) -> None:
    hooks = [{"repo": str(toolkit), "rev": git(toolkit, "rev-parse", "HEAD"), "hooks": [{"id": "lockgate"}]}]
    config = yaml.safe_dump({"repos": hooks})
    folder = repository(tmp_path / "r", {"app.py": CLEAN, ".pre-commit-config.yaml": config})
    write(folder, {"app.py": FLAW})
    git(folder, "add", "-A")
    write(folder, {"app.py": CLEAN})
    code, said = pre_commit(folder, tmp_path / "store")
    assert code == 1, said
    assert "bandit/B602" in said
    assert (folder / "app.py").read_text() == CLEAN, "pre-commit gave back what is not staged"
    write(folder, {"app.py": CLEAN + "\nONE = 1\n"})
    git(folder, "add", "-A")
    code, said = pre_commit(folder, tmp_path / "store")
    assert code == 0, said
    assert "Passed" in said
    assert git(folder, "status", "--porcelain") == ""
