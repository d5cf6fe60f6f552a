"""`lockgate sbom` as a user starts it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from checkouts import Checkout
from lockgate.bom.score import scores
from lockgate.bom.validate import problems
from lockgate.cli import billing
from lockgate.cli.arguments import parse
from lockgate.errors import ExitCode, InputError, LockgateError, PlatformError, ToolError

SHOP = Path(__file__).parents[2] / "examples" / "shop"
EPOCH = {"SOURCE_DATE_EPOCH": "1767225600"}


def lock(**versions: str) -> str:
    """A lock of npm, whose packages are all direct."""
    packages: dict[str, object] = {"": {"name": "app", "version": "1.0.0", "dependencies": versions}}
    for name, version in versions.items():
        packages[f"node_modules/{name}"] = {"version": version, "license": "MIT"}
    return json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": packages})


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "repo")
    made.commit({"web/package-lock.json": lock(a="1.0.0"), "api/requirements.txt": "six==1.16.0\n"})
    return made


def run(*words: object, environ: Mapping[str, str] = EPOCH) -> ExitCode:
    arguments = parse(["sbom", *map(str, words)])
    return billing.sbom(arguments, environ)


def document(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, object]:
    assert run(*words) is ExitCode.PASS
    made = json.loads(capsys.readouterr().out)
    assert isinstance(made, dict)
    return made


def names(made: dict[str, object]) -> list[str]:
    assert isinstance(made["components"], list)
    return sorted(each["purl"] for each in made["components"])


def test_it_prints_one_bill_of_all_locks(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    made = document(capsys, checkout.root)
    assert problems(made) == []
    assert {"pkg:npm/a@1.0.0", "pkg:pypi/six@1.16.0"} < set(names(made))
    assert len(names(made)) == 4  # with a project a lock


def test_the_time_is_the_commits_or_the_one_that_is_given(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    run(checkout.root, environ={})
    assert json.loads(capsys.readouterr().out)["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"
    run(checkout.root, environ={"SOURCE_DATE_EPOCH": "0"})
    assert json.loads(capsys.readouterr().out)["metadata"]["timestamp"] == "1970-01-01T00:00:00Z"
    for bad in ("x", "9" * 30):
        with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
            run(checkout.root, environ={"SOURCE_DATE_EPOCH": bad})


def test_the_version_is_the_commit_and_says_what_is_not_committed(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = checkout.git("rev-parse", "HEAD")
    run(checkout.root)
    assert json.loads(capsys.readouterr().out)["metadata"]["component"]["version"] == commit
    checkout.write("web/package-lock.json", lock(a="2.0.0"))
    run(checkout.root)
    assert json.loads(capsys.readouterr().out)["metadata"]["component"]["version"] == f"{commit}-dirty"


def test_one_lock_alone_and_a_folder(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    alone = document(capsys, checkout.root, "--project", "web/package-lock.json")
    assert names(alone) == ["pkg:generic/app@1.0.0", "pkg:npm/a@1.0.0"]
    assert names(document(capsys, checkout.root / "web")) == names(alone)


def test_it_writes_a_file_and_scores(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bill.json"
    run(checkout.root, "--format", "spdx", "--output", file, "--score")
    told = capsys.readouterr()
    assert problems(json.loads(file.read_bytes())) == []
    assert told.out == ""
    assert "NTIA 2021: " in told.err
    assert "- creator, with a contact: 0 %. Missing: " in told.err
    with pytest.raises(PlatformError, match="cannot be written"):
        run(checkout.root, "--output", tmp_path / "gone" / "x")


def test_excluded_locks_are_left_out(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    checkout.write(".lockgate.yml", "exclude: [api/]\n")
    assert names(document(capsys, checkout.root)) == ["pkg:generic/app@1.0.0", "pkg:npm/a@1.0.0"]


def test_a_lock_that_cannot_be_read_fails_and_is_named(checkout: Checkout) -> None:
    checkout.write("web/package-lock.json", "{")
    with pytest.raises(ToolError, match=r"web/package-lock\.json"):
        run(checkout.root)


def test_a_lock_behind_a_link_is_never_followed(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(lock(a="9.9.9"))
    (checkout.root / "web/package-lock.json").unlink()
    (checkout.root / "web/package-lock.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ToolError, match=r"web/package-lock\.json cannot be read"):
        run(checkout.root)


def test_the_difference_of_two_commits_and_of_a_bill(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = tmp_path / "base.json"
    run(checkout.root, "--output", bill)
    base = checkout.git("rev-parse", "HEAD")
    head = checkout.commit(
        {"web/package-lock.json": lock(a="1.10.0", b="1.0.0"), "api/requirements.txt": None}
    )
    checkout.write("web/package-lock.json", "not what is compared")
    expected = [
        "Added (1)", "  npm:b 1.0.0", "Upgraded (1)", "  npm:a 1.0.0 → 1.10.0",
        "Removed (2)", "  generic:api-requirements.txt", "  pypi:six 1.16.0",
    ]  # fmt: skip
    for one in (base, bill):
        assert run("diff", one, head, checkout.root) is ExitCode.PASS
        assert capsys.readouterr().out.splitlines() == expected
    run("diff", base, head, checkout.root, "--format", "markdown")
    assert "| npm:a | 1.0.0 | 1.10.0 |" in capsys.readouterr().out
    run("diff", head, head, checkout.root)
    assert capsys.readouterr().out == "no component differs\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["."] * 2, "one word too many"),
        ([".", "--format", "markdown"], "no format"),
        (["diff", "HEAD"], "two commits"),
        (["diff", "a", "b", "c", "d"], "two commits"),
        (["diff", "HEAD", "HEAD", "--score"], "only"),
        (["gone"], "gone is not a folder"),
        ([".", "--project", "x.lock"], "no lock file `x.lock`"),
        (["diff", "HEAD", "gone~1"], "neither a file nor a commit"),
        (["diff", "HEAD", "web/package-lock.json"], "cannot be read as a bill"),
    ],
)
def test_mistakes(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, words: list[str], why: str) -> None:
    monkeypatch.chdir(checkout.root)
    with pytest.raises(LockgateError, match=why) as caught:
        run(*words)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_a_folder_without_a_lock_has_no_bill(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no lock file"):
        run(tmp_path)


def test_the_example_is_valid_and_scores_above_ninety(capsys: pytest.CaptureFixture[str]) -> None:
    made = document(capsys, SHOP)
    assert problems(made) == []
    totals = {each.standard: each.total for each in scores(made)}
    assert totals["NTIA 2021"] >= 90
    assert totals["CISA 2025"] >= 90
