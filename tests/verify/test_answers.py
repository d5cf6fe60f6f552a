from collections.abc import Callable
from pathlib import Path

import pytest

from lockgate.verify.answers import Row, answer
from lockgate.verify.toolkit import open_clone
from lockgate.verify.uses import Use
from verify.clones import CHECKOUT, NAME, Clone

Rows = Callable[..., list[Row]]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "toolkit")


@pytest.fixture
def rows(clone: Clone) -> Rows:
    def of(ref: str, comment: str = "", path: str = "") -> list[Row]:
        return list(answer(Use(f"{NAME}{path}@{ref}", comment), ["x:1"], clone.toolkit()).rows)

    return of


def faults(found: list[Row]) -> list[tuple[str, str]]:
    return [(row.name, row.fault) for row in found if row.fault]


def test_a_release_with_all_that_it_runs(clone: Clone, rows: Rows) -> None:
    found = rows(clone.released, "v0.1.0", "/.github/workflows/pipeline.yml")
    assert found == [
        Row("pin", "a full commit SHA"),
        Row("release", "v0.1.0"),
        Row("comment", "v0.1.0"),
        Row("runs", f"{NAME}/.github/workflows/pipeline.yml"),
        Row("runs", f"{CHECKOUT} # v7.0.1", depth=1),
        Row("runs", "$/actions/plan", depth=1),
        Row("runs", CHECKOUT, depth=2),
        Row("runs", "$/", depth=2),
        Row("runs", "$/", depth=1),
        Row("installs", "scripts/requirements/engine.txt: 1 package, all by hash"),
        Row("installs", "scripts/requirements/oxlint/package-lock.json: 1 package, all by hash"),
    ]


@pytest.mark.parametrize("ref", ["main", "v0.1", "v1", "5f5f5f5"])
def test_a_ref_that_can_be_moved_is_wrong_and_runs_nobody_knows_what(rows: Rows, ref: str) -> None:
    assert rows(ref) == [Row("pin", ref, "a branch, a tag or a short SHA can be moved")]


def test_a_tag_is_wrong_but_is_followed(clone: Clone, rows: Rows) -> None:
    found = rows("v0.1.0")
    assert found[0] == Row(
        "pin", "v0.1.0", f"a branch, a tag or a short SHA can be moved; now it is {clone.released}"
    )
    assert found[1] == Row("runs", NAME)


@pytest.mark.parametrize(
    ("comment", "fault"),
    [("v0.1.0", ""), ("0.1.0", ""), ("tag=v0.1.0", ""), ("pinned", None), ("v0", None), ("", None),
     ("v0.2.0", "the commit is not that release"), ("v10.1.0", "the commit is not that release")],
)  # fmt: skip
def test_the_comment_agrees_or_not(clone: Clone, rows: Rows, comment: str, fault: str | None) -> None:
    told = [row.fault for row in rows(clone.released, comment) if row.name == "comment"]
    assert told == ([] if fault is None else [fault])


def test_a_commit_after_the_release_is_none(clone: Clone, rows: Rows) -> None:
    commit = clone.commit({"a": ""})
    newest = f"the newest release is v0.1.0, {clone.released}"
    assert faults(rows(commit, "v0.1.0")) == [
        ("release", f"a commit of the toolkit that was never released; {newest}"),
        ("comment", "the commit is not that release"),
    ]


def test_a_commit_of_nobody_is_said_to_be_unknown(clone: Clone, rows: Rows) -> None:
    fork = "newer than this clone, or no commit of the toolkit but of a fork; the newest release is v0.1.0, "
    assert faults(rows("0" * 40)) == [
        ("release", fork + clone.released), ("runs", "this clone does not have the commit"),
    ]  # fmt: skip
    clone.checkout.git("tag", "-d", "v0.1.0")
    assert faults(rows(clone.released))[0][1].endswith("; there is no release yet")


