import os

import pytest

from checkouts import Checkout
from lockgate.git import Git
from lockgate.source import MAX_BYTES, Unreadable
from lockgate.staged import of_index


def digest(data):
    return data.decode("latin-1")


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "r")


def staged(checkout, tmp_path, *, base="HEAD", prefix="", exclude=(), told=None):
    git = Git(checkout.root, told or {})
    commit = git.resolve(base) if base else None
    return of_index(git, prefix, exclude, digest, base=commit, workspace=tmp_path / "w")


def contents(sources):
    assert all(source.file.read_bytes().decode("latin-1") == source.digest for source in sources)
    return {source.path: source.digest for source in sources}


def test_what_is_staged_counts_and_not_what_is_in_the_working_tree(checkout, tmp_path):
    checkout.commit({"a": "old", "b": "same", "gone": "x"})
    checkout.write("a", "staged")
    checkout.write("new", "new")
    checkout.git("add", "a", "new")
    checkout.git("rm", "-q", "gone")
    checkout.write("a", "only on disk")
    checkout.write("b", "only on disk")
    checkout.write("untracked", "x")
    tree = staged(checkout, tmp_path)
    assert contents(tree.head) == {"a": "staged", "new": "new"}
    assert contents(tree.base) == {"a": "old", "gone": "x"}
    assert tree.changed == {"a", "new", "gone"}
    assert (tree.unreadable, tree.history) == ((), ())


def test_what_is_staged_and_no_longer_on_disk_is_judged(checkout, tmp_path):
    checkout.commit({"a": "x"})
    checkout.write("new", "new")
    checkout.git("add", "new")
    (checkout.root / "new").unlink()
    assert contents(staged(checkout, tmp_path).head) == {"new": "new"}


def test_a_renamed_file_keeps_its_origin(checkout, tmp_path):
    checkout.commit({"old name": "line\n" * 30})
    checkout.git("mv", "old name", "new name")
    tree = staged(checkout, tmp_path)
    assert [(source.path, source.origin) for source in tree.head] == [("new name", "old name")]
    assert contents(tree.base) == {"old name": "line\n" * 30}


def test_before_the_first_commit_all_that_is_staged_is_new(checkout, tmp_path):
    checkout.write("a", "x")
    checkout.git("add", "a")
    checkout.write("b", "not staged")
    tree = staged(checkout, tmp_path, base="")
    assert contents(tree.head) == {"a": "x"}
    assert (tree.base, tree.changed) == ((), None)


def test_of_a_merge_only_what_neither_side_has_is_new(checkout, tmp_path):
    checkout.commit({"both": "start\n", "ours": "1\n", "theirs": "1\n"})
    checkout.git("switch", "-q", "-c", "topic")
    checkout.commit({"both": "topic\n", "theirs": "2\n", "brought": "x\n"})
    checkout.git("switch", "-q", "main")
    checkout.commit({"both": "main\n", "ours": "2\n"})
    with pytest.raises(Exception, match="merge"):
        checkout.git("merge", "-q", "topic")
    conflict = staged(checkout, tmp_path)
    assert conflict.unreadable == (Unreadable("both", "it has a conflict that is not resolved"),)
    checkout.write("both", "resolved\n")
    checkout.git("add", "both")
    tree = staged(checkout, tmp_path / "again")
    assert contents(tree.head) == {"both": "resolved\n"}
    assert sorted(source.digest for source in tree.base) == ["main\n", "topic\n"]


def test_the_index_that_git_tells_a_hook_of_is_read(checkout, tmp_path):
    checkout.commit({"a": "old"})
    other = tmp_path / "next-index"
    other.write_bytes((checkout.root / ".git" / "index").read_bytes())
    checkout.write("a", "for this commit")
    checkout.git("add", "a")
    index = checkout.root / ".git" / "index"
    told, swapped = index.read_bytes(), other.read_bytes()
    index.write_bytes(swapped)
    other.write_bytes(told)
    assert contents(staged(checkout, tmp_path / "1").head) == {}
    tree = staged(checkout, tmp_path / "2", told={"GIT_INDEX_FILE": str(other)})
    assert contents(tree.head) == {"a": "for this commit"}


def test_prefix_and_exclude(checkout, tmp_path):
    checkout.commit({"in/a": "1"})
    for path in ("in/a", "in/vendor/b", "out/c"):
        checkout.write(path, "2")
    checkout.git("add", "-A")
    tree = staged(checkout, tmp_path, prefix="in", exclude=["vendor/"])
    assert contents(tree.head) == {"in/a": "2"}
    assert tree.excluded == 1


@pytest.mark.parametrize(
    ("target", "leaves"),
    [("a", False), ("../a", False), ("../../a", True), ("/etc/passwd", True), ("d/../../../../x", True)],
)
def test_a_link_is_followed_nowhere(checkout, tmp_path, target, leaves):
    checkout.commit({"a": "x"})
    (checkout.root / "d").mkdir()
    (checkout.root / "d" / "link").symlink_to(target)
    checkout.git("add", "-A")
    tree = staged(checkout, tmp_path)
    assert tree.head == ()
    assert [item.path for item in tree.unreadable] == (["d/link"] if leaves else [])


def test_a_file_becomes_a_link_and_a_link_a_file(checkout, tmp_path):
    checkout.write("file", "x")
    (checkout.root / "link").symlink_to("file")
    checkout.commit()
    (checkout.root / "file").unlink()
    (checkout.root / "link").unlink()
    (checkout.root / "file").symlink_to("link")
    checkout.write("link", "now text")
    checkout.git("add", "-A")
    assert contents(staged(checkout, tmp_path).head) == {"link": "now text"}


def test_what_cannot_be_looked_at_is_named(checkout, tmp_path):
    checkout.commit({"a": "x"})
    checkout.write("large", b"\n" * (MAX_BYTES + 1))
    checkout.git("add", "large")
    tree = staged(checkout, tmp_path)
    assert tree.unreadable == (Unreadable("large", "it is too large, or its name cannot be used here"),)


def test_hostile_names(checkout, tmp_path):
    checkout.commit({"a": "x"})
    names = [b"a\nb", b"caf\xe9", b":(glob)*", b"-rf", b"::error::x", b"sp ace", b"t\tab"]
    for name in names:
        checkout.write(name, b"new")
    checkout.git("add", "-A")
    assert set(contents(staged(checkout, tmp_path).head)) == {os.fsdecode(name) for name in names}


def test_a_submodule_and_nothing_at_all(checkout, tmp_path):
    commit = checkout.commit({"a": "x"})
    assert staged(checkout, tmp_path / "1").changed == frozenset()
    checkout.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    tree = staged(checkout, tmp_path / "2")
    assert (tree.head, tree.unreadable) == ((), ())
