import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkouts import Checkout
from dev.contracts import Change, changes, contract, entries, unsaid
from dev.since import CHANGELOG, FILE, bases, faults
from lockgate.errors import ExitCode, InputError
from lockgate.git import Git
from workflows.trees import ROOT
from workflows.trees import copy as copied

PROGRAM = "scripts/dev/contract"
SMALL: dict[str, str | bytes | None] = {
    "action.yml": """
name: All
description: All.
inputs:
  path: {description: A path., default: .}
runs: {using: composite, steps: []}
""",
    "actions/plan/action.yml": """
name: Plan
description: Plan.
inputs:
  count: {description: A count., required: true}
outputs:
  shards: {description: Jobs., value: x}
runs: {using: composite, steps: []}
""",
    ".github/workflows/pipeline.yml": """
name: pipeline
on:
  workflow_call:
    inputs:
      max-jobs: {description: Most., type: number, default: 4}
    outputs:
      verdict: {description: A word., value: x}
    secrets:
      token: {required: true}
      other: {}
permissions: {contents: read, checks: none}
jobs:
  plan: {name: plan (a), steps: [{uses: $/actions/plan}]}
  gate: {permissions: {}, steps: [{run: x}]}
  inner: {name: more, uses: $/.github/workflows/inner.yml}
""",
    ".github/workflows/inner.yml": "on: push\npermissions: {}\njobs: {a: {permissions: {checks: read}}}\n",
}
CONTRACT: dict[str, Any] = {
    "actions": {
        "action.yml": {
            "inputs": {"path": {"default": ".", "required": False}},
            "outputs": [],
            "permissions": {},
        },
        "actions/plan": {
            "inputs": {"count": {"default": "", "required": True}},
            "outputs": ["shards"],
            "permissions": {"contents": "read"},
        },
    },
    "exit codes": {str(int(code)): code.name for code in ExitCode},
    "verdict.json": "lockgate-verdict/1",
    "workflows": {
        "pipeline.yml": {
            "checks": ["CALLER / gate", "CALLER / more / a", "CALLER / plan (a)"],
            "inputs": {"max-jobs": {"default": "4", "required": False, "type": "number"}},
            "outputs": ["verdict"],
            "permissions": {
                "gate": {},
                "more": {"contents": "read"},
                "more / a": {"checks": "read"},
                "plan (a)": {"contents": "read"},
            },
            "secrets": {"other": {"required": False}, "token": {"required": True}},
        }
    },
}
PLAN, PIPELINE = CONTRACT["actions"]["actions/plan"], CONTRACT["workflows"]["pipeline.yml"]


def start(root: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, root / PROGRAM, *arguments], check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


def tree(folder: Path) -> Path:
    """Copy what the program reads, and the program."""
    copied(folder)
    shutil.copytree(
        ROOT / "scripts/dev", folder / "scripts/dev", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "scripts/lockgate").symlink_to(ROOT / "scripts/lockgate")
    shutil.copy(ROOT / FILE, folder)
    return folder


# --- what it is ---


def test_a_contract_is_what_the_yaml_says(tmp_path: Path) -> None:
    Checkout(tmp_path).commit(SMALL)
    assert contract(tmp_path) == CONTRACT


def test_ours_is_true_and_the_changelog_names_what_changed_in_it() -> None:
    status, output, _ = start(ROOT, "--check")
    assert (status, output) == (0, "")


def test_ours_holds_what_is_there() -> None:
    found = json.loads((ROOT / FILE).read_bytes())
    folders = {path.parent.name for path in ROOT.glob("actions/*/action.yml")}
    assert set(found["actions"]) == {"action.yml", *(f"actions/{name}" for name in folders)}
    texts = {path.name: path.read_text() for path in ROOT.glob(".github/workflows/*.yml")}
    assert set(found["workflows"]) == {name for name, text in texts.items() if "workflow_call:" in text}
    assert "CALLER / gate" in found["workflows"]["pipeline.yml"]["checks"]


def test_a_stale_one_is_seen_and_written_anew(tmp_path: Path) -> None:
    root = tree(tmp_path)
    assert start(root, "--check")[:2] == (0, "")
    action = root / "actions/plan/action.yml"
    action.write_text(action.read_text().replace('default: "4"', 'default: "8"'))
    stale = f"{FILE} is not as the YAML says: run scripts/dev/contract --write\n"
    assert start(root, "--check")[:2] == (1, stale)
    assert start(root, "--write")[:2] == (0, "")
    assert start(root, "--check")[:2] == (0, "")
    assert json.loads((root / FILE).read_bytes())["actions"]["actions/plan"]["inputs"]["max-jobs"] == {
        "default": "8",
        "required": False,
    }
    (root / FILE).unlink()
    assert start(root, "--check")[:2] == (1, stale)
    assert start(root)[0] == 2


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for text in ("[]", "a: {", "a: 1\na: 2"):
        Checkout(tmp_path).commit({**SMALL, "action.yml": text})
        with pytest.raises(InputError, match=r"^action\.yml: "):
            contract(tmp_path)


