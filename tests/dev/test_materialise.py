"""scripts/dev/materialise: the tree for GitHub Enterprise Server, for old runners and for act."""

import io
import os
import re
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from dev.materialising import COMMIT, REPOSITORY, ROOT, materialise, program
from lockgate.errors import InputError

STEPS = """\
# uses: $/comment
on: push
jobs:
  called:
    uses: {called}
  steps:
    steps:
      - uses: {plain} # why
      - uses: {single}
      - uses: {double}
      - {{name: flow, uses: {flow}, with: {{word: $/flow}}}}
      -   uses  :   {bare}
      - {{uses: {flow_bare}}}
      - uses: &anchor {anchored}
      - uses: *anchor
      - uses: >-
          {folded}
      - uses: actions/checkout@v1
      - run: |
          # uses: $/block
          echo 'uses: $/text' "$/" $/x
        env: {{WORD: "uses: $/word", USES: $/env}}
"""
OWN = {
    "called": "$/.github/workflows/x.yml",
    "plain": "$/actions/plan",
    "single": "'$/actions/plan'",
    "double": '"$/actions/plan"',
    "flow": "$/actions/flow",
    "bare": "$/",
    "flow_bare": "$/",
    "anchored": "$/actions/anchored",
    "folded": "$/actions/folded",
}
SPELT = {
    "called": "o/r/.github/workflows/x.yml@v1.2.3",
    "plain": "o/r/actions/plan@v1.2.3",
    "single": "'o/r/actions/plan@v1.2.3'",
    "double": '"o/r/actions/plan@v1.2.3"',
    "flow": "o/r/actions/flow@v1.2.3",
    "bare": "o/r@v1.2.3",
    "flow_bare": "o/r@v1.2.3",
    "anchored": "o/r/actions/anchored@v1.2.3",
    "folded": "o/r/actions/folded@v1.2.3",
}
WORKFLOW = ".github/workflows/x.yml"


def rewrite(text: str, ref: str = "v1.2.3") -> str:
    result = program().rewrite(text, "o/r", ref, WORKFLOW)
    assert isinstance(result, str)
    return result


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_reference_is_spelt_out_and_nothing_else_changes(newline: str) -> None:
    text, expected = (STEPS.format(**values).replace("\n", newline) for values in (OWN, SPELT))
    assert rewrite(text) == expected
    assert rewrite(expected) == expected


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        ("x: ${{ job.workflow_repository }}", "x: ${{ 'o/r' }}"),
        ("x: ${{ job.workflow_sha }}@${{job.workflow_sha}}", "x: ${{ 'v1.2.3' }}@${{'v1.2.3'}}"),
        ("x: ${{ job.workflow_ref }}", f"x: ${{{{ 'o/r/{WORKFLOW}@refs/tags/v1.2.3' }}}}"),
        ("x: ${{ job.workflow_file_path }}", f"x: ${{{{ '{WORKFLOW}' }}}}"),
        ("x: ${{ Job.Workflow_SHA || job['workflow_sha'] }}", "x: ${{ 'v1.2.3' || 'v1.2.3' }}"),
        ('x: "${{ job.workflow_sha }}"', "x: \"${{ 'v1.2.3' }}\""),
        ("x: '${{ job.workflow_sha }}'", "x: '${{ ''v1.2.3'' }}'"),
        ("x: &a '${{ job.workflow_sha }}'", "x: &a '${{ ''v1.2.3'' }}'"),
        ("if: job.workflow_sha == github.sha", "if: 'v1.2.3' == github.sha"),
        ("x: [\"${{ format('}}', job.workflow_sha) }}\"]", "x: [\"${{ format('}}', 'v1.2.3') }}\"]"),
    ],
)
def test_the_workflow_of_the_job_becomes_text(value: str, spelt: str) -> None:
    if value.startswith("if:"):  # a plain value cannot begin with a quote: YAML would end it there
        value, spelt = f"if: ({value[4:]})", f"if: ({spelt[4:]})"
    assert rewrite(value) == spelt
    yaml.safe_load(spelt)


@pytest.mark.parametrize(
    "text",
    [
        "x: job.workflow_sha",
        "x: ${{ github.workflow_sha }}",
        "x: ${{ needs.job.workflow_sha }}",
        "x: ${{ 'job.workflow_sha' }}",
        "x: '${{ ''job.workflow_sha'' }}'",
        "x: 1 # ${{ job.workflow_sha }}",
        "x: ${{ job.status }}",
        "",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert rewrite(text) == text


def test_a_commit_stands_for_itself() -> None:
    assert rewrite("uses: $/a", COMMIT) == f"uses: o/r/a@{COMMIT}"
    assert rewrite("x: ${{ job.workflow_ref }}", COMMIT) == f"x: ${{{{ 'o/r/{WORKFLOW}@{COMMIT}' }}}}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('uses: "\\x24/actions/plan"', "is not what it says"),
        ("x: ${{ job.workflow_novel }}", "has no text to stand for it"),
        ("uses: [", "while parsing"),
        ("{a: 1}\n---\nuses: $/x", "single document"),
        ('uses: " $/x"', "would stay"),
    ],
)
def test_what_cannot_be_rewritten_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rewrite(text)


