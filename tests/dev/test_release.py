"""The release tool in a copy of this repository, with a history and a changelog of its own and no network."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from checkouts import Checkout
from dev.releasing.pins import pinned, texts
from lockgate.verify.answers import answer
from lockgate.verify.callers import collect
from lockgate.verify.releases import REPOSITORY
from lockgate.verify.toolkit import open_clone
from test_repository import tracked

ROOT = Path(__file__).parents[2]
PLACEHOLDER = "@COMMIT # the commit that you have read"
LOG = "# Changelog\n\n## [Unreleased]\n\n"
FIRST = "## [0.1.0] - 2026-01-01\n\n### Added\n- All of it.\n"
SECOND = "## [0.2.0] - 2026-02-01\n\n### Added\n- `verify`, with ##[error] and ::error:: in its notes.\n\n"
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text())

_REFUSED = re.compile(r"^refused: \S+ at [0-9a-f]{40}: (.*)$", re.MULTILINE)

Done = subprocess.CompletedProcess[str]


class Copy:
    """Be a clone of a copy of this repository, at the first commit of a new history on main."""

    def __init__(self, folder: Path) -> None:
        self.checkout = Checkout(folder / "clone")
        self.root = self.checkout.root
        for file in tracked():
            target = self.root / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target, follow_symlinks=False)
        self.unpinned()
        self.version("0.1.0")
        self.checkout.git("init", "-q", "--bare", "-b", "main", str(folder / "origin"))
        self.checkout.git("remote", "add", "origin", str(folder / "origin"))
        self.first = self.push({"CHANGELOG.md": LOG + FIRST})

    def unpinned(self) -> None:
        """Take pins back, so that this test holds after the first release too."""
        for path, text in pinned(texts(self.root), "COMMIT", "the commit that you have read").items():
            (self.root / path).write_text(text)

    def version(self, version: str) -> None:
        self.checkout.write("scripts/lockgate/__init__.py", f'"""Run."""\n\n__version__ = "{version}"\n')

    def push(self, files: "dict[str, str | bytes | None]") -> str:
        commit = self.checkout.commit(files)
        self.checkout.git("push", "-q", "origin", "HEAD:main", "--tags")
        return commit

    def release(self, *arguments: str) -> Done:
        return subprocess.run(
            [sys.executable, "-I", "scripts/dev/release", *arguments], cwd=self.root, check=False, text=True,
            capture_output=True, timeout=120, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("release"))


@pytest.fixture
def copy(original: Copy) -> Copy:
    """Give the copy as it was at first."""
    git = original.checkout.git
    for tag in git("tag").split():
        git("tag", "-d", tag)
    git("checkout", "-q", "-f", "-B", "main", original.first)
    git("clean", "-q", "-f", "-d")
    git("push", "-q", "-f", "origin", "main")
    return original


def test_a_dry_run_does_all_that_needs_no_network(copy: Copy, tmp_path: Path) -> None:
    done = copy.release("dry-run", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    files = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    archive = "assets/lockgate-0.1.0.tar.gz"
    assert files == {"release.json", "notes.md", "pins.patch", "assets/SHA256SUMS", archive}
    assert json.loads((tmp_path / "out/release.json").read_text()) == {
        "version": "0.1.0",
        "commit": copy.first,
    }
    assert (tmp_path / "out/notes.md").read_text() == "### Added\n- All of it.\n"
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "out/assets", check=True)
    assert copy.checkout.git("status", "--porcelain") == "", "nothing is written into the checkout"

    again = copy.release("dry-run", str(tmp_path / "again"))
    assert again.returncode == 0
    assert (tmp_path / "again" / archive).read_bytes() == (tmp_path / "out" / archive).read_bytes()


def test_the_archive_is_the_tree_without_references_to_itself(copy: Copy, tmp_path: Path) -> None:
    assert copy.release("dry-run", str(tmp_path / "out")).returncode == 0
    with tarfile.open(tmp_path / "out/assets/lockgate-0.1.0.tar.gz") as tar:
        seconds = int(copy.checkout.git("show", "-s", "--format=%ct", copy.first))
        assert {entry.mtime for entry in tar.getmembers()} == {seconds}
    subprocess.run(["tar", "-xzf", "out/assets/lockgate-0.1.0.tar.gz"], cwd=tmp_path, check=True)
    tree = tmp_path / "lockgate-0.1.0"
    text = "".join(path.read_text() for path in tree.rglob("*.yml"))
    assert "uses: $/" not in text
    assert "uses: lockgate/lockgate/actions/plan@v0.1.0" in text
    assert (tree / "scripts/run").stat().st_mode & 0o111
    assert (tree / "action.yml").is_file()


def test_the_patch_of_the_pins_is_what_pin_writes(copy: Copy, tmp_path: Path) -> None:
    assert copy.release("dry-run", str(tmp_path / "out")).returncode == 0
    copy.checkout.git("tag", "v0.1.0")
    done = copy.release("pin", "--sha", copy.first, "--version", "v0.1.0")
    assert (done.returncode, done.stderr) == (0, "")
    changed = done.stdout.splitlines()
    assert {"README.md", "examples/workflows/gate.yml"} <= set(changed)
    written = {path: (copy.root / path).read_text() for path in changed}
    assert all(f"@{copy.first} # v0.1.0\n" in text and PLACEHOLDER not in text for text in written.values())
    assert copy.release("pin", "--sha", copy.first, "--version", "v0.1.0").stdout == "", "twice is once"
    copy.checkout.git("checkout", "-q", ".")
    copy.checkout.git("apply", str(tmp_path / "out/pins.patch"))
    assert {path: (copy.root / path).read_text() for path in changed} == written


def test_what_the_examples_pin_then_is_verified_down_to_the_last_action(copy: Copy) -> None:
    copy.checkout.git("tag", "v0.1.0")
    assert copy.release("pin", "--sha", copy.first, "--version", "v0.1.0").returncode == 0
    examples = [str(path) for path in sorted(copy.root.glob("examples/workflows/*.yml"))]
    toolkit = open_clone(copy.root, REPOSITORY, "")
    answers = [
        answer(use, places, toolkit) for use, places in collect(examples, copy.root, REPOSITORY).items()
    ]
    pinned = sum(Path(each).read_text().count(f"uses: {REPOSITORY}") for each in examples)
    assert sum(len(each.places) for each in answers) == pinned >= len(examples)
    assert [row for each in answers for row in each.rows if row.fault] == []
    ran = {row.text for each in answers for row in each.rows if row.name == "runs"}
    assert {"$/", "$/actions/plan", "$/actions/shard", "$/actions/gate", "$/actions/report"} <= ran
    assert any(text.startswith("actions/checkout@") for text in ran)


def test_one_release_after_another(copy: Copy, tmp_path: Path) -> None:
    copy.checkout.git("tag", "v0.1.0")
    assert copy.release("pin", "--sha", copy.first, "--version", "v0.1.0").returncode == 0
    copy.version("0.2.0")
    commit = copy.push({"CHANGELOG.md": LOG + SECOND + FIRST})
    done = copy.release("build", str(tmp_path / "out"), "--version", "0.2.0")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        f"+      - uses: lockgate/lockgate@{commit} # v0.2.0\n" in (tmp_path / "out/pins.patch").read_text()
    )
    copy.checkout.git("tag", "-a", "-m", "x", "v0.2.0")
    assert copy.release("pin", "--sha", copy.first, "--version", "v0.2.0").returncode == 2
    assert copy.release("pin", "--sha", commit, "--version", "v0.2.0").returncode == 0
    assert copy.first not in (copy.root / "README.md").read_text()


def refusals(copy: Copy, out: Path, version: str = "0.1.0") -> set[str]:
    """Give why `build` refuses; a dry run must name the same, and go on."""
    done = copy.release("build", str(out), "--version", version)
    assert done.returncode == 2, done.stderr
    assert not out.exists()
    dry = copy.release("dry-run", str(out))
    told, dry_told = (set(_REFUSED.findall(each.stderr)) for each in (done, dry))
    assert dry_told == {fault for fault in told if not fault.endswith(" was asked for")}
    assert dry.returncode == (1 if dry_told else 0)
    return told


def test_a_commit_that_is_not_on_main(copy: Copy, tmp_path: Path) -> None:
    copy.checkout.git("checkout", "-q", "-b", "mine")
    commit = copy.checkout.commit({"a": ""})
    assert refusals(copy, tmp_path / "out") == {f"{commit} is not on main"}


def test_another_version_than_that_of_the_changelog(copy: Copy, tmp_path: Path) -> None:
    assert refusals(copy, tmp_path / "out", "0.1.1") == {"0.1.1 was asked for"}


def test_a_package_of_another_version(copy: Copy, tmp_path: Path) -> None:
    copy.version("0.1.1")
    copy.push({})
    assert refusals(copy, tmp_path / "out") == {"the package has another version"}


@pytest.mark.parametrize("path", ["new.txt", "LICENSE"])
def test_a_tree_that_is_not_the_commit(copy: Copy, tmp_path: Path, path: str) -> None:
    copy.checkout.write(path, "x")
    assert refusals(copy, tmp_path / "out") == {"the working tree is not what the commit holds"}


def test_a_version_that_is_released(copy: Copy, tmp_path: Path) -> None:
    copy.checkout.git("tag", "v0.1.0")
    told = refusals(copy, tmp_path / "out")
    assert "v0.1.0 is released, so 0.1.0 is not new" in told
    assert f"README.md pins COMMIT, not {copy.first} # v0.1.0" in told


def test_a_release_that_the_changelog_does_not_have(copy: Copy, tmp_path: Path) -> None:
    copy.checkout.git("tag", "v0.0.9")
    assert copy.release("pin", "--sha", copy.first, "--version", "v0.0.9").returncode == 0
    copy.push({})
    assert refusals(copy, tmp_path / "out") == {"the tags and the changelog differ in v0.0.9"}


def test_a_clone_without_its_history(copy: Copy, tmp_path: Path) -> None:
    copy.push({"a": ""})
    origin = copy.checkout.git("remote", "get-url", "origin")
    copy.checkout.git("clone", "-q", "--depth", "1", f"file://{origin}", str(tmp_path / "shallow"))
    argv = [sys.executable, "-I", "scripts/dev/release", "build", str(tmp_path / "out"), "--version", "0.1.0"]
    done = subprocess.run(argv, cwd=tmp_path / "shallow", check=False, text=True, capture_output=True)
    assert done.returncode == 2
    assert "history is cut off" in done.stderr


def test_a_folder_that_is_not_empty_is_left_alone(copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = copy.release("dry-run", str(tmp_path))
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (2, ["mine"])


def test_what_was_built_from_another_commit_is_not_published(copy: Copy, tmp_path: Path) -> None:
    assert copy.release("dry-run", str(tmp_path / "out")).returncode == 0
    copy.push({"a": ""})
    # -S: no package but the standard library, as in the job that may write.
    argv = [sys.executable, "-I", "-S", "scripts/dev/release", "publish", str(tmp_path / "out")]
    done = subprocess.run(argv, cwd=copy.root, check=False, text=True, capture_output=True)
    assert done.returncode == 2
    assert f"was built from {copy.first}, not from" in done.stderr


def test_the_workflow_runs_by_hand_and_writes_in_one_approved_job() -> None:
    assert list(WORKFLOW[True]) == ["workflow_dispatch"], "YAML 1.1 reads the key `on` as true"
    assert WORKFLOW["permissions"] == {}
    jobs = WORKFLOW["jobs"]
    assert [name for name, job in jobs.items() if "write" in job["permissions"].values()] == ["publish"]
    assert jobs["publish"]["environment"] == "release"
    assert jobs["publish"]["needs"] == ["test", "build"]
    build, publish = "scripts/run --env core -- python -I", "python3 -I"
    assert [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step] == [
        "make test",
        f'{build} scripts/dev/release build "$RUNNER_TEMP/release" --version "$VERSION"',
        f'{publish} scripts/dev/release publish "$RUNNER_TEMP/release"',
    ]
