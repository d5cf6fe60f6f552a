"""Every third-party action that is pinned has a double, made for that very commit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest
import yaml

from checkouts import Checkout
from workflows.act import DOUBLES, ROOT, double, pins


def faults(root: Path) -> list[str]:
    """Say which pinned actions have no double, and which inputs theirs do not know."""
    found = []
    for uses, inputs in sorted(pins(root).items()):
        if not (file := double(uses)).is_file():
            found.append(f"{uses} has no double")
            continue
        unknown = inputs - set(yaml.safe_load(file.read_text())["inputs"])
        found += [f"the double of {uses} knows no {name}" for name in sorted(unknown)]
    return found


def test_every_pin_has_its_double() -> None:
    assert any(uses.startswith("actions/checkout@") for uses in pins(ROOT))
    assert faults(ROOT) == []


def test_every_double_stands_for_a_pin() -> None:
    pinned = {double(uses).relative_to(DOUBLES).parts[0] for uses in pins(ROOT)}
    assert {path.name for path in DOUBLES.iterdir()} == pinned


def test_a_pin_without_a_double_and_an_unknown_input_are_found(tmp_path: Path) -> None:
    known = next(uses for uses in pins(ROOT) if uses.startswith("actions/checkout@"))
    steps = [{"uses": known, "with": {"fetch-dept": 0}}, {"uses": f"actions/checkout@{'0' * 40}"}]
    workflow = tmp_path / ".github/workflows/ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(json.dumps({"jobs": {"a": {"steps": steps}}}))
    (tmp_path / "action.yml").write_text("runs: {steps: [{uses: a/b/c@v1}, {uses: $/actions/plan}]}")
    assert faults(tmp_path) == [
        "a/b/c@v1 has no double",
        f"actions/checkout@{'0' * 40} has no double",
        f"the double of {known} knows no fetch-dept",
    ]


def start(
    action: str, folder: Path, environment: "dict[str, str] | None" = None, **inputs: str
) -> tuple[int, str]:
    """Run a double as its action.yml does: inputs that are not given have their defaults."""
    here = next(DOUBLES.glob(f"actions__{action}@*"))
    document = yaml.safe_load((here / "action.yml").read_text())
    given = {name: str(about.get("default", "")) for name, about in document["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    (program,) = here.glob("*.py")
    own = {
        "PATH": os.environ["PATH"], "GITHUB_WORKSPACE": str(folder), "INPUTS": json.dumps(given),
        "LOCKGATE_TEST_ARTIFACTS": str(folder.parent / "kept"),
    }  # fmt: skip
    argv = [sys.executable, "-I", str(program)]
    done = subprocess.run(
        argv, cwd=folder, env=own | (environment or {}), check=False, stdout=PIPE, stderr=STDOUT
    )
    return done.returncode, done.stdout.decode()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    (tmp_path / "workspace/report/deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt", ".hidden"):
        (tmp_path / "workspace/report" / name).write_text(name)
    (tmp_path / "workspace/report/a.txt").chmod(0o755)
    return tmp_path / "workspace"


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_folder_comes_back_without_hidden_files_and_permissions(workspace: Path) -> None:
    assert start("upload-artifact", workspace, name="r", path="report")[0] == 0
    assert start("download-artifact", workspace, name="r", path="back")[0] == 0
    assert below(workspace / "back") == ["a.txt", "deep/b.txt"]
    assert not os.access(workspace / "back/a.txt", os.X_OK)
    start("upload-artifact", workspace, name="all", path="report", include_hidden_files="true")
    start("download-artifact", workspace, name="all", path="all")
    assert below(workspace / "all") == [".hidden", "a.txt", "deep/b.txt"]


def test_a_file_comes_back_without_its_folders(workspace: Path) -> None:
    start("upload-artifact", workspace, path="report/deep/b.txt")
    assert start("download-artifact", workspace, name="artifact")[0] == 0
    assert (workspace / "b.txt").read_text() == "deep/b.txt"


def test_a_pattern_takes_several_into_one_folder_or_each_into_its_own(workspace: Path) -> None:
    for name in ("part-1", "part-2", "whole"):
        (workspace / f"{name}.txt").touch()
        start("upload-artifact", workspace, name=name, path=f"{name}.txt")
    start("download-artifact", workspace, pattern="part-*", path="merged", merge_multiple="true")
    start("download-artifact", workspace, pattern="part-*", path="apart")
    assert below(workspace / "merged") == ["part-1.txt", "part-2.txt"]
    assert below(workspace / "apart") == ["part-1/part-1.txt", "part-2/part-2.txt"]
    assert start("download-artifact", workspace, pattern="none-*", path="none")[0] == 0
    assert not (workspace / "none").exists()


def test_an_artifact_that_is_not_there_fails(workspace: Path) -> None:
    code, output = start("download-artifact", workspace, name="r", path="back")
    assert code == 1
    assert "Artifact not found for name: r" in output


def test_a_name_is_used_once_unless_it_is_overwritten(workspace: Path) -> None:
    start("upload-artifact", workspace, name="r", path="report")
    code, output = start("upload-artifact", workspace, name="r", path="report/a.txt")
    assert (code, output.startswith("(409) Conflict")) == (1, True)
    assert start("upload-artifact", workspace, name="r", path="report/a.txt", overwrite="true")[0] == 0
    start("download-artifact", workspace, name="r", path="back")
    assert below(workspace / "back") == ["a.txt"]


@pytest.mark.parametrize(("wanted", "code"), [("warn", 0), ("ignore", 0), ("error", 1)])
def test_nothing_to_keep_fails_where_that_is_asked_for(workspace: Path, wanted: str, code: int) -> None:
    ended, output = start("upload-artifact", workspace, path="report/.hidden", if_no_files_found=wanted)
    assert (ended, "No files were found" in output) == (code, True)
    assert below(workspace.parent / "kept") == []


@pytest.mark.parametrize(
    "inputs", [{"name": "a/b"}, {"name": ""}, {"path": "*.txt"}, {"retention_days": "91"}]
)
def test_what_the_real_one_or_the_double_cannot_do_fails(workspace: Path, inputs: dict[str, str]) -> None:
    assert start("upload-artifact", workspace, **({"path": "report"} | inputs))[0] == 1


def checkout(folder: Path, started_by: str, remote: Checkout, **inputs: str) -> tuple[int, str]:
    folder.mkdir()
    environment = {
        "GITHUB_REF": started_by, "GITHUB_REPOSITORY": "caller/app", "HOME": str(folder.parent),
        "GITHUB_SHA": remote.git("rev-parse", "HEAD"), "LOCKGATE_TEST_REMOTE": str(remote.root),
    }  # fmt: skip
    return start("checkout", folder, environment, **inputs)


def test_a_checkout_has_one_commit_or_all_of_them(tmp_path: Path) -> None:
    remote = Checkout(tmp_path / "remote")
    first = remote.commit({"a": "1"})
    remote.git("checkout", "-q", "--detach")
    merged = remote.commit({"a": "2"})
    assert checkout(tmp_path / "shallow", "refs/pull/7/merge", remote) == (0, "")
    assert Checkout(tmp_path / "shallow").git("rev-list", "--all") == merged
    assert checkout(tmp_path / "whole", "refs/pull/7/merge", remote, fetch_depth="0") == (0, "")
    whole = Checkout(tmp_path / "whole")
    assert whole.git("rev-list", "HEAD").split() == [merged, first]
    assert whole.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines() == [
        f"{first} refs/remotes/origin/main",
        f"{merged} refs/remotes/pull/7/merge",
    ]
    assert whole.git("branch", "--show-current") == ""
    assert whole.git("remote", "get-url", "origin") == "https://github.com/caller/app"


def test_a_checkout_of_a_branch_is_on_it(tmp_path: Path) -> None:
    remote = Checkout(tmp_path / "remote")
    pushed = remote.commit({"a": "1"})
    assert checkout(tmp_path / "clone", "refs/heads/main", remote, fetch_depth="0") == (0, "")
    clone = Checkout(tmp_path / "clone")
    assert (clone.git("branch", "--show-current"), clone.git("rev-parse", "HEAD")) == ("main", pushed)


def test_a_checkout_of_something_else_fails(tmp_path: Path) -> None:
    remote = Checkout(tmp_path / "remote")
    remote.commit({"a": "1"})
    assert checkout(tmp_path / "clone", "refs/heads/main", remote, ref="v1")[0] == 1


@pytest.mark.parametrize(("text", "code"), [(f"{'0' * 64}  a.tar.gz\n", 0), ("", 1), ("a.tar.gz\n", 1)])
def test_an_attestation_has_subjects(workspace: Path, text: str, code: int) -> None:
    (workspace / "SHA256SUMS").write_text(text)
    assert start("attest", workspace, subject_checksums="SHA256SUMS")[0] == code


@pytest.mark.parametrize(
    ("bill", "inputs", "code"),
    [
        ('{"bomFormat": "CycloneDX"}', {"subject_path": "a.*, b.txt"}, 0),
        ('{"spdxVersion": "SPDX-2.3"}', {"subject_name": "image", "subject_digest": f"sha256:{'0' * 64}"}, 0),
        ("{}", {"subject_path": "a.txt"}, 1),
        ('{"bomFormat": "CycloneDX"}', {"subject_path": "none"}, 1),
        ('{"bomFormat": "CycloneDX"}', {"subject_path": "a.txt", "subject_digest": "x"}, 1),
        ('{"bomFormat": "CycloneDX"}', {"subject_name": "image", "subject_digest": "sha1:00"}, 1),
    ],
)
def test_a_bill_is_attested_for_its_subjects(
    workspace: Path, bill: str, inputs: dict[str, str], code: int
) -> None:
    (workspace / "bill.json").write_text(bill)
    (workspace / "a.txt").write_text("a")
    assert start("attest", workspace, sbom_path="bill.json", **inputs)[0] == code


def test_a_python_is_put_first_on_the_path(workspace: Path) -> None:
    version = f"3.{sys.version_info.minor}"
    folder = workspace.parent / f"python{version}"
    places = {"RUNNER_TEMP": str(workspace.parent), "GITHUB_PATH": str(workspace / "path")}
    own = {"PATH": f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}"}
    assert start("setup-python", workspace, places | own, python_version=version) == (0, "")
    assert (workspace / "path").read_text() == f"{folder}\n"
    said = subprocess.run([folder / "python3", "--version"], check=True, stdout=PIPE).stdout.decode()
    assert said.startswith(f"Python {version}.")
    code, output = start("setup-python", workspace, places, python_version="2.0")
    assert (code, output) == (1, "The version '2.0' was not found\n")
