import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkouts import Checkout, listing
from lockgate.diff import Change, is_file
from lockgate.errors import PlatformError
from lockgate.git import Git, find

HOSTILE = [b"a\nb", b"a\tb", b":100644 x", b"-rf", b"caf\xe9", b"\x01x", b"::error::x", b" ", b"'\"\\$(x)`",
           "e\u0301".encode(), "\u00e9".encode(), b"*?[", b":(top)x", b"..x", b"x" * 255]  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "repo")


def git(checkout):
    return Git(checkout.root)


def moves(changes):
    return sorted((change.old, change.new) for change in changes)


def added(checkout, base, head="HEAD"):
    found = git(checkout).added(base, checkout.git("rev-parse", head))
    return [(item.path, checkout.git("cat-file", "blob", item.blob), item.commit) for item in found]


def age(folder):
    """Make the index older than the files, whose times then differ from those in it."""
    for path in folder.rglob("*"):
        if ".git" not in path.parts and path.is_file():
            os.utime(path, (time.time() - 5000, time.time() - 5000))


def test_is_file():
    assert [is_file(mode) for mode in ("100644", "100755", "120000", "160000")] == [True, True, False, False]


# --- where a checkout is ---


def test_find_gives_the_top_folder(checkout):
    sub = checkout.root / "a" / "b"
    sub.mkdir(parents=True)
    assert find(checkout.root) == find(sub) == Git(checkout.root)


def test_no_checkout(tmp_path):
    assert find(tmp_path) is None


def test_a_folder_that_is_wholly_ignored_is_no_part_of_the_checkout(checkout):
    checkout.commit({".gitignore": "out/\nforced/\n", "in/a": ""})
    checkout.write("out/deep/a")
    checkout.write("forced/a")
    checkout.git("add", "-f", "forced/a")
    assert find(checkout.root / "out") is None
    assert find(checkout.root / "out" / "deep") is None
    assert find(checkout.root / "in") == find(checkout.root / "forced") == Git(checkout.root)


@pytest.mark.parametrize("name", [b"-x", b"a\nb", b"caf\xe9", b"end\n", b":(top)"])
def test_a_folder_of_any_name(tmp_path, name):
    root = tmp_path / os.fsdecode(name)
    Checkout(root).write("sub/a")
    assert find(root) == find(root / "sub") == Git(root)


