import os
import shutil
import subprocess
import sys
from hashlib import sha1, sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkouts import Checkout, listing
from lockgate.errors import InputError
from lockgate.git import Git, find
from lockgate.source import MAX_BYTES
from lockgate.tree import of_change, of_checkout, of_folder

ODD = [b"a\nb", b"::error::x", b"caf\xe9", "e\u0301".encode(), "\u00e9".encode(), b"-rf", b" ", b"*", b"x\\y"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "repo")


def digest(data):
    return sha256(data).hexdigest()


def folder(root, *exclude):
    return of_folder(root, exclude, digest)


def everything(checkout, prefix="", exclude=()):
    return of_checkout(Git(checkout.root), prefix, exclude, digest)


def change(checkout, base, prefix="", exclude=()):
    workspace = checkout.root.parent / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    git = Git(checkout.root)
    head = git.resolve("HEAD")
    tree = of_change(git, prefix, exclude, digest, base=base, head=head, workspace=workspace)
    for source in (*tree.base, *tree.history):
        assert source.file.resolve().is_relative_to(workspace.resolve())
    return tree


def paths(sources):
    """Give the sources' paths, each of which must hold what its digest says."""
    for source in sources:
        assert source.digest == digest(source.file.read_bytes())
    return [source.path for source in sources]


def texts(sources):
    return sorted((source.path, source.file.read_text()) for source in sources)


def why(tree):
    return {item.path: item.why for item in tree.unreadable}


# --- a plain folder ---


