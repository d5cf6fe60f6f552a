from pathlib import Path

import pytest

from lockgate.errors import InputError
from lockgate.verify.toolkit import Lock, open_clone
from verify.clones import FILES, NAME, PIPELINE, Clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "toolkit")


def test_the_faces_of_a_commit(clone: Clone) -> None:
    toolkit, commit = clone.toolkit(), clone.released
    assert toolkit.face(commit, ".github/workflows/pipeline.yml") == PIPELINE
    assert toolkit.face(commit, "") == FILES["action.yml"]
    assert toolkit.face(commit, "actions/plan") == FILES["actions/plan/action.yaml"]
    assert [toolkit.face(commit, path) for path in ("actions", "no", "../toolkit", "action.yml/x")] == [
        ""
    ] * 4


def test_a_face_is_as_the_commit_says_and_not_as_the_folder_does(clone: Clone) -> None:
    clone.checkout.write("action.yml", "changed")
    assert clone.toolkit().face(clone.released, "") == FILES["action.yml"]


def test_a_face_that_is_too_large_is_none(clone: Clone) -> None:
    commit = clone.commit({"action.yml": b"#" * 1_000_001})
    assert clone.toolkit().face(commit, "") == ""


def test_locks_are_those_of_callers(clone: Clone) -> None:
    assert list(clone.toolkit().locks(clone.released)) == [
        Lock("scripts/requirements/engine.txt", 1, ()),
        Lock("scripts/requirements/oxlint/package-lock.json", 1, ()),
    ]


def test_a_package_without_a_hash_is_named(clone: Clone) -> None:
    text = "a==1 --hash=sha256:0\n-r other.txt\nb @ https://x\nc>=1 --hash=sha256:" + "0" * 64
    packages = '{"": {}, "node_modules/a": {"integrity": "sha1-x"}, "node_modules/b": {}}'
    commit = clone.commit(
        {
            "scripts/requirements/engine.txt": text,
            "scripts/requirements/oxlint/package-lock.json": f'{{"packages": {packages}}}',
            "scripts/requirements/other/package-lock.json": '{"packages": 1}',
        }
    )
    assert [(lock.packages, lock.loose) for lock in clone.toolkit().locks(commit)] == [
        (4, ("a==1", "-r", "b", "c>=1")),
        (0, ("a lock that cannot be read",)),
        (2, ("node_modules/a", "node_modules/b")),
    ]


def test_a_commit_is_one_of_the_clone_by_its_own_sha_alone(clone: Clone) -> None:
    toolkit = clone.toolkit()
    assert toolkit.has(clone.released)
    assert not toolkit.has(clone.checkout.git("rev-parse", "v0.1.0")), "the id of the tag's own object"
    assert not toolkit.has("0" * 40)


@pytest.mark.parametrize("folder", ["toolkit/actions", "nowhere", "plain"])
def test_what_is_no_clone_is_refused(clone: Clone, tmp_path: Path, folder: str) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(InputError, match="is not a clone of the toolkit"):
        open_clone(tmp_path / folder, NAME, "")


def test_releases_may_be_asked_elsewhere(clone: Clone, tmp_path: Path) -> None:
    clone.checkout.git("clone", "-q", "--no-tags", ".", str(tmp_path / "other"))
    other = tmp_path / "other"
    assert open_clone(other, NAME, "").versions(clone.released) == []
    assert open_clone(other, NAME, str(clone.checkout.root)).versions(clone.released) == ["v0.1.0"]