def test_a_release_that_the_clone_lacks_is_not_verified(clone: Clone, tmp_path: Path) -> None:
    newer = Clone(tmp_path / "newer")
    commit = newer.commit({"b": ""})
    newer.checkout.git("tag", "v0.2.0")
    asked = open_clone(clone.checkout.root, NAME, str(newer.checkout.root))
    found = answer(Use(f"{NAME}@{commit}"), [], asked)
    assert found.rows[1:] == (
        Row("release", "v0.2.0"), Row("runs", "not known", "this clone does not have the commit"),
    )  # fmt: skip
    assert not found.verified


NOT_PINNED = "not pinned by a full commit SHA"


@pytest.mark.parametrize(
    ("use", "fault"),
    [
        ("actions/checkout@v7", NOT_PINNED),
        ("actions/checkout@c0c0c0c", NOT_PINNED),
        ("./actions/plan", "not pinned: it can be anything on the day of the run"),
        ("docker://alpine:3", "not pinned: it can be anything on the day of the run"),
        (f"docker://alpine@sha256:{'0' * 64}", None),
        ("${{ inputs.x }}", "not pinned: it can be anything on the day of the run"),
        ("$/actions/gone", "line 1: this is neither a workflow nor an action"),
        (f"{NAME}/actions/plan@v0.1.0", NOT_PINNED),
        (f"{NAME}/actions/plan@main", NOT_PINNED),
        (f"{NAME}@{'0' * 40}", "a commit that was never released"),
    ],
)
def test_what_it_runs_must_be_pinned_too(clone: Clone, rows: Rows, use: str, fault: str | None) -> None:
    commit = clone.commit({"action.yml": f"runs: {{steps: [{{uses: '{use}'}}]}}"})
    clone.checkout.git("tag", "v0.1.1")
    assert faults(rows(commit)) == ([("runs", fault)] if fault else [])
    assert Row("runs", use, fault or "", depth=1) in rows(commit)


def test_a_release_may_run_another_release_of_itself(clone: Clone, rows: Rows) -> None:
    """That is what the tree for GitHub Enterprise Server does."""
    commit = clone.commit(
        {"action.yml": f"runs: {{steps: [{{uses: {NAME}/actions/plan@{clone.released}}}]}}"}
    )
    clone.checkout.git("tag", "v0.1.1")
    found = rows(commit)
    assert faults(found) == []
    assert [(row.text, row.depth) for row in found if row.name == "runs"] == [
        (NAME, 0), (f"{NAME}/actions/plan@{clone.released}", 1), (CHECKOUT, 2), ("$/", 2),
    ]  # fmt: skip


def test_what_runs_itself_ends(clone: Clone, rows: Rows) -> None:
    commit = clone.commit({"action.yml": "runs: {steps: [{uses: $/}, {uses: $/actions/plan}]}"})
    assert [row.text for row in rows(commit) if row.name == "runs"] == [
        NAME, "$/", "$/actions/plan", CHECKOUT, "$/",
    ]  # fmt: skip


def test_what_nests_too_deeply_ends(clone: Clone, rows: Rows) -> None:
    chain: dict[str, str | bytes | None] = {
        f"actions/{n}/action.yml": f"runs: {{steps: [{{uses: $/actions/{n + 1}}}]}}" for n in range(100)
    }
    found = rows(clone.commit(chain), path="/actions/0")
    assert len([row for row in found if row.name == "runs"]) == 21
    assert faults(found)[-1] == ("runs", "line 1: it uses actions more deeply than GitHub allows")


def test_a_lock_without_hashes_is_wrong(clone: Clone, rows: Rows) -> None:
    commit = clone.commit({"scripts/requirements/engine.txt": "".join(f"a{n}==1\n" for n in range(9))})
    assert faults(rows(commit))[-1] == ("installs", "9 without a hash: a0==1, a1==1, a2==1, a3==1, a4==1")


@pytest.mark.parametrize("use", [NAME, f"{NAME}@", f"{NAME}@${{{{ x }}}}", f"{NAME}/../x y@{'0' * 40}"])
def test_what_is_no_reference_is_wrong(clone: Clone, use: str) -> None:
    found = answer(Use(use), ["x:1"], clone.toolkit())
    assert faults(list(found.rows)) == [
        ("pin", "this is no reference that GitHub takes: OWNER/REPO/PATH@SHA")
    ]
    assert not found.verified