def test_the_tree_is_what_git_archive_would_hold(tmp_path: Path) -> None:
    out = materialise(tmp_path / "out")
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {"action.yml", "scripts/run", "scripts/requirements/engine.txt"} <= files
    assert not [name for name in files if name.startswith(("tests/", "examples/", ".ci/", ".git/"))]
    assert os.access(out / "scripts/run", os.X_OK)
    assert stat.S_IMODE((out / "README.md").stat().st_mode) & 0o111 == 0


def test_git_archive_agrees(tmp_path: Path) -> None:
    kept = {"run", "a/b/run", ".hub/flows/kept.yml", "a b.txt"}
    left_out = {"tests/a/x", ".hub/owners", ".hub/flows/own.yml", "x.log"}
    for name in (kept | left_out) - {"x.log"}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to("a b.txt")
    (tmp_path / ".gitattributes").write_text(
        "/tests export-ignore\n/.hub/* export-ignore\n"
        "/.hub/flows -export-ignore\n/.hub/flows/own.yml export-ignore\n"
    )
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "x.log").write_text("x")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    uncommitted = program().archived(tmp_path)
    assert uncommitted == sorted({*kept, "link", ".gitattributes", ".gitignore"})
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "-c", "commit.gpgsign=false", "commit", "-q", "-m", "x"], check=True)
    archive = subprocess.run([*git, "archive", "HEAD"], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert {member.name for member in tar if not member.isdir()} == set(uncommitted)
    (tmp_path / "run").unlink()
    assert set(uncommitted) - set(program().archived(tmp_path)) == {"run"}


def test_callers_get_the_workflows_that_they_can_call_and_no_other(tmp_path: Path) -> None:
    out = materialise(tmp_path)
    own = {path.name for path in ROOT.glob(".github/workflows/*.yml")}
    callable_ = {name for name in own if "workflow_call:" in (ROOT / ".github/workflows" / name).read_text()}
    assert {path.name for path in (out / ".github/workflows").iterdir()} == callable_
    assert "pipeline.yml" in callable_
    assert "ci.yml" in own - callable_
    assert [path.name for path in (out / ".github").iterdir()] == ["workflows"]


def test_only_references_differ_from_the_source(tmp_path: Path) -> None:
    out = materialise(tmp_path)
    changed = 0
    for path in out.rglob("*"):
        if not path.is_file():
            continue
        before = (ROOT / path.relative_to(out)).read_bytes()
        if before != path.read_bytes():
            for line, other in zip(before.splitlines(), path.read_bytes().splitlines(), strict=True):
                changed += line != other
                spelt = re.sub(rb"\$/([\w./-]*)", _spell, line) if b"uses:" in line else line
                assert other == spelt
    assert changed >= 4
    left = [path for path in out.rglob("*.yml") if re.search(r"uses:.*\$/", path.read_text())]
    assert left == []


def _spell(match: re.Match[bytes]) -> bytes:
    path = match[1].decode()
    return f"{REPOSITORY}{f'/{path}' if path else ''}@{COMMIT}".encode()


@pytest.mark.parametrize(
    ("repository", "ref"),
    [
        ("lockgate", "v1"),
        ("a/b/c", "v1"),
        ("a/..", "v1"),
        ("-a/b", "v1"),
        ("a/b\n", "v1"),
        ("a/b'", "v1"),
        ("a/b", ""),
        ("a/b", "-v1"),
        ("a/b", "v1 x"),
        ("a/b", "v1..2"),
        ("a/b", "v1.lock"),
        ("a/b", "v1\n"),
        ("a/b", "${{ x }}"),
        ("a/b", "feature/x"),
    ],
)
def test_an_address_that_is_none_is_refused(repository: str, ref: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        program().materialise(tmp_path / "out", repository, ref)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    argv = [sys.executable, "scripts/dev/materialise", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, check=False, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_make_ghes_writes_the_tree_and_asks_for_its_place(tmp_path: Path) -> None:
    argv = ["make", "-s", "ghes", "REPOSITORY=tools/lockgate", "REF=v9.8.7"]
    done = subprocess.run([*argv, f"OUT={tmp_path / 'a b'}"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    assert b"which call themselves tools/lockgate@v9.8.7" in done.stdout
    pipeline = (tmp_path / "a b" / ".github/workflows/pipeline.yml").read_text()
    assert "uses: tools/lockgate/actions/plan@v9.8.7\n" in pipeline
    missing = subprocess.run(argv, cwd=ROOT, check=False, stderr=subprocess.PIPE)
    assert missing.returncode != 0
    assert b"OUT=" in missing.stderr
