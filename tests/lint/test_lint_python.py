"""The linters of Python, each with a file that proves that it can fail."""

from pathlib import Path

import pytest

from lint.linting import ROOT, lint

PYPROJECT = str(ROOT / "pyproject.toml")
PROGRAMS = sorted(
    str(path.relative_to(ROOT))
    for folder in ("benchmarks", "scripts")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and not path.suffix and b"python3" in path.read_bytes().partition(b"\n")[0]
)
LINTERS = {
    "ruff": ["ruff", "check", "benchmarks", "scripts", "tests", *PROGRAMS],
    "ruff-format": ["ruff", "format", "--check", "benchmarks", "scripts", "tests", *PROGRAMS],
    "mypy": ["mypy"],
    "mypy-programs": ["mypy", "--scripts-are-modules", *PROGRAMS],
}
# linter -> text, command without the file, words that the linter must print
PLANTED = {
    "ruff": ("import os\n", ["ruff", "check", "--config", PYPROJECT], "F401"),
    "ruff-format": ("x=1\n", ["ruff", "format", "--check", "--config", PYPROJECT], "would be reformatted"),
    "mypy": ("x: int = 'a'\n", ["mypy", "--config-file", PYPROJECT], "[assignment]"),
    "mypy-strict": ("def f(x): return x\n", ["mypy", "--config-file", PYPROJECT], "[no-untyped-def]"),
}


@pytest.mark.parametrize("name", LINTERS)
def test_clean(name: str) -> None:
    status, output = lint(LINTERS[name], ROOT)
    assert status == 0, output


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_fails(name: str, tmp_path: Path) -> None:
    text, argv, words = PLANTED[name]
    (tmp_path / "a.py").write_text(text)
    status, output = lint([*argv, "a.py"], tmp_path)
    assert status != 0
    assert words in output


def test_every_linter_has_its_planted_fault() -> None:
    assert {name.removesuffix("-programs") for name in LINTERS} <= set(PLANTED)


def test_programs_without_a_suffix_are_linted_too() -> None:
    assert {"scripts/run", "scripts/dev/lock"} <= set(PROGRAMS)