# --- what changes in it ---

JOBS = ("workflows", "pipeline.yml", "permissions")
CHANGES: dict[str, tuple[Callable[[Any], None], str]] = {
    "a gate's action": (
        lambda new: new["actions"].update(new=PLAN),
        "added actions → new",
    ),
    "an action goes": (
        lambda new: new["actions"].pop("actions/plan"),
        "removed actions → actions/plan (breaks callers)",
    ),
    "an input": (
        lambda new: plan(new)["inputs"].update(new={"default": "", "required": False}),
        "added actions → actions/plan → inputs → new",
    ),
    "a required input": (
        lambda new: plan(new)["inputs"].update(new={"default": "", "required": True}),
        "added actions → actions/plan → inputs → new (breaks callers)",
    ),
    "an input goes": (
        lambda new: plan(new)["inputs"].clear(),
        "removed actions → actions/plan → inputs → count (breaks callers)",
    ),
    "an input may be left out": (
        lambda new: plan(new)["inputs"]["count"].update(required=False),
        "changed actions → actions/plan → inputs → count → required",
    ),
    "an input may not be left out": (
        lambda new: pipeline(new)["inputs"]["max-jobs"].update(required=True),
        "changed workflows → pipeline.yml → inputs → max-jobs → required (breaks callers)",
    ),
    "another default": (
        lambda new: pipeline(new)["inputs"]["max-jobs"].update(default="8"),
        "changed workflows → pipeline.yml → inputs → max-jobs → default (breaks callers)",
    ),
    "another type": (
        lambda new: pipeline(new)["inputs"]["max-jobs"].update(type="string"),
        "changed workflows → pipeline.yml → inputs → max-jobs → type (breaks callers)",
    ),
    "an output": (
        lambda new: plan(new)["outputs"].append("gates"),
        "added actions → actions/plan → outputs → gates",
    ),
    "an output goes": (
        lambda new: plan(new)["outputs"].clear(),
        "removed actions → actions/plan → outputs → shards (breaks callers)",
    ),
    "a check": (
        lambda new: pipeline(new)["checks"].append("CALLER / b"),
        "added workflows → pipeline.yml → checks → CALLER / b",
    ),
    "a check goes": (
        lambda new: pipeline(new)["checks"].remove("CALLER / gate"),
        "removed workflows → pipeline.yml → checks → CALLER / gate (breaks callers)",
    ),
    "a secret": (
        lambda new: pipeline(new)["secrets"].update(new={"required": False}),
        "added workflows → pipeline.yml → secrets → new",
    ),
    "a required secret": (
        lambda new: pipeline(new)["secrets"].update(new={"required": True}),
        "added workflows → pipeline.yml → secrets → new (breaks callers)",
    ),
    "a required secret more": (
        lambda new: pipeline(new)["secrets"]["other"].update(required=True),
        "changed workflows → pipeline.yml → secrets → other → required (breaks callers)",
    ),
    "a scope that another job had": (
        lambda new: pipeline(new)["permissions"]["gate"].update(contents="read"),
        "added workflows → pipeline.yml → permissions → gate → contents",
    ),
    "a new scope": (
        lambda new: pipeline(new)["permissions"]["gate"].update(packages="read"),
        "added workflows → pipeline.yml → permissions → gate → packages (breaks callers)",
    ),
    "a scope of a new job": (
        lambda new: pipeline(new)["permissions"].update(new={"packages": "read"}),
        "added workflows → pipeline.yml → permissions → new (breaks callers)",
    ),
    "a job that asks for nothing new": (
        lambda new: pipeline(new)["permissions"].update(new={"contents": "read"}),
        "added workflows → pipeline.yml → permissions → new",
    ),
    "a higher scope": (
        lambda new: pipeline(new)["permissions"]["more / a"].update(checks="write"),
        "changed workflows → pipeline.yml → permissions → more / a → checks (breaks callers)",
    ),
    "a scope less": (
        lambda new: pipeline(new)["permissions"]["more / a"].clear(),
        "removed workflows → pipeline.yml → permissions → more / a → checks",
    ),
    "a job less": (
        lambda new: pipeline(new)["permissions"].pop("more / a"),
        "removed workflows → pipeline.yml → permissions → more / a",
    ),
    "an action's new scope": (
        lambda new: plan(new)["permissions"].update(checks="write"),
        "added actions → actions/plan → permissions → checks (breaks callers)",
    ),
    "an action's scope less": (
        lambda new: plan(new)["permissions"].clear(),
        "removed actions → actions/plan → permissions → contents",
    ),
    "an exit code": (lambda new: new["exit codes"].update({"6": "NEW"}), "added exit codes → 6"),
    "an exit code goes": (
        lambda new: new["exit codes"].pop("5"),
        "removed exit codes → 5 (breaks callers)",
    ),
    "an exit code means something else": (
        lambda new: new["exit codes"].update({"5": "BUG"}),
        "changed exit codes → 5 (breaks callers)",
    ),
    "another verdict": (
        lambda new: new.update({"verdict.json": "lockgate-verdict/2"}),
        "changed verdict.json (breaks callers)",
    ),
}  # fmt: skip


