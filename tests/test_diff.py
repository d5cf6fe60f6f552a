"""Which lines a change touches: as real git says, whatever the files hold and are called."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.diff import Change, changes
from lockgate.git import Git
from plan.repositories import Repository

OLD = "".join(f"line {number}\n" for number in range(1, 21))
LIES = "-- a/x\n++ b/x\ndiff --git a/x b/x\n@@ -1 +1 @@\nBinary files a and b differ\n@@ -1,0 +7,9 @@\n"


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "r")


def lines(repository, before, after):
    """Commit, change the working tree, and give what each path that is left there has for lines."""
    for path, text in before.items():
        repository.write(path, text)
    base = repository.commit()
    for path in before:
        (repository.root / path).unlink()
    for path, text in after.items():
        repository.write(path, text)
    repository.git("add", "-A")
    return {each.new: each.lines for each in Git(repository.root).changes(base, lines=True)}


def test_lines_that_were_added_or_changed(repository):
    new = OLD.replace("line 3\n", "line three\nand more\n").replace("line 9\n", "") + "last"
    assert lines(repository, {"a": OLD, "b": OLD}, {"a": new, "b": OLD}) == {"a": ((3, 4), (21, 21))}


def test_what_was_only_taken_away_leaves_no_line(repository):
    assert lines(repository, {"a": OLD}, {"a": OLD.replace("line 5\n", "")}) == {"a": ()}


def test_a_renamed_file_has_the_lines_that_differ(repository):
    found = lines(repository, {"a": OLD, "c": OLD * 2}, {"b": OLD.replace("line 5", "five"), "d": OLD * 2})
    assert found == {"b": ((5, 5),), "d": ()}


def test_of_a_new_a_typed_and_a_binary_file_all_lines_count(repository):
    repository.root.joinpath("link").symlink_to("a")
    found = lines(repository, {"a": OLD, "b": "\0x"}, {"a": OLD + "x\n", "b": "\0y", "new": OLD})
    assert found == {"a": ((21, 21),), "b": None, "new": None}
    base = repository.commit()
    (repository.root / "link").unlink()
    repository.write("link", OLD)
    repository.write("z", "z")
    repository.git("add", "-A")
    repository.write("a", OLD)
    found = {each.new: each.lines for each in Git(repository.root).changes(base, lines=True)}
    assert found == {"a": (), "link": None, "z": None}


@pytest.mark.parametrize("name", ["a\nb", "a\tb", '"q"', "caf\udce9", " b/a", "@@ -1 +1 @@", "-rf", "é日"])
def test_any_name(repository, name):
    other = "0" + name
    found = lines(repository, {name: OLD, other: OLD}, {name: OLD + "x\n", other: "x\n" + OLD})
    assert found == {name: ((21, 21),), other: ((1, 1),)}


def test_text_that_looks_like_a_patch_is_only_text(repository):
    before, after = {"a": OLD + LIES, "b": OLD}, {"a": LIES + OLD + LIES, "b": OLD + LIES}
    assert lines(repository, before, after) == {"a": ((1, 6),), "b": ((21, 26),)}
    taken = lines(repository, {"c": LIES + OLD + LIES}, {"c": OLD})
    assert taken["c"] == ()


@pytest.mark.parametrize(
    "setting",
    [
        ("diff.interHunkContext", "9"), ("diff.context", "9"), ("color.ui", "always"),
        ("color.diff", "always"), ("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"), ("diff.relative", "true"), ("diff.submodule", "log"),
        ("diff.colorMoved", "zebra"),
    ],
)  # fmt: skip
def test_no_setting_of_the_checkout_changes_it(repository, setting):
    repository.git("config", *setting)
    new = OLD.replace("line 3", "three").replace("line 5", "five")
    assert lines(repository, {"a": OLD}, {"a": new}) == {"a": ((3, 3), (5, 5))}


def test_where_a_content_is_missing_all_lines_count(repository):
    repository.write("a", OLD)
    base = repository.commit()
    blob = repository.git("rev-parse", "HEAD:a")
    repository.write("a", OLD + "x\n")
    repository.commit()
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert Git(repository.root).changes(base, lines=True) == [Change("a", "a", "100644", blob)]


def test_a_patch_of_other_paths_tells_nothing():
    fields = [f":100644 100644 {'a' * 40} {'0' * 40} M", "a"]
    section = b"diff --git a/a b/a\n@@ -1 +1 @@\n-a\n+b\n"
    assert [each.lines for each in changes(fields, section)] == [((1, 1),)]
    assert [each.lines for each in changes(fields, section * 2)] == [None]
    assert [each.lines for each in changes(fields)] == [None]


@given(st.binary(max_size=200))
def test_any_patch_is_read(patch):
    (change,) = changes([f":100644 100644 {'a' * 40} {'0' * 40} M", "a"], b"diff --git a/a b/a\n" + patch)
    assert change.lines is None or all(last >= first for first, last in change.lines)


def test_time_grows_with_the_length_alone():
    started = time.perf_counter()
    patch = b"diff --git a/a b/a\n" + b"@@ -1 +1 @@\n-a\n+b\n" * 300_000
    (change,) = changes([f":100644 100644 {'a' * 40} {'0' * 40} M", "a"], patch)
    assert len(change.lines) == 300_000
    assert time.perf_counter() - started < 10
