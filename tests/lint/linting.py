"""What the tests of the linters share."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import yaml

from dev.materialising import COMMIT, REPOSITORY, materialise, program

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Tree:
    """Hold a folder and the names of the workflows and actions in it that are linted."""

    folder: Path
    workflows: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)


def lint(argv: list[str], folder: Path) -> tuple[int, str]:
    done = subprocess.run(argv, cwd=folder, check=False, text=True, stdout=PIPE, stderr=STDOUT)
    return done.returncode, done.stdout


def source() -> Tree:
    """Give this repository as it is written."""
    return _tree(ROOT)


def spelt_out(folder: Path) -> Tree:
    """Write the materialised tree, and beside its workflows those that are not for callers."""
    materialise(folder)
    for name in source().workflows:
        if not (folder / name).exists():
            text = program().rewrite((ROOT / name).read_text(), REPOSITORY, COMMIT, name)
            (folder / name).write_text(text)
    return _tree(folder)


def callers(folder: Path) -> Tree:
    """Write the workflows of the README, pinned, into the tree that they call."""
    materialise(folder)
    names = []
    for path in sorted(ROOT.glob("examples/workflows/*.yml")):
        names.append(f".github/workflows/caller-{path.name}")
        (folder / names[-1]).write_text(path.read_text().replace("COMMIT", COMMIT))
    return Tree(folder, names)


def lifted(folder: Path, tree: Tree) -> Tree:
    """Write each action as the workflow that would run it, for a linter that reads no actions."""
    names = []
    for name in tree.actions:
        names.append(f".github/workflows/{name.replace('/', '-')}")
        text = yaml.safe_dump(lift(yaml.safe_load((tree.folder / name).read_text())))
        (folder / names[-1]).parent.mkdir(parents=True, exist_ok=True)
        (folder / names[-1]).write_text(text)
    return Tree(folder, names)


def lift(action: dict[str, Any]) -> dict[str, Any]:
    """Give a workflow with the inputs, the steps and the outputs of a composite action."""
    outputs = {name: output["value"] for name, output in action.get("outputs", {}).items()}
    job = {"runs-on": "ubuntu-24.04", "steps": action["runs"]["steps"]}
    inputs = {name: {"type": "string"} for name in action.get("inputs", {})}
    return {
        "on": {"workflow_call": {"inputs": inputs}},
        "jobs": {"lifted": {**job, **({"outputs": outputs} if outputs else {})}},
    }


def _tree(folder: Path) -> Tree:
    found = [
        sorted(str(path.relative_to(folder)) for pattern in patterns for path in folder.glob(pattern))
        for patterns in ([".github/workflows/*.yml"], ["action.yml", "actions/*/action.yml"])
    ]
    return Tree(folder, *found)