def plan(new: Any) -> Any:
    return new["actions"]["actions/plan"]


def pipeline(new: Any) -> Any:
    return new["workflows"]["pipeline.yml"]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_and_known_to_break_or_not(name: str) -> None:
    change, wanted = CHANGES[name]
    new = copy.deepcopy(CONTRACT)
    change(new)
    assert [str(one) for one in changes(CONTRACT, new)] == [wanted]


words = st.sampled_from(["a", "b", "gate"])
scopes = st.dictionaries(st.sampled_from(["contents", "checks"]), st.sampled_from(["read", "write"]))
given_ = st.dictionaries(words, st.fixed_dictionaries({"default": words, "required": st.booleans()}))
actions = st.fixed_dictionaries({
    "inputs": given_, "outputs": st.lists(words, unique=True).map(sorted), "permissions": scopes,
})  # fmt: skip
workflows = st.fixed_dictionaries({
    "checks": st.lists(words, unique=True).map(sorted), "inputs": given_, "outputs": st.just([]),
    "permissions": st.dictionaries(words, scopes), "secrets": st.just({}),
})  # fmt: skip
contracts = st.fixed_dictionaries({
    "actions": st.dictionaries(words, actions), "exit codes": st.dictionaries(words, words),
    "verdict.json": words, "workflows": st.dictionaries(words, workflows),
})  # fmt: skip


