"""The linters of workflows and actions, on each form that these have; each is seen to fail."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.materialising import REPOSITORY
from lint.linting import ROOT, Tree, callers, lift, lifted, lint, source, spelt_out
from lockgate.host import host
from lockgate.toolset import install_node_set

DRIVER = str(Path(__file__).with_name("languageservice.mjs"))


def zizmor(tree: Tree, *options: str) -> list[str]:
    fixed = ["--offline", "--no-progress", "--strict-collection"]
    return ["zizmor", *fixed, *(options or ["--persona=auditor"]), *tree.workflows, *tree.actions]


def actionlint(tree: Tree, *options: str) -> list[str]:
    """It reads no actions, and runs shellcheck on each `run:`."""
    return ["actionlint", "-no-color", *options, *tree.workflows]


def language_service(tree: Tree, *options: str) -> list[str]:
    """GitHub's own: it looks `$/x` up, and knows which inputs and outputs are there."""
    node = install_node_set("linters", host(os.environ).home)
    fixed = [str(node.modules), str(tree.folder), REPOSITORY]
    return [node.program, DRIVER, *fixed, *options, *tree.workflows, *tree.actions]


def workflow_schema(tree: Tree, *options: str) -> list[str]:
    return ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *options, *tree.workflows]


def action_schema(tree: Tree, *options: str) -> list[str]:
    return ["check-jsonschema", "--builtin-schema", "vendor.github-actions", *options, *tree.actions]


Linter = Callable[..., list[str]]
RUNS: list[tuple[Linter, str, list[str]]] = [
    (zizmor, "source", []),
    (zizmor, "spelt", []),
    # The auditor wants names and limits that ten lines in a README leave to the caller.
    (zizmor, "callers", ["--persona=regular"]),
    # Not on the source: it refuses the bare `$/`.
    (actionlint, "spelt", []),
    (actionlint, "lifted", []),
    # report.yml, the one that a workflow_run calls, restores and saves no cache.
    (actionlint, "callers", ["-ignore", "report.yml@.* has no explicit cache access limit"]),
    (language_service, "source", []),
    (language_service, "spelt", []),
    (language_service, "callers", []),
    (workflow_schema, "source", []),
    (workflow_schema, "spelt", []),
    (workflow_schema, "callers", []),
    (action_schema, "source", []),
    (action_schema, "spelt", []),
]

WORKFLOW = """\
name: planted
on: push
permissions: {}
concurrency: {group: planted}
jobs:
  planted:
    name: planted
    runs-on: ubuntu-24.04
    timeout-minutes: 1
    steps:
      - run: '"./$WORD"'
        env:
          WORD: ${{ github.ref_name }}
"""
ACTION = """\
name: planted
description: planted
inputs: {word: {description: a word}}
runs:
  using: composite
  steps:
    - shell: bash
      run: '"./$WORD"'
      env:
        WORD: ${{ inputs.word }}
"""
RUN = "run: '\"./$WORD\"'"
STEP = "      - run:"
# linter, the clean file, what is put in the place of what, words that the linter must print
PLANTED: dict[str, tuple[Linter, str, str, str, str]] = {
    "zizmor workflow": (zizmor, WORKFLOW, "permissions: {}\n", "", "excessive-permissions"),
    "zizmor action": (zizmor, ACTION, RUN, "run: echo ${{ inputs.word }}", "template-injection"),
    "zizmor broken": (zizmor, ACTION, "using: composite", "using: 1", "action.yml"),
    "actionlint": (actionlint, WORKFLOW, "github.ref_name", "github.novel", '"novel" is not defined'),
    "actionlint own": (actionlint, WORKFLOW, STEP, f"      - uses: a/b\n{STEP}", "a/b"),
    "language service workflow": (
        language_service,
        WORKFLOW,
        STEP,
        f"      - uses: $/actions/novel\n{STEP}",
        "Unable to resolve action `$/actions/novel`",
    ),
    "language service input": (
        language_service,
        WORKFLOW,
        STEP,
        f"      - uses: {REPOSITORY}@v1\n        with: {{novel: 1}}\n{STEP}",
        "Invalid action input 'novel'",
    ),
    "language service call": (
        language_service,
        WORKFLOW,
        "jobs:\n",
        "jobs:\n  call: {uses: $/.github/workflows/novel.yml}\n",
        "Unable to find reusable workflow",
    ),
    "language service action": (language_service, ACTION, "inputs.word", "secrets.WORD", "'secrets'"),
    "workflow-schema": (workflow_schema, WORKFLOW, "on: push\n", "", "'on' is a required property"),
    "action-schema": (action_schema, ACTION, "using: composite", "using: stone", "action.yml"),
}