def test_a_worktree_and_a_submodule_are_checkouts_of_their_own(checkout, tmp_path):
    checkout.commit({"a": "1"})
    checkout.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    assert find(tmp_path / "tree") == Git(tmp_path / "tree")
    outer = Checkout(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", str(checkout.root), "sub")
    assert find(outer.root / "sub") == Git(outer.root / "sub")
    outer.commit()
    assert git(outer).tracked() == [".gitmodules"]
    assert git(outer).untracked() == []


def test_a_link_to_a_checkout(checkout, tmp_path):
    (tmp_path / "link").symlink_to(checkout.root)
    assert find(tmp_path / "link") == Git(checkout.root)


def spoil_config(checkout):
    checkout.write(".git/config", "[core\n")


def break_link(checkout):
    shutil.rmtree(checkout.root / ".git")
    checkout.write(".git", "gitdir: /no/such/folder\n")


def make_bare(checkout):
    checkout.git("config", "core.bare", "true")


def lead_elsewhere(checkout):
    checkout.git("config", "core.worktree", str(checkout.root.parent / "home"))


@pytest.mark.parametrize("spoil", [spoil_config, break_link, make_bare, lead_elsewhere])
def test_a_checkout_that_cannot_be_read_is_an_error_and_no_plain_folder(checkout, spoil):
    spoil(checkout)
    with pytest.raises(PlatformError):
        find(checkout.root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_dubious_ownership_says_what_to_do(checkout):
    checkout.commit({"a": ""})
    for path in (checkout.root, *checkout.root.rglob("*")):
        os.chown(path, 12345, 12345)
    with pytest.raises(PlatformError, match="dubious ownership") as raised:
        find(checkout.root)
    assert raised.value.todo == f"run `git config --global --add safe.directory '{checkout.root}'`"


# --- revisions ---


def test_revisions(checkout):
    first = checkout.commit({"a": "1"})
    checkout.git("checkout", "-q", "-b", "side")
    side = checkout.commit({"b": "1"})
    checkout.git("tag", "-a", "v1", "-m", "x")
    assert git(checkout).resolve("main") == first
    assert (
        git(checkout).resolve("v1")
        == git(checkout).resolve("HEAD")
        == git(checkout).resolve(side[:10])
        == side
    )
    assert git(checkout).merge_base("main", side) == first
    assert git(checkout).branch() == "side"
    assert git(checkout).default_branch() == "main"


NO_COMMIT = ["", "gone", "-h", "--help", "--all", "HEAD:a", "HEAD..HEAD", "^HEAD", "@{-1}", "a\0b", "\ud800",
             "HEAD\nHEAD", "x" * 100_000]  # fmt: skip


@pytest.mark.parametrize("revision", NO_COMMIT)
def test_what_names_no_commit(checkout, revision):
    checkout.commit({"a": "1"})
    assert git(checkout).resolve(revision) is None


def test_an_empty_repository(checkout):
    empty = git(checkout)
    assert empty.resolve("HEAD") is None
    assert (empty.branch(), empty.default_branch(), empty.is_shallow()) == ("main", None, False)
    assert (empty.tracked(), empty.untracked(), empty.is_dirty()) == ([], [], True)
    checkout.write("a")
    assert empty.untracked() == ["a"]


def test_a_detached_head_and_a_shallow_clone(checkout, tmp_path):
    checkout.commit({"a": "1"})
    head = checkout.commit({"a": "2"})
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{checkout.root}", clone], check=True)
    subprocess.run(["git", "checkout", "-q", "--detach"], cwd=clone, check=True)
    assert Git(clone).branch() is None
    assert Git(clone).is_shallow()
    assert Git(clone).default_branch() == "origin/main"
    assert Git(clone).resolve("HEAD") == head
    assert Git(clone).resolve("HEAD~1") is None
    assert Git(clone).merge_base("HEAD", "0" * 40) is None
    with pytest.raises(PlatformError, match="rev-list"):
        Git(clone).added("0" * 40, head)


# --- what there is, and what changed ---


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_any_name_in_every_list(tmp_path, form):
    checkout = Checkout(tmp_path / "repo", f"--object-format={form}")
    names = sorted(os.fsdecode(name) for name in HOSTILE)
    base = checkout.commit()
    for name in names:
        checkout.write(name, name.encode("utf-8", "surrogateescape"))
    assert sorted(git(checkout).untracked()) == names
    head = checkout.commit()
    assert sorted(git(checkout).tracked()) == sorted(git(checkout).tree(head)) == names
    assert moves(git(checkout).changes(base)) == [("", name) for name in names]
    assert sorted(item.path for item in git(checkout).added(base, head)) == names
    blobs = git(checkout).tree(head)
    wanted = {blobs[name]: name.encode("utf-8", "surrogateescape") for name in names}
    assert dict(git(checkout).contents(list(wanted))) == wanted
    assert git(checkout).sizes(list(wanted)) == {blob: len(data) for blob, data in wanted.items()}
    assert all(git(checkout).show(head, name, 300) == os.fsencode(name) for name in names)
    assert not git(checkout).is_dirty()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 47} & set(name)), max_size=5))
def test_names_come_back_from_any_tree(tmp_path_factory, names):
    checkout = Checkout(tmp_path_factory.mktemp("any"))
    base = checkout.commit()
    names = sorted({name for name in names if not name.lower().startswith((b".", b"git~"))})
    head = checkout.commit_of(*(("100644", checkout.blob(name), name) for name in names), parent=base)
    assert [os.fsencode(path) for path in git(checkout).tree(head)] == names
    assert {os.fsencode(item.path) for item in git(checkout).added(base, head)} == set(names)


