"""The linters, each with a file that proves that it can fail."""

import subprocess
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = str(ROOT / "pyproject.toml")
PROGRAMS = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "scripts").rglob("*")
    if path.is_file() and not path.suffix and b"python3" in path.read_bytes().partition(b"\n")[0]
)
ACTIONS = sorted(
    str(path.relative_to(ROOT)) for path in [ROOT / "action.yml", *ROOT.glob("actions/*/action.yml")]
)
WORKFLOWS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/workflows/*.yml"))
ZIZMOR = ["zizmor", "--offline", "--no-progress", "--persona=auditor", "--strict-collection"]
SCHEMA = ["check-jsonschema", "--builtin-schema"]

LINTERS = {
    "ruff": ["ruff", "check", "scripts", "tests", *PROGRAMS],
    "ruff-format": ["ruff", "format", "--check", "scripts", "tests", *PROGRAMS],
    "mypy": ["mypy"],
    "mypy-programs": ["mypy", "--scripts-are-modules", *PROGRAMS],
    "zizmor": [*ZIZMOR, "action.yml", "actions", *([".github"] if WORKFLOWS else [])],
    "action-schema": [*SCHEMA, "vendor.github-actions", *ACTIONS],
    **({"workflow-schema": [*SCHEMA, "vendor.github-workflows", *WORKFLOWS]} if WORKFLOWS else {}),
}

ACTION = """
name: planted
description: planted
inputs: {word: {description: a word}}
runs:
  using: composite
  steps: [{shell: bash, run: "%s"}]
"""
# linter -> file name, text, command without the file, words that the linter must print
PLANTED = {
    "ruff": ("a.py", "import os\n", ["ruff", "check", "--config", PYPROJECT], "F401"),
    "ruff-format": (
        "a.py",
        "x=1\n",
        ["ruff", "format", "--check", "--config", PYPROJECT],
        "would be reformatted",
    ),
    "mypy": ("a.py", "x: int = 'a'\n", ["mypy", "--config-file", PYPROJECT], "[assignment]"),
    "mypy-strict": ("a.py", "def f(x): return x\n", ["mypy", "--config-file", PYPROJECT], "[no-untyped-def]"),
    "zizmor": ("action.yml", ACTION % "echo ${{ inputs.word }}", ZIZMOR, "template-injection"),
    "zizmor-broken": ("action.yml", "runs: {using: composite, steps: 1}\n", ZIZMOR, "action.yml"),
    "action-schema": ("action.yml", "name: x\n", [*SCHEMA, "vendor.github-actions"], "'runs' is a required"),
    "workflow-schema": ("ci.yml", "on: push\n", [*SCHEMA, "vendor.github-workflows"], "'jobs' is a required"),
}


def lint(argv: list[str], folder: Path) -> tuple[int, str]:
    done = subprocess.run(argv, cwd=folder, check=False, text=True, stdout=PIPE, stderr=STDOUT)
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", LINTERS)
def test_clean(name: str) -> None:
    status, output = lint(LINTERS[name], ROOT)
    assert status == 0, output


def test_the_workflow_of_the_readme_is_clean(tmp_path: Path) -> None:
    text = (ROOT / "examples/workflows/gate.yml").read_text()
    (tmp_path / "gate.yml").write_text(text.replace("COMMIT", "5f" * 20))
    for argv in (
        [*SCHEMA, "vendor.github-workflows"],
        ["zizmor", "--offline", "--no-progress", "--strict-collection"],
    ):
        status, output = lint([*argv, "gate.yml"], tmp_path)
        assert status == 0, output


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_fails(name: str, tmp_path: Path) -> None:
    file, text, argv, words = PLANTED[name]
    (tmp_path / file).write_text(text)
    status, output = lint([*argv, file], tmp_path)
    assert status != 0
    assert words in output


def test_the_clean_action_beside_the_planted_one_is_clean(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text(ACTION % "true")
    assert lint([*ZIZMOR, "action.yml"], tmp_path)[0] == 0


def test_every_linter_has_its_planted_fault() -> None:
    assert {name.removesuffix("-programs") for name in LINTERS} <= set(PLANTED)


def test_programs_without_a_suffix_are_linted_too() -> None:
    assert {"scripts/run", "scripts/dev/lock"} <= set(PROGRAMS)


def test_the_locks_are_whole() -> None:
    status, output = lint(["scripts/dev/lock", "--check"], ROOT)
    assert (status, output) == (0, "")


def test_a_lock_with_holes_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    (folder / "dev").mkdir(parents=True)
    lock = folder / "dev" / "lock"
    lock.write_bytes((ROOT / "scripts" / "dev" / "lock").read_bytes())
    lock.chmod(0o755)
    requirements = folder / "requirements"
    (requirements / "oxlint").mkdir(parents=True)
    (requirements / "a.in").write_text("-r b.in\ndjango==5.2.*\nrich\nuv\n")
    whole = "    --hash=sha256:" + "0" * 64 + "\n"
    (requirements / "a.txt").write_text("django==6.0 \\\n" + whole + "uv==1.0\n# at http://host\n")
    (requirements / "oxlint" / "package.json").write_text('{"dependencies": {"oxlint": "1.0.0"}}')
    (requirements / "oxlint" / "package-lock.json").write_text(
        '{"packages": {"node_modules/oxlint": {"version": "1.1.0", "optionalDependencies": {"arm": "1"}}}}'
    )
    status, output = lint([str(lock), "--check"], tmp_path)
    assert status == 1
    assert sorted(output.splitlines()) == [
        "a.txt: holds an address",
        "a.txt: lacks django==5.2.*",
        "a.txt: lacks rich",
        "a.txt: uv has no hash",
        "package-lock.json: lacks arm, npm ci would refuse it",
        "package-lock.json: lacks oxlint 1.0.0",
        "package-lock.json: node_modules/oxlint has no hash",
    ]