def test_every_file_of_a_folder(tmp_path):
    for name in ("a", "sub/b", ".hidden/c", ".git/config", "sub/.git/d", "x.git/e"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    tree = folder(tmp_path)
    assert paths(tree.head) == [".hidden/c", "a", "sub/b", "x.git/e"]
    assert (tree.changed, tree.base, tree.history, tree.unreadable, tree.excluded) == (None, (), (), (), 0)


@pytest.mark.parametrize("name", ODD)
def test_names_of_any_bytes(tmp_path, name):
    path = os.fsdecode(name)
    (tmp_path / path).mkdir()
    (tmp_path / path / path).write_text("x")
    assert paths(folder(tmp_path).head) == [f"{path}/{path}"]


def test_an_earlier_report_is_not_scanned_but_what_lies_beside_it_is(tmp_path):
    report = tmp_path / "lockgate-report"
    report.mkdir()
    for name in (".gitignore", "verdict.json", "lockgate.sarif", "report.html", "badge.json", "app.py"):
        (report / name).write_text("x")
    for name in ("lighthouse/head/index-1.json.gz", "lighthouse/head/app.js", "lighthouse/app.json.gz"):
        for top in (tmp_path, report):
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text("x")
    (tmp_path / "report.html").write_text("x")
    (tmp_path / "badge.json").write_text("x")
    assert paths(folder(tmp_path).head) == [
        "badge.json",
        "lighthouse/app.json.gz",
        "lighthouse/head/app.js",
        "lighthouse/head/index-1.json.gz",
        "lockgate-report/app.py",
        "lockgate-report/lighthouse/app.json.gz",
        "lockgate-report/lighthouse/head/app.js",
        "report.html",
    ]


def test_an_earlier_report_of_the_folder_itself_is_not_scanned(tmp_path):
    (tmp_path / "lighthouse" / "base").mkdir(parents=True)
    for name in (".gitignore", "verdict.json", "lockgate.sarif", "report.html", "lighthouse/base/a.json.gz"):
        (tmp_path / name).write_text("x")
    (tmp_path / "lighthouse" / "base" / "1-products").mkdir()
    (tmp_path / "lighthouse" / "base" / "1-products" / "head-1.json.gz").write_text("x")
    assert folder(tmp_path).head == ()


def test_what_is_no_file_is_named(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real" / "a").write_text("x")
    links = {"in": "real/a", "in-folder": "real", "loop": "loop", "one": "two", "two": "one",
             "dangling": "gone", "absolute": str(root / "real"), "out": "../outside/secret",
             "out-folder": "../outside",
             "etc": "/etc/passwd", "gone-out": "/no/such/file", "twisted": "real/../../outside"}  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe")
    with (root / "huge").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    (root / "limit").write_bytes(b"x" * MAX_BYTES)
    tree = folder(root)
    assert paths(tree.head) == ["limit", "real/a"]
    leaves = "a symbolic link that leaves the repository"
    assert why(tree) == {
        "etc": leaves, "gone-out": leaves, "out": leaves, "out-folder": leaves, "twisted": leaves,
        "huge": "larger than 20 MB", "pipe": "not a regular file",
    }  # fmt: skip


UNREADABLE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from lockgate.tree import of_folder
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
tree = of_folder(Path(sys.argv[2]), (), lambda data: data.decode())
print([(source.path, source.digest) for source in tree.head], [(i.path, i.why) for i in tree.unreadable])
"""


def test_a_file_and_a_folder_that_may_not_be_read(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "open").write_text("x")
    (root / "file").write_text("x")
    (root / "file").chmod(0)
    (root / "folder").mkdir()
    (root / "folder" / "a").write_text("x")
    (root / "folder").chmod(0)
    for parent in (root, *root.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)
    scripts = Path(__file__).parents[1] / "scripts"
    argv = [sys.executable, "-I", "-B", "-c", UNREADABLE, str(scripts), str(root)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    (root / "folder").chmod(0o700)
    assert done.stdout.strip() == str([("open", "x")]) + " " + str(
        [("file", "Permission denied"), ("folder", "a folder that cannot be listed: Permission denied")]
    ), done.stderr


def test_patterns_exclude_as_gitignore_does(tmp_path):
    for name in (
        "vendor/a.py",
        "src/vendor/b.py",
        "src/c.min.js",
        "src/keep.min.js",
        "top.py",
        "src/top.py",
        "a\nb",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    tree = folder(tmp_path, "vendor/", "*.min.js", "!keep.min.js", "/top.py", "# a comment", "")
    assert paths(tree.head) == ["a\nb", "src/keep.min.js", "src/top.py"]
    assert tree.excluded == 4


def test_a_pattern_that_is_none_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="`exclude` holds a pattern"):
        folder(tmp_path, "!")


# --- a whole checkout ---


def test_tracked_and_untracked_files_but_none_that_is_ignored(checkout):
    checkout.commit({".gitignore": "*.log\n", "a": "1", "sub/b": "2", "gone": "3", "forced.log": "4"})
    checkout.git("add", "-f", "forced.log")
    (checkout.root / "gone").unlink()
    checkout.write("new.py", "5")
    checkout.write("new.log", "6")
    tree = everything(checkout)
    assert paths(tree.head) == [".gitignore", "a", "forced.log", "new.py", "sub/b"]
    assert (tree.unreadable, tree.changed) == ((), None)
    assert everything(Checkout(checkout.root.parent / "empty")).head == ()


def test_a_part_of_a_monorepo(checkout):
    checkout.commit({"a": "1", "app/b": "2", "app/deep/c": "3", "application/d": "4"})
    checkout.write("app/new", "5")
    tree = everything(checkout, "app", ["deep/"])
    assert paths(tree.head) == ["app/b", "app/new"]
    assert tree.excluded == 1


def test_links_and_odd_files_in_a_checkout(checkout, tmp_path):
    (checkout.root / "out").symlink_to("../elsewhere")
    (checkout.root / "loop").symlink_to("loop")
    checkout.commit({"a": "1", "pipe": "2", "sub/b": "3"})
    (checkout.root / "pipe").unlink()
    os.mkfifo(checkout.root / "pipe")
    assert why(everything(checkout)) == {
        "out": "a symbolic link that leaves the repository", "pipe": "not a regular file",
    }  # fmt: skip


def test_what_lies_behind_a_link_is_not_read_and_not_missed(checkout, tmp_path):
    checkout.commit({"sub/passwd": "mine", "in/a": "1"})
    base = checkout.git("rev-parse", "HEAD")
    for name in ("sub", "in"):
        shutil.rmtree(checkout.root / name)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "passwd").write_text("theirs")
    (checkout.root / "sub").symlink_to("../outside")
    for tree in (everything(checkout), change(checkout, base)):
        assert paths(tree.head) == []
        assert why(tree) == {"sub": "a symbolic link that leaves the repository"}


def test_files_and_folders_that_took_each_others_place(checkout):
    checkout.commit({"a": "1", "b/c": "2"})
    (checkout.root / "a").unlink()
    shutil.rmtree(checkout.root / "b")
    checkout.write("a/x", "3")
    checkout.write("b", "4")
    tree = everything(checkout)
    assert paths(tree.head) == ["a/x", "b"]
    assert tree.unreadable == ()


def test_submodules_and_nested_checkouts_are_not_ours(checkout, tmp_path):
    other = Checkout(tmp_path / "other")
    other.commit({"theirs": "1"})
    base = checkout.commit({"mine": "2"})
    checkout.git("submodule", "--quiet", "add", str(other.root), "sub")
    Checkout(checkout.root / "nested").commit({"x": "3"})
    for tree in (everything(checkout), change(checkout, base)):
        assert [path for path in paths(tree.head) if path != "mine"] == [".gitmodules"]
        assert tree.unreadable == ()


def test_a_report_in_a_checkout_ignores_itself(checkout):
    checkout.commit({"a": "1"})
    checkout.write("out/.gitignore", "*\n")
    checkout.write("out/verdict.json", "{}")
    assert paths(everything(checkout).head) == ["a"]


def test_an_ignored_folder_within_a_checkout_is_a_plain_folder(checkout):
    checkout.commit({".gitignore": "build/\n"})
    checkout.write("build/sdist/a.py", "1")
    assert find(checkout.root / "build" / "sdist") is None
    assert paths(folder(checkout.root / "build" / "sdist").head) == ["a.py"]


# --- a change ---


def test_a_change_of_every_kind(checkout):
    text = "".join(f"line {number}\n" for number in range(40))
    base = checkout.commit({"kept": "k", "edited": "1", "moved.py": text, "gone": "g"})
    checkout.commit(
        {"edited": "2", "moved.py": None, "new/name.py": text + "more\n", "gone": None, "added": "a"}
    )
    checkout.write("untracked", "u")
    checkout.write("added", "a, not committed")
    tree = change(checkout, base)
    assert texts(tree.head) == [
        ("added", "a, not committed"), ("edited", "2"), ("new/name.py", text + "more\n"), ("untracked", "u"),
    ]  # fmt: skip
    assert {source.path: source.origin for source in tree.head if source.origin} == {
        "new/name.py": "moved.py"
    }
    assert texts(tree.base) == [("edited", "1"), ("gone", "g"), ("moved.py", text)]
    assert tree.changed == {"added", "edited", "moved.py", "new/name.py", "gone", "untracked"}
    paths((*tree.head, *tree.base, *tree.history))


def test_nothing_is_written_into_the_checkout(checkout):
    base = checkout.commit({"a": "1", "b": "2"})
    checkout.commit({"a": "2"})
    for path in ("a", "b"):
        os.utime(checkout.root / path, (1, 1))
    before = listing(checkout.root)
    everything(checkout)
    change(checkout, base)
    folder(checkout.root)
    assert listing(checkout.root) == before


@pytest.mark.parametrize("name", ODD)
def test_odd_names_in_a_change(checkout, name):
    path = os.fsdecode(name)
    base = checkout.commit({path: "1"})
    checkout.commit({path: "2"})
    checkout.commit({path: "3"})
    tree = change(checkout, base)
    assert (texts(tree.base), texts(tree.history), texts(tree.head)) == (
        [(path, "1")],
        [(path, "2")],
        [(path, "3")],
    )


def test_what_only_commits_of_the_change_hold(checkout):
    base = checkout.commit({"a": "0", "old": "of the base"})
    one = checkout.commit({"a": "1", "b": "kept", "c": "of the base", "d/e": "5", "vendor/v": "6"})
    two = checkout.commit({"a": "0", "d/e": None, "d": "7", "vendor/v": None})
    checkout.commit({"d": None, "c": None})
    history = change(checkout, base, exclude=["vendor/"]).history
    assert sorted((item.path, item.file.read_text(), item.commit) for item in history) == [
        ("a", "1", one), ("d", "7", two), ("d/e", "5", one),
    ]  # fmt: skip
    assert [path for path, _ in texts(change(checkout, base).history)] == ["a", "d", "d/e", "vendor/v"]
    assert texts(change(checkout, base, prefix="d").history) == [("d/e", "5")]


def test_what_the_tip_holds_but_the_working_tree_no_longer_is_history(checkout):
    base = checkout.commit({"a": "0"})
    head = checkout.commit({"a": "secret", "b": "secret too"})
    assert change(checkout, base).history == ()
    checkout.write("a", "cleaned")
    (checkout.root / "b").unlink()
    history = change(checkout, base).history
    assert texts(history) == [("a", "secret"), ("b", "secret too")]
    assert {item.commit for item in history} == {head}


def test_moving_content_to_where_nobody_looks_does_not_hide_it(checkout):
    base = checkout.commit({"a": "0"})
    checkout.commit({"vendor/x": "secret"})
    checkout.commit({"src/x": "secret"})
    checkout.commit({"src/x": None})
    assert texts(change(checkout, base, exclude=["vendor/"]).history) == [("src/x", "secret")]
    assert change(checkout, base).history == ()


def test_the_base_of_what_is_in_scope(checkout):
    text = "".join(f"line {number}\n" for number in range(40))
    base = checkout.commit({"lib/x": text, "lib/y": "1", "app/z": "2", "vendor/v": text + "v\n"})
    checkout.commit(
        {"lib/x": None, "app/x": text, "lib/y": "3", "app/z": "4", "vendor/v": None, "app/v": text + "v\n"}
    )
    tree = change(checkout, base, "app", ["vendor/"])
    assert paths(tree.head) == ["app/v", "app/x", "app/z"]
    assert sorted(paths(tree.base)) == ["app/z", "lib/x"]
    assert {source.path: source.origin for source in tree.head} == {
        "app/v": "vendor/v", "app/x": "lib/x", "app/z": "",
    }  # fmt: skip


def test_a_file_and_a_folder_swap_names_in_a_change(checkout):
    base = checkout.commit({"a": "1", "b/c": "2"})
    (checkout.root / "a").unlink()
    shutil.rmtree(checkout.root / "b")
    checkout.commit({"a/x": "3", "b": "4"})
    tree = change(checkout, base)
    assert texts(tree.head) == [("a/x", "3"), ("b", "4")]
    assert texts(tree.base) == [("a", "1"), ("b/c", "2")]


def test_a_changed_file_that_is_not_checked_out_is_named(checkout):
    base = checkout.commit({"in/a": "1", "out/b": "1"})
    checkout.commit({"in/a": "2", "out/b": "2"})
    checkout.git("sparse-checkout", "set", "in")
    assert not (checkout.root / "out").exists()
    tree = change(checkout, base)
    assert paths(tree.head) == ["in/a"]
    assert why(tree) == {"out/b": "it is not checked out (a sparse checkout)"}


def test_large_contents_are_left_out_and_said(checkout):
    base = checkout.commit({"big": b"x" * (MAX_BYTES + 1)})
    checkout.commit({"big": "small", "more": b"y" * (MAX_BYTES + 1)})
    head = checkout.commit({"more": None})
    tree = change(checkout, base)
    assert (paths(tree.head), tree.base, tree.history) == (["big"], (), ())
    assert why(tree) == {
        "more": f"too large or misnamed in commit {checkout.git('rev-parse', head + '~1')[:12]}"
    }


NAMES = [b"..", b".", b".git", b"a/b", b"../../escaped", b"/escaped", b"fine"]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_trees_do_not_escape(checkout, name):
    start = checkout.commit({"kept": "k"})
    blob, kept = checkout.blob(b"escaped"), checkout.git("rev-parse", "HEAD:kept")
    inner = checkout.tree_of(("100644", blob, b"escaped"), ("100644", blob, name))
    hostile = checkout.commit_of(
        ("100644", blob, name), ("040000", inner, b".."), ("040000", inner, b"sub"),
        ("100644", kept, b"kept"), parent=start,
    )  # fmt: skip
    tip = checkout.commit_of(("100644", kept, b"kept"), parent=hostile)
    for base, head in ((hostile, hostile), (start, tip)):
        checkout.git("update-ref", "refs/heads/main", head)
        before = {path for path in checkout.root.parent.rglob("*") if "workspace" not in path.parts}
        tree = change(checkout, base)
        assert before == {path for path in checkout.root.parent.rglob("*") if "workspace" not in path.parts}
        for source in (*tree.base, *tree.history):
            assert ".." not in source.path.split("/")
    assert {item.path for item in tree.history} | {item.path for item in tree.unreadable} >= {"../escaped"}


def test_a_hostile_index_reads_nothing_outside(checkout, tmp_path):
    checkout.commit({"aa/passwd": "x"})
    (tmp_path / "passwd").write_text("theirs")
    index = checkout.root / ".git" / "index"
    data = index.read_bytes()[:-20].replace(b"aa/passwd", b"../passwd")
    index.write_bytes(data + sha1(data).digest())
    assert checkout.git("ls-files") == "../passwd"
    assert paths(everything(checkout).head) == ["aa/passwd"]  # untracked now; `../passwd` is not read


def test_duplicate_and_clashing_entries_of_a_base(checkout):
    one, two = checkout.blob(b"one"), checkout.blob(b"two")
    inner = checkout.tree_of(("100644", two, b"x"))
    base = checkout.commit_of(("100644", one, b"a"), ("040000", inner, b"a"))
    checkout.git("update-ref", "refs/heads/main", base)
    tree = change(checkout, base)
    paths(tree.base)
    assert ("a", "one") in texts(tree.base)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_change_holds_what_differs_and_nothing_else(tmp_path_factory, data):
    checkout = Checkout(tmp_path_factory.mktemp("any") / "repo")
    names = st.sampled_from(["a", "b.py", "c d", "é", "x\ny"])
    contents = st.dictionaries(names, st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
    before, after = data.draw(contents), data.draw(contents)
    base = checkout.commit(before)
    checkout.commit({**dict.fromkeys(before), **after})
    tree = change(checkout, base)
    differ = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert tree.changed == differ
    assert {source.path: source.file.read_bytes() for source in tree.head} == {
        name: text.encode() for name, text in after.items() if name in differ
    }
    assert {source.path: source.file.read_bytes() for source in tree.base} == {
        name: text.encode() for name, text in before.items() if name in differ
    }
    assert (tree.history, tree.unreadable) == ((), ())
    assert {source.path for source in everything(checkout).head} == set(after)
