"""A release attests its bill of materials as the README shows: run by act, GitHub's own action doubled."""

from pathlib import Path

import pytest

from workflows.act import EXPORT, Caller, Run, Toolkit, example, toolkit

LOCK = '{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "app"}}}'
FILES = EXPORT | {
    "Makefile": "dist:\n\tmkdir -p dist\n\techo x > dist/app.tar\n\techo y > dist/app.whl\n",
    "package-lock.json": LOCK,
}


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def release(kit: Toolkit, folder: Path, workflow: str) -> Run:
    caller = Caller(folder, kit, FILES, workflow)
    caller.checkout.git("tag", "v1.0.0")
    return caller.run("push", {"ref": "refs/tags/v1.0.0", "before": "0" * 40, "after": caller.first})


def test_the_bill_of_a_release_is_made_and_attested(kit: Toolkit, tmp_path: Path) -> None:
    run = release(kit, tmp_path, example("attest-sbom"))
    assert (run.code, run.jobs) == (0, {"release": "success"}), run.text
    assert "release| sbom.cdx.json: " in run.text
    assert "release| 2 subjects" in run.text
    assert run.decoys == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sbom.cdx.json", "verdict.json", "verdict.json is no bill of materials"),
        ("          subject-path: dist/*\n", "", "it is not said what the bill is of"),
    ],
)
def test_what_github_would_refuse_is_refused_before_it_is_asked(
    kit: Toolkit, tmp_path: Path, old: str, new: str, words: str
) -> None:
    run = release(kit, tmp_path, example("attest-sbom").replace(old, new))
    assert (run.code, run.jobs) == (1, {"release": "failure"}), run.text
    assert words in run.text
    assert "subjects" not in run.text
