"""The commit that a caller pins."""

from pathlib import Path

import pytest

from lockgate.adopt.pin import Pin, find_pin
from lockgate.errors import InputError
from verify.clones import NAME, Clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "toolkit")


def test_the_commit_that_runs_is_pinned_with_its_release(clone: Clone) -> None:
    assert find_pin("", clone.checkout.root) == Pin(NAME, clone.released, "v0.1.0")
    assert str(find_pin("", clone.checkout.root)) == f"{clone.released} # v0.1.0"


def test_a_commit_that_is_no_release_has_no_version(clone: Clone) -> None:
    after = clone.commit({"more": "x"})
    assert str(find_pin("", clone.checkout.root)) == after
    assert str(find_pin(clone.released, clone.checkout.root)) == f"{clone.released} # v0.1.0"


def test_a_commit_can_be_named_where_there_is_no_clone(tmp_path: Path) -> None:
    assert find_pin("5f" * 20, tmp_path, "mine/gates") == Pin("mine/gates", "5f" * 20)


def test_a_toolkit_within_another_repository_is_not_that_repository(clone: Clone) -> None:
    inner = clone.checkout.root / "scripts"
    with pytest.raises(InputError, match="which commit") as caught:
        find_pin("", inner)
    assert "--pin SHA" in caught.value.todo


@pytest.mark.parametrize(
    "given", ["v1.0.0", "main", "5f" * 19, "5F" * 20, "5f" * 20 + "\n", "-x", "\x1b[31m"]
)
def test_what_is_no_full_sha_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(InputError, match="--pin") as caught:
        find_pin(given, tmp_path)
    assert "40 digits" in caught.value.todo
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", ["lockgate", "a/b/c", "a/..", "a b/c", "a/b\n"])
def test_what_is_no_repository_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no repository"):
        find_pin("5f" * 20, tmp_path, name)