needs_shellcheck = pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="there is no wheel of shellcheck for this machine"
)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tree]:
    spelt = spelt_out(tmp_path_factory.mktemp("spelt"))
    return {
        "source": source(),
        "spelt": spelt,
        "callers": callers(tmp_path_factory.mktemp("callers")),
        "lifted": lifted(tmp_path_factory.mktemp("lifted"), spelt),
    }


def planted(folder: Path, text: str) -> Tree:
    """Write one file, and an action for it to call."""
    (folder / "action.yml").write_text(ACTION)
    if text.startswith("name: planted\ndescription"):
        (folder / "action.yml").write_text(text)
        return Tree(folder, [], ["action.yml"])
    (folder / ".github/workflows").mkdir(parents=True)
    (folder / ".github/workflows/ci.yml").write_text(text)
    return Tree(folder, [".github/workflows/ci.yml"])


@pytest.mark.parametrize(("linter", "name", "options"), RUNS, ids=[f"{r[0].__name__}-{r[1]}" for r in RUNS])
def test_clean(linter: Linter, name: str, options: list[str], trees: dict[str, Tree]) -> None:
    tree = trees[name]
    assert tree.workflows
    status, output = lint(linter(tree, *options), tree.folder)
    assert status == 0, output


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_fails_and_the_file_without_it_does_not(name: str, tmp_path: Path) -> None:
    linter, text, before, after, words = PLANTED[name]
    assert before in text
    for folder in ("clean", "faulty"):
        (tmp_path / folder).mkdir()
    clean = planted(tmp_path / "clean", text)
    assert lint(linter(clean), clean.folder)[0] == 0
    faulty = planted(tmp_path / "faulty", text.replace(before, after))
    status, output = lint(linter(faulty), faulty.folder)
    assert status != 0
    assert words in output


def test_every_linter_has_its_planted_fault() -> None:
    assert {run[0] for run in RUNS} <= {plant[0] for plant in PLANTED.values()}


@needs_shellcheck
def test_the_shell_of_an_action_and_of_a_workflow_is_linted(tmp_path: Path) -> None:
    for text in (WORKFLOW, ACTION):
        folder = tmp_path / str(len(text))
        folder.mkdir()
        tree = planted(folder, text.replace(RUN, "run: ls $WORD"))
        tree = lifted(folder, tree) if tree.actions else tree
        status, output = lint(actionlint(tree), folder)
        assert status == 1
        assert "SC2086" in output


def test_a_lifted_action_keeps_what_a_linter_must_see(tmp_path: Path) -> None:
    tree = lifted(tmp_path, planted(tmp_path, ACTION))
    assert lint(actionlint(tree), tmp_path) == (0, "")
    (tmp_path / tree.workflows[0]).unlink()
    tree = lifted(tmp_path, planted(tmp_path, ACTION.replace("inputs.word", "inputs.novel")))
    assert 'property "novel" is not defined' in lint(actionlint(tree), tmp_path)[1]
    action = {"outputs": {"o": {"value": "v"}}, "runs": {"steps": [{"run": "true"}]}}
    assert lift(action)["jobs"]["lifted"]["outputs"] == {"o": "v"}


def test_the_materialised_tree_holds_every_action(trees: dict[str, Tree]) -> None:
    assert trees["spelt"].actions == trees["source"].actions
    assert trees["spelt"].workflows == trees["source"].workflows


def test_what_a_linter_is_told_to_ignore_has_a_reason() -> None:
    tree = source()
    files = [*tree.workflows, *tree.actions, *map(str, ROOT.glob("examples/workflows/*"))]
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines() if "ignore[" in line]
    assert lines
    assert [line for line in lines if not re.search(r"# zizmor: ignore\[[a-z-]+\] \w+ \w+ \w+", line)] == []
