"""The workflows that this repository runs on itself, and what GitHub reads beside them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
import yaml

from dev.materialising import program
from e2e.engine import CLEAN
from examples.shop_table import SHOP
from workflows.act import REPOSITORY, ROOT, SHA, Caller, browsing, toolkit

GITHUB = ROOT / ".github"
FORMS = [path for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]
SCHEMA = ["check-jsonschema", "--builtin-schema"]

Json = dict[str, Any]


def load(path: Path) -> Json:
    """Read YAML; its key `on` is True, as YAML 1.1 has it."""
    document = yaml.safe_load(path.read_text())
    assert isinstance(document, dict)
    return document


def workflows() -> dict[str, Json]:
    return {
        str(path.relative_to(ROOT)): load(path)
        for path in [*GITHUB.glob("workflows/*.yml"), *ROOT.glob("examples/workflows/*.yml")]
    }


CI, SELFTEST = load(GITHUB / "workflows/ci.yml"), load(GITHUB / "workflows/selftest.yml")


def expected(job: Json) -> Json:
    """Give what the last step of a job expects."""
    step = job["steps"][-1]
    assert step["run"] == "python3 -I scripts/dev/expect"
    found = json.loads(step["env"]["EXPECTED"])
    assert isinstance(found, dict)
    return found


# --- one check to require ---


@pytest.mark.parametrize("workflow", [CI, SELFTEST], ids=["ci", "selftest"])
def test_done_waits_for_every_job_and_expects_its_success(workflow: Json) -> None:
    jobs = dict(workflow["jobs"])
    done = jobs.pop("done")
    assert done["if"] == "${{ always() }}", "a job that is skipped counts as a success"
    assert set(done["needs"]) == set(jobs)
    assert {name: each["result"] for name, each in expected(done).items()} == dict.fromkeys(jobs, "success")
    assert done["steps"][-1]["env"]["ACTUAL"] == "${{ toJSON(needs) }}"


@pytest.mark.parametrize("workflow", [CI, SELFTEST], ids=["ci", "selftest"])
def test_they_run_for_every_way_into_main_with_no_right_to_write(workflow: Json) -> None:
    assert workflow[True] == {"pull_request": None, "merge_group": None, "push": {"branches": ["main"]}}
    assert workflow["permissions"] == {}
    assert {json.dumps(job["permissions"]) for job in workflow["jobs"].values()} == {'{"contents": "read"}'}


def test_ci_runs_all_tests_on_every_python() -> None:
    text = (ROOT / "scripts/run").read_text()
    oldest, newest = re.search(r"^OLDEST, NEWEST = (\d+), (\d+)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    test = CI["jobs"]["test"]
    assert test["strategy"]["matrix"]["python"] == [f"3.{n}" for n in range(int(oldest), int(newest) + 1)]
    assert test["steps"][-1] == {
        "run": "make test",
        "env": {"LOCKGATE_PYTHON": "${{ steps.python.outputs.python-path }}"},
    }
    assert CI["jobs"]["lint"]["steps"][-1] == {"run": "make lint"}


# --- what all workflows keep from ---


def strangers_faults(found: dict[str, Json]) -> Iterator[str]:
    """Yield which workflows lend rights or a cache to what a stranger wrote."""
    for path, workflow in found.items():
        text, events = json.dumps(list(workflow.values())), json.dumps(workflow[True])
        if "pull_request_target" in events:
            yield f"{path}: pull_request_target"
        if "workflow_run" in events and "actions/checkout" in text:
            yield f"{path}: a checkout after workflow_run"
        if "actions/cache" in text or re.search(r'"cache[a-z-]*": ', text):
            yield f"{path}: a cache"


def test_no_workflow_lends_rights_or_a_cache_to_strangers() -> None:
    assert any("workflow_run" in each[True] for each in workflows().values())
    assert list(strangers_faults(workflows())) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("on: pull_request_target", "pull_request_target"),
        ("on: {pull_request_target: {types: [opened]}}", "pull_request_target"),
        ("on: [push, pull_request_target]", "pull_request_target"),
        ("on: {workflow_run: {}}\njobs: {a: {steps: [uses: actions/checkout@v1]}}", "a checkout"),
        ("on: push\njobs: {a: {steps: [uses: actions/cache@v1]}}", "a cache"),
        ("on: push\njobs: {a: {steps: [{uses: actions/setup-node@v1, with: {cache: npm}}]}}", "a cache"),
        ("on: push\njobs: {a: {steps: [{uses: actions/setup-go@v1, with: {cache-path: x}}]}}", "a cache"),
    ],
)
def test_a_right_or_a_cache_that_is_lent_is_found(text: str, fault: str) -> None:
    (found,) = strangers_faults({"a.yml": yaml.safe_load(text)})
    assert found.startswith(f"a.yml: {fault}")


# --- the toolkit on itself ---


def test_the_selftest_expects_what_the_readme_shows() -> None:
    """The README's lines are those of a run: tests/examples/test_shop_run.py."""
    shown = re.search(
        r"^FAIL: (\d+) findings to mend: (\d+) in lighthouse, (\d+) in migrations, (\d+) in sast, "
        r"(\d+) in sca, (\d+) in secrets$",
        (ROOT / "README.md").read_text(),
        re.MULTILINE,
    )
    assert shown
    found = expected(SELFTEST["jobs"]["fails"])
    steps = ("shop", "lighthouse", "migrations", "sast", "sca", "secrets")
    for step, findings in zip(steps, shown.groups(), strict=True):
        assert found[step]["outputs"] == {"verdict": "fail", "findings": findings}
    assert found["gate"] == found["shop"]
    alone = sum(int(found[step]["outputs"]["findings"]) for step in ("sast", "secrets"))
    assert found["with-both-parts"]["outputs"] == {"verdict": "fail", "findings": str(alone)}