def test_changes_of_every_kind(checkout):
    text = "".join(f"line {number}\n" for number in range(50))
    base = checkout.commit(
        {"kept": "k", "edited": "1", "moved": text, "gone": "g", "typed": "t", "mode": "m"}
    )
    (checkout.root / "moved").rename(checkout.root / "else where")
    checkout.git("add", "-A")
    checkout.write("else where", text + "and one\n")
    checkout.write("edited", "2")
    (checkout.root / "gone").unlink()
    (checkout.root / "typed").unlink()
    (checkout.root / "typed").symlink_to("kept")
    (checkout.root / "mode").chmod(0o755)
    checkout.write("staged", "s")
    checkout.git("add", "staged")
    checkout.write("loose", "u")
    changes = git(checkout).changes(base)
    assert moves(changes) == [
        ("", "staged"), ("edited", "edited"), ("gone", ""), ("mode", "mode"), ("moved", "else where"),
        ("typed", "typed"),
    ]  # fmt: skip
    before = {change.old: change for change in changes}
    assert before["moved"].blob == checkout.git("rev-parse", f"{base}:moved")
    assert before["typed"] == Change("typed", "typed", "100644", checkout.git("rev-parse", f"{base}:typed"))
    assert git(checkout).is_dirty()


def test_a_copy_is_an_added_file_whatever_the_configuration_says(checkout):
    text = "".join(f"line {number}\n" for number in range(50))
    checkout.git("config", "diff.renames", "copies")
    base = checkout.commit({"a": text})
    checkout.commit({"a": text + "x", "b": text})
    assert moves(git(checkout).changes(base)) == [("", "b"), ("a", "a")]


def test_a_file_becomes_a_folder_and_a_folder_a_file(checkout):
    base = checkout.commit({"a": "1", "b/c": "2"})
    (checkout.root / "a").unlink()
    shutil.rmtree(checkout.root / "b")
    checkout.commit({"a/x": "3", "b": "4"})
    assert moves(git(checkout).changes(base)) == [("", "a/x"), ("", "b"), ("a", ""), ("b/c", "")]


def test_files_in_conflict_are_changed_and_their_base_is_known(checkout):
    base = checkout.commit({"a": "0\n"})
    checkout.git("checkout", "-q", "-b", "side")
    checkout.commit({"a": "1\n"})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a": "2\n"})
    with pytest.raises(subprocess.CalledProcessError):
        checkout.git("merge", "-q", "side")
    blob = checkout.git("rev-parse", f"{base}:a")
    assert git(checkout).changes(base) == [Change("a", "a", "100644", blob)]
    assert set(git(checkout).tracked()) == {"a"}


def test_untouched_files_whose_times_differ_are_not_changed(checkout):
    base = checkout.commit({"a": "1", "b": "2"})
    age(checkout.root)
    assert git(checkout).changes(base) == []
    assert not git(checkout).is_dirty()


def test_nested_checkouts_and_ignored_files_are_not_untracked(checkout):
    checkout.commit({".gitignore": "*.log\n"})
    checkout.write("a.log")
    checkout.write("sub/a")
    Checkout(checkout.root / "nested").commit({"secret": "x"})
    Checkout(checkout.root / "nested-empty").write("x")
    assert git(checkout).untracked() == ["sub/a"]


# --- what commits added ---


def test_contents_that_a_later_commit_removed(checkout):
    base = checkout.commit({"a": "0"})
    one = checkout.commit({"a": "1", "b": "same"})
    two = checkout.commit({"a": "2", "b": None, "c": "same"})
    checkout.commit({"a": "1"})
    checkout.commit()
    assert added(checkout, base) == [("a", "1", one), ("b", "same", one), ("a", "2", two), ("c", "same", two)]
    assert git(checkout).added(base, base) == []