@given(contracts, contracts)
def test_nothing_that_changes_is_left_out(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changes(old, old) == []
    there, back = changes(old, new), changes(new, old)
    assert bool(there) == (old != new)
    assert [change.path for change in there] == [change.path for change in back]


# --- what the changelog has to say ---

LOG = """\
# Changelog

## [Unreleased]

### Added
- `old`, which was there,
  over two lines.

## [1.0.0] - 2026-01-01

### Fixed
- A fault.
"""
BREAKING = Change(("actions", "actions/plan", "inputs", "count", "default"), "changed", breaking=True)
ADDING = Change(("actions", "actions/plan", "inputs", "count"), "added", breaking=False)


def logged(heading: str, entry: str, text: str = LOG) -> str:
    """Write an entry below `[Unreleased]`."""
    return text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n### {heading}\n- {entry}\n")


def test_entries_are_those_that_the_older_changelog_lacks() -> None:
    assert entries(LOG, LOG) == []
    assert entries(LOG, logged("Fixed", "One.\n  Two.")) == ["### Fixed\n- One. Two.\n"]
    assert entries("", LOG) == [
        "### Added\n- `old`, which was there, over two lines.\n",
        "### Fixed\n- A fault.\n",
    ]
    moved = LOG.replace("[Unreleased]\n", "[Unreleased]\n\n## [1.1.0] - 2026-02-01\n")
    assert entries(LOG, moved) == []
    assert entries(LOG, moved.replace("two lines", "2 lines")) == [
        "### Added\n- `old`, which was there, over 2 lines.\n"
    ]


def test_an_entry_of_a_version_that_was_released_counts_for_nothing() -> None:
    assert entries(LOG, LOG.replace("- A fault.\n", "- A fault.\n- `count`: Callers must act.\n")) == []


@pytest.mark.parametrize(
    ("change", "heading", "entry", "fault"),
    [
        (ADDING, "Added", "`count`, a number.", None),
        (ADDING, "Added", "count, a number.", "no new entry of CHANGELOG.md names `count`"),
        (ADDING, "Added", "`counts`, a number.", "no new entry of CHANGELOG.md names `count`"),
        (BREAKING, "Changed", "`count` is 8. Callers must give 4 to keep it.", None),
        (BREAKING, "Removed", "`count`.", None),
        (BREAKING, "Changed", "`count` is 8.", "the entry must say what `Callers must` do"),
        (BREAKING, "Changed", "Callers must act.", "no new entry of CHANGELOG.md names `count`"),
    ],
)
def test_an_entry_names_the_change_and_says_how_to_act(
    change: Change, heading: str, entry: str, fault: str | None
) -> None:
    found = unsaid([change], entries(LOG, logged(heading, entry)))
    assert [str(change) in said and (fault or "") in said for said in found] == ([True] if fault else [])


def test_what_to_do_has_to_be_said_of_the_very_change() -> None:
    new = logged("Fixed", "`count` is a number.", logged("Changed", "`path`: Callers must act."))
    assert len(unsaid([BREAKING], entries(LOG, new))) == 1


# --- over real histories ---

BROKEN = copy.deepcopy(CONTRACT)
BROKEN["actions"]["actions/plan"]["inputs"]["count"]["default"] = "8"
FAULT = "changed actions → actions/plan → inputs → count → default (breaks callers)"
ACT = "`count` is 8. Callers must give 4 to keep it."


class History(Checkout):
    """Be a checkout whose main has a contract and a changelog."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.first = self.write_down(CONTRACT, LOG)
        self.git("update-ref", "refs/remotes/origin/main", self.first)

    def write_down(self, contract: Any, log: str) -> str:
        return self.commit({FILE: json.dumps(contract), CHANGELOG: log})

    def owed(self, since: str = "") -> dict[str, list[str]]:
        git = Git(self.root)
        return {name: list(faults(git, base)) for name, base in bases(git, since).items()}


MAIN = "refs/remotes/origin/main"


def test_a_branch_owes_entries_for_what_it_changes_against_main(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert history.owed() == {MAIN: []}
    history.write_down(BROKEN, LOG)
    [fault] = history.owed()[MAIN]
    assert fault == f"{FAULT}: no new entry of CHANGELOG.md names `count`"
    history.write_down(BROKEN, logged("Changed", "`count` is 8."))
    assert history.owed() == {
        MAIN: [f"{FAULT}: the entry must say what `Callers must` do, or stand below `### Removed`"]
    }
    history.write(CHANGELOG, logged("Changed", ACT))  # not committed yet, as before a commit
    assert history.owed() == {MAIN: []}


def test_main_is_compared_with_where_the_branch_left_it(tmp_path: Path) -> None:
    history = History(tmp_path)
    main = history.write_down(BROKEN, logged("Changed", ACT))
    history.git("update-ref", MAIN, main)
    history.git("checkout", "-q", "-b", "feature", history.first)
    history.write_down(CONTRACT, logged("Fixed", "A fault."))
    assert history.owed() == {MAIN: []}


def test_main_owes_to_the_callers_of_the_last_release(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.git("tag", "v1.0.0")
    head = history.write_down(BROKEN, LOG)
    history.git("update-ref", MAIN, head)
    assert {name: len(found) for name, found in history.owed().items()} == {MAIN: 0, "v1.0.0": 1}
    released = logged("Changed", ACT).replace("[Unreleased]\n", "[Unreleased]\n\n## [2.0.0] - 2026-02-01\n")
    head = history.write_down(BROKEN, released)
    assert history.owed() == {MAIN: [], "v1.0.0": []}
    history.git("update-ref", MAIN, head)
    history.git("tag", "v2.0.0")
    history.write_down(CONTRACT, released)
    assert [len(found) for found in history.owed().values()] == [1, 1]


def test_any_commit_can_be_named(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write_down(BROKEN, LOG)
    assert [len(found) for found in history.owed(history.first).values()] == [1]
    assert history.owed("HEAD") == {"HEAD": []}
    with pytest.raises(InputError, match="there is no commit none-such"):
        history.owed("none-such")


def test_nothing_is_owed_where_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.commit({CHANGELOG: LOG})
    git = Git(checkout.root)
    assert bases(git) == {}
    checkout.git("update-ref", MAIN, "HEAD")
    checkout.commit({FILE: json.dumps(CONTRACT)})
    assert list(faults(git, bases(git)[MAIN])) == []


def test_the_program_says_what_is_owed(tmp_path: Path) -> None:
    root = tree(tmp_path)
    history = Checkout(root)
    history.commit({CHANGELOG: LOG, ".gitignore": "__pycache__\n"})
    assert start(root, "--check") == (0, "", "there is no main and no release to compare with\n")
    history.git("update-ref", MAIN, "HEAD")
    action = root / "actions/plan/action.yml"
    action.write_text(action.read_text().replace("  max-jobs:", "  most-jobs:"))
    start(root, "--write")
    status, output, _ = start(root, "--check")
    assert status == 1
    place = f"since {MAIN}: %s actions → actions/plan → inputs → %s: no new entry of CHANGELOG.md names `%s`"
    assert output.splitlines() == [
        place % ("removed", "max-jobs (breaks callers)", "max-jobs"),
        place % ("added", "most-jobs", "most-jobs"),
    ]
    history.write(CHANGELOG, logged("Changed", "`max-jobs` is `most-jobs`. Callers must rename it."))
    assert start(root, "--check") == (0, "", "")
    assert start(root, "--check", "--since", "none-such")[0] == ExitCode.BAD_INPUT