def test_what_may_fail_must_fail() -> None:
    steps = SELFTEST["jobs"]["fails"]["steps"]
    may = [step["id"] for step in steps if step.get("continue-on-error")]
    assert len(may) >= 10
    found = expected(SELFTEST["jobs"]["fails"])
    assert {name: each["outcome"] for name, each in found.items()} == dict.fromkeys(may, "failure")
    assert "pass" not in {each["outputs"]["verdict"] for each in found.values()}
    assert steps[-1]["env"]["ACTUAL"] == "${{ toJSON(steps) }}"


def test_called_workflows_may_not_fail_unseen() -> None:
    for workflow in workflows().values():
        assert [name for name, job in workflow["jobs"].items() if "continue-on-error" in job] == []


def test_the_selftest_under_act(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = (GITHUB / "workflows/selftest.yml").read_text()
    spelt = program().rewrite(text, REPOSITORY, SHA, ".github/workflows/selftest.yml")
    kit = toolkit(tmp_path_factory)
    caller = Caller(tmp_path, kit, {}, spelt)
    root = caller.checkout.root
    shutil.copytree(SHOP, root / "examples/shop", ignore=shutil.ignore_patterns("node_modules", ".next"))
    shutil.copytree(ROOT / "scripts/dev", root / "scripts/dev")
    shutil.copytree(ROOT / "scripts/lockgate", root / "scripts/lockgate")
    before = caller.commit({})
    caller.commit({"scripts/lockgate/new.py": CLEAN})
    run = caller.run("push", {"before": before}, path=browsing(kit))
    assert run.code == 0, run.text
    assert run.jobs["fails"] == run.jobs["done"] == "success"
    assert run.text.count("as expected: ") == 2
    assert run.decoys == []


# --- what GitHub reads beside workflows ---

BESIDE = {
    "dependabot": ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
    "forms": ("vendor.github-issue-forms", FORMS),
    "chooser": ("vendor.github-issue-config", [GITHUB / "ISSUE_TEMPLATE/config.yml"]),
}
PLANTED = {
    "dependabot": "version: 2\nupdates: [{package-ecosystem: npm, schedule: {interval: weekly}, cool: {}}]\n",
    "forms": "name: a\ndescription: b\nbody: [{type: area, attributes: {label: c}}]\n",
    "chooser": "blank_issues_enabled: 'no'\n",
}


def validate(schema: str, files: list[Path]) -> tuple[int, str]:
    argv = [*SCHEMA, schema, *map(str, files)]
    done = subprocess.run(argv, check=False, text=True, stdout=PIPE, stderr=STDOUT)
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", BESIDE)
def test_its_form_is_githubs(name: str) -> None:
    schema, files = BESIDE[name]
    assert files
    status, output = validate(schema, files)
    assert status == 0, output


@pytest.mark.parametrize("name", PLANTED)
def test_another_form_is_seen(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(PLANTED[name])
    status, output = validate(BESIDE[name][0], [tmp_path / "a.yml"])
    assert (status, "Schema validation errors" in output) == (1, True)


def unwatched(root: Path, dependabot: Json) -> set[str]:
    """Give the folders whose dependencies nobody keeps new: of actions, of locks, of npm packages."""
    requirements = root / "scripts/requirements"
    wanted = {("github-actions", "/")}
    wanted |= {
        ("github-actions", f"/actions/{path.parent.name}") for path in root.glob("actions/*/action.yml")
    }
    wanted |= {("uv", "/scripts/requirements") for _ in requirements.glob("*.txt")}
    wanted |= {
        ("npm", f"/{path.parent.relative_to(root)}") for path in requirements.glob("*/package-lock.json")
    }
    watched = {
        (each["package-ecosystem"], folder)
        for each in dependabot["updates"]
        for folder in each.get("directories", [each.get("directory")])
    }
    return {
        f"{kind} {folder}"
        for kind, folder in wanted
        if not {(kind, folder), (kind, f"{folder.rpartition('/')[0]}/*")} & watched
    }


def test_everything_is_kept_new_but_never_newest() -> None:
    dependabot = load(GITHUB / "dependabot.yml")
    assert unwatched(ROOT, dependabot) == set()
    assert [each["cooldown"] for each in dependabot["updates"]] == [{"default-days": 7}] * 3
    assert all(each["groups"] for each in dependabot["updates"])


def test_a_postgresql_stays_of_the_major_version_that_its_folder_is_named_after() -> None:
    folders = sorted((ROOT / "scripts/requirements").glob("postgres-*"))
    locked = {path.name: load(path / "package.json")["optionalDependencies"] for path in folders}
    assert len(locked) == 5
    for name, versions in locked.items():
        assert {version.partition(".")[0] for version in versions.values()} == {
            name.removeprefix("postgres-")
        }
        assert all(package.startswith("@embedded-postgres/") for package in versions)
    (npm,) = (
        each for each in load(GITHUB / "dependabot.yml")["updates"] if each["package-ecosystem"] == "npm"
    )
    major = {"dependency-name": "@embedded-postgres/*", "update-types": ["version-update:semver-major"]}
    assert npm["ignore"] == [major]


def test_what_nobody_keeps_new_is_found(tmp_path: Path) -> None:
    for name in (
        "actions/a/action.yml",
        "scripts/requirements/b/package-lock.json",
        "scripts/requirements/c.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    watched = {"updates": [{"package-ecosystem": "github-actions", "directory": "/"}]}
    assert unwatched(tmp_path, watched) == {
        "github-actions /actions/a", "npm /scripts/requirements/b", "uv /scripts/requirements",
    }  # fmt: skip


def test_every_file_has_an_owner() -> None:
    owned = [
        line.split() for line in (GITHUB / "CODEOWNERS").read_text().splitlines() if line[:1] not in ("", "#")
    ]
    assert owned
    assert owned[0] == ["*", "@lockgate/maintainers"]
    assert all(len(line) > 1 for line in owned), "a line without an owner takes one away"


def test_forms_ask_for_the_version_and_for_no_secret() -> None:
    forms = {path.stem: load(path) for path in FORMS}
    assert set(forms) == {"bug", "finding", "idea"}
    for name in ("bug", "finding"):
        required = {
            each["id"] for each in forms[name]["body"] if each.get("validations", {}).get("required") is True
        }
        assert "version" in required
        assert "secret" in forms[name]["body"][0]["attributes"]["value"]
    assert load(GITHUB / "ISSUE_TEMPLATE/config.yml")["blank_issues_enabled"] is False