def test_what_the_base_branch_brought_is_not_added_but_an_evil_merge_is(checkout):
    start = checkout.commit({"a": "0\n", "shared": "0\n"})
    checkout.git("checkout", "-q", "-b", "side")
    mine = checkout.commit({"mine": "m"})
    checkout.git("checkout", "-q", "main")
    main = checkout.commit({"theirs": "t", "shared": "1\n"})
    checkout.git("checkout", "-q", "side")
    checkout.git("merge", "-q", "--no-commit", "--no-ff", "main")
    evil = checkout.commit({"a": "evil\n", "new in the merge": "n"})
    assert git(checkout).merge_base("main", evil) == main
    assert added(checkout, main) == [
        ("mine", "m", mine),
        ("a", "evil", evil),
        ("new in the merge", "n", evil),
    ]
    assert ("theirs", "t", main) in added(checkout, start)


def test_an_octopus_and_a_second_root(checkout):
    base = checkout.commit({"a": "0\n"})
    for name in ("one", "two"):
        checkout.git("checkout", "-q", "-b", name, base)
        checkout.commit({name: name})
    checkout.git("checkout", "-q", "--orphan", "root")
    checkout.git("rm", "-rqf", ".")
    checkout.commit({"orphan": "o"})
    checkout.git("checkout", "-q", "main")
    checkout.git("merge", "-q", "--no-commit", "--no-ff", "one", "two")
    evil = checkout.commit({"a": "evil\n"})
    checkout.git("merge", "-q", "--allow-unrelated-histories", "root")
    found = {(path, text) for path, text, _ in added(checkout, base)}
    assert found == {("one", "one"), ("two", "two"), ("a", "evil"), ("orphan", "o")}
    assert [commit for path, _, commit in added(checkout, base) if path == "a"] == [evil]


def test_links_and_submodules_are_no_added_blobs(checkout):
    base = checkout.commit({"a": "0"})
    (checkout.root / "link").symlink_to("/etc/passwd")
    checkout.git("update-index", "--add", "--cacheinfo", f"160000,{base},module")
    checkout.git("add", "link")
    checkout.git("commit", "-qm", "x")
    assert added(checkout, base) == []
    assert git(checkout).tracked() == ["a", "link"]
    checkout.write("a", "1")
    assert moves(git(checkout).changes(base)) == [("", "link"), ("a", "a")]


def test_configuration_does_not_hide_what_was_added(checkout, home):
    base = checkout.commit({"a": "0"})
    checkout.git("checkout", "-q", "--orphan", "root")
    head = checkout.commit({"a": "1"})
    for key, value in {
        "log.showRoot": "false", "log.diffMerges": "off", "log.showSignature": "true", "log.follow": "true",
        "i18n.logOutputEncoding": "UTF-16", "color.ui": "always", "color.diff": "always",
        "diff.relative": "true", "diff.noprefix": "true", "diff.renames": "copies", "diff.submodule": "log",
        "diff.autoRefreshIndex": "false", "diff.orderFile": "/dev/null", "format.pretty": "oneline",
        "core.quotePath": "true", "core.abbrev": "4",
    }.items():  # fmt: skip
        checkout.git("config", "-f", str(home / ".gitconfig"), key, value)
        checkout.git("config", key, value)
    checkout.write("caf\u00e9")
    age(checkout.root)
    assert git(checkout).added(base, head)[0].path == "a"
    assert moves(git(checkout).changes(base)) == [("a", "a")]
    assert git(checkout).untracked() == ["caf\u00e9"]
    assert not git(checkout).is_dirty()


# --- contents ---


