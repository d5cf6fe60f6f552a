"""Files outside the change: of the working tree, the index and the base, nothing outside the repository."""

import pytest

from checkouts import Checkout
from lockgate.beside import MAX_BYTES, Beside
from lockgate.git import Git
from lockgate.tree import of_change, of_checkout, of_folder, scope_of


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path / "r")
    made.commit({"a/lock": "old", "a/same": "same", "b/lock": "other", "vendor/lock": "no"})
    made.write("a/lock", "new")
    made.write("a/fresh", "untracked")
    return made


def beside(checkout, *, prefix="", exclude=("vendor/",), staged=False, base="HEAD"):
    git = Git(checkout.root)
    commit = git.resolve(base) if base else None
    return Beside(checkout.root, scope_of(prefix, exclude), git, commit, staged)


def test_the_head_is_the_working_tree_and_the_base_its_commit(checkout):
    found = beside(checkout)
    assert (found.head("a/lock"), found.base("a/lock")) == (b"new", b"old")
    assert (found.head("a/fresh"), found.base("a/fresh")) == (b"untracked", None)
    assert found.paths() == ["a/fresh", "a/lock", "a/same", "b/lock"]
    assert found.base_paths() == ["a/lock", "a/same", "b/lock"]


def test_a_folder_bounds_what_is_listed_and_not_what_can_be_read(checkout):
    found = beside(checkout, prefix="a")
    assert found.paths() == ["a/fresh", "a/lock", "a/same"]
    assert found.base_paths() == ["a/lock", "a/same"]
    assert found.head("b/lock") == b"other"


def test_with_staged_the_head_is_the_index(checkout):
    found = beside(checkout, staged=True)
    assert found.head("a/lock") == b"old"
    assert found.head("a/fresh") is None
    assert "a/fresh" not in found.paths()
    checkout.git("add", "a")
    assert (found.head("a/lock"), found.head("a/fresh")) == (b"new", b"untracked")


def test_without_a_base_there_is_none(checkout):
    found = beside(checkout, base=None)
    assert (found.base("a/lock"), found.base_paths()) == (None, [])


@pytest.mark.parametrize("path", ["../r/a/lock", "/etc/passwd", "a/../../r/a/lock", "", ".", "a\0b", "a"])
def test_nothing_outside_the_repository_is_read(checkout, path):
    found = beside(checkout)
    assert (found.head(path), found.base(path)) == (None, None)


def test_a_way_round_inside_is_taken(checkout):
    assert beside(checkout).head("b/../a/./lock") == b"new"


def test_no_link_is_followed(checkout, tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/lock").write_text("x")
    (checkout.root / "link").symlink_to(tmp_path / "secret")
    (checkout.root / "folder").symlink_to(tmp_path / "folder")
    found = beside(checkout)
    assert (found.head("link"), found.head("folder/lock")) == (None, None)


def test_what_is_too_large_is_not_read(checkout):
    with (checkout.root / "huge").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert beside(checkout).head("huge") is None


def test_every_tree_has_one(checkout, tmp_path):
    git, digest = Git(checkout.root), bytes.hex
    folder = of_folder(checkout.root, ("vendor/", ".git/"), digest)
    whole = of_checkout(git, "", ("vendor/",), digest)
    head = git.resolve("HEAD")
    change = of_change(git, "", ("vendor/",), digest, base=head, head=head, workspace=tmp_path / "w")
    for tree in (folder, whole, change):
        assert tree.beside.paths() == ["a/fresh", "a/lock", "a/same", "b/lock"]
    assert [tree.beside.base("a/lock") for tree in (folder, whole, change)] == [None, None, b"old"]