def test_contents_and_their_limits(checkout):
    head = checkout.commit({"a": b"x" * 100, "dir/b": "2"})
    blob = checkout.git("rev-parse", "HEAD:a")
    assert git(checkout).content(blob, 100) == b"x" * 100
    assert git(checkout).content(blob, 99) is None
    assert git(checkout).show(head, "dir/b", 10) == b"2"
    for path in ("gone", "dir", "-x", "../a", "a\nb"):
        assert git(checkout).show(head, path, 1000) is None
    assert git(checkout).sizes(["0" * 40, blob]) == {blob: 100}
    assert list(git(checkout).contents(["0" * 40, blob])) == [(blob, b"x" * 100)]
    assert list(git(checkout).contents([])) == []


def test_contents_that_look_like_headers(checkout):
    data = [b"", b"\n", b"x blob 5\n", b"\0" * 10, b"a missing\n", b"b" * 40 + b" blob 1\nx\n"]
    blobs = {checkout.blob(item): item for item in data}
    assert dict(git(checkout).contents(list(blobs))) == blobs


def test_a_damaged_blob_is_left_out(checkout):
    good, bad = checkout.blob(b"good"), checkout.blob(b"bad" * 1000)
    file = checkout.root / ".git" / "objects" / bad[:2] / bad[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-10] + b"\0" * 10)
    assert bad not in dict(git(checkout).contents([good, bad]))
    assert git(checkout).content(good, 10) == b"good"
    assert git(checkout).content(bad, 10_000) is None


def test_a_broken_repository_is_an_error(checkout):
    base = checkout.commit({"a": "1"})
    checkout.write(".git/index", "rubbish")
    for ask in (git(checkout).tracked, git(checkout).untracked, lambda: git(checkout).changes(base)):
        with pytest.raises(PlatformError, match=r"git .* failed: (fatal|error): "):
            ask()
    with pytest.raises(PlatformError):
        git(checkout).tree("0" * 40)


# --- a checkout that means harm ---


def arm(checkout, mark):
    """Configure every program that git may run, each to leave a mark."""
    program = checkout.write(".git/evil", f"#!/bin/sh\necho $0 $* >>{mark}\ncat\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.pager", "core.editor", "core.askPass",
        "core.alternateRefsCommand", "credential.helper", "gpg.program", "pager.diff", "pager.log",
        "diff.external", "diff.evil.command", "diff.evil.textconv", "interactive.diffFilter",
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "filter.e.v=il.process",
        "merge.evil.driver", "sequence.editor", "uploadpack.packObjectsHook", "remote.origin.uploadpack",
        "alias.diff", "alias.ls-files",
    ):  # fmt: skip
        checkout.git("config", key, str(program) if not key.startswith("alias") else f"!{program}")
    for key, value in {
        "filter.evil.required": "true", "filter.e.v=il.required": "true", "log.showSignature": "true",
        "core.untrackedCache": "true", "core.splitIndex": "true",
        "core.hooksPath": str(checkout.root / "hooks"), "diff.autoRefreshIndex": "true",
    }.items():  # fmt: skip
        checkout.git("config", key, value)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "reference-transaction"):
        for folder in ("hooks", ".git/hooks"):
            shutil.copy(program, checkout.write(f"{folder}/{hook}"))


def ask_everything(found, base):
    head = found.resolve("HEAD")
    found.merge_base(base, head), found.branch(), found.default_branch(), found.is_shallow()
    found.tracked(), found.untracked(), found.is_dirty(), found.tree(base), found.show(base, "a.x", 100)
    blobs = [item.blob for item in found.added(base, head)]
    found.sizes(blobs), list(found.contents(blobs))
    return moves(found.changes(base))


def test_nothing_of_the_checkout_runs_and_nothing_is_written_into_it(checkout, tmp_path):
    mark = tmp_path / "mark"
    attributes = "*.x filter=evil diff=evil merge=evil\n*.y filter=e.v=il\n"
    base = checkout.commit({".gitattributes": attributes, "a.x": "1\n", "b.y": "1\n", "c.x": "1\n"})
    checkout.commit({"a.x": "2\n"})
    module = Checkout(tmp_path / "module")
    module.commit({"m": "1"})
    checkout.git("submodule", "--quiet", "add", str(module.root), "module")
    checkout.commit()
    arm(checkout, mark)
    checkout.git(
        "config", "-f", ".git/modules/module/config", "core.fsmonitor", str(checkout.root / ".git/evil")
    )
    age(checkout.root)
    checkout.write("b.y", "2\n")
    checkout.write("module/m", "2")
    mark.unlink(missing_ok=True)
    before = listing(checkout.root)
    changed = ask_everything(find(checkout.root), base)
    assert listing(checkout.root) == before
    assert not mark.exists(), mark.read_text()
    assert [pair for pair in changed if "hooks" not in pair[1] and ".git" not in pair[1]] == [
        ("a.x", "a.x"), ("b.y", "b.y")
    ]  # fmt: skip


def test_the_arms_are_loaded(checkout, tmp_path):
    """Show that plain git would run them: else the test above shows nothing."""
    mark = tmp_path / "mark"
    base = checkout.commit({".gitattributes": "*.x filter=evil diff=evil\n", "a.x": "1\n"})
    arm(checkout, mark)
    mark.unlink(missing_ok=True)
    age(checkout.root)
    subprocess.run(["git", "diff", base], cwd=checkout.root, check=False, capture_output=True)
    assert "evil" in mark.read_text()


def test_plain_git_writes_into_the_checkout_whatever_it_is_told(checkout):
    """Show why a copy of the index is used."""
    base = checkout.commit({"a": "1"})
    age(checkout.root)
    before = listing(checkout.root)
    assert git(checkout).changes(base) == []
    assert not git(checkout).is_dirty()
    assert listing(checkout.root) == before
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    subprocess.run(["git", "diff", base], cwd=checkout.root, env=quiet, check=True)
    assert listing(checkout.root) != before


def test_a_partial_clone_fetches_nothing(checkout, tmp_path):
    mark = tmp_path / "mark"
    base = checkout.commit({"a": "1\n" * 50, "b": "2\n"})
    checkout.commit({"a": None, "c": "1\n" * 49})
    clone = Checkout(tmp_path / "clone")
    clone.git("fetch", "-q", str(checkout.root), "main")
    clone.git("reset", "-q", "--hard", "FETCH_HEAD")
    blob = checkout.git("rev-parse", f"{base}:a")
    clone.git("config", "remote.origin.url", f"file://{checkout.root}")
    clone.git("config", "remote.origin.promisor", "true")
    clone.git("config", "core.repositoryFormatVersion", "1")
    clone.git("config", "extensions.partialClone", "origin")
    arm(clone, mark)
    mark.unlink(missing_ok=True)
    lost = clone.root / ".git" / "objects" / blob[:2] / blob[2:]
    lost.unlink()
    assert list(Git(clone.root).contents([blob])) == []
    assert Git(clone.root).content(blob, 1000) is None
    with pytest.raises(PlatformError):
        Git(clone.root).changes(base)
    assert not mark.exists(), mark.read_text()


def test_objects_are_what_their_names_say(checkout):
    base = checkout.commit({"a": "clean"})
    head = checkout.commit({"a": "secret"})
    checkout.git("replace", head, base)
    assert added(checkout, base)[0][:2] == ("a", "secret")


def test_a_read_only_index_and_folder(checkout):
    base = checkout.commit({"a": "1"})
    age(checkout.root)
    (checkout.root / ".git" / "index").chmod(0o400)
    (checkout.root / ".git").chmod(0o500)
    try:
        assert git(checkout).changes(base) == []
    finally:
        (checkout.root / ".git").chmod(0o700)


def test_a_checkout_without_an_index(checkout):
    base = checkout.commit({"a": "1"})
    (checkout.root / ".git" / "index").unlink()
    assert moves(git(checkout).changes(base)) == [("a", "")]
    assert git(checkout).untracked() == ["a"]


def test_a_missing_folder(tmp_path):
    with pytest.raises(Exception, match="could not be started"):
        Git(Path(tmp_path, "gone")).tracked()
