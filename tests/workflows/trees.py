"""Copies of the YAML that callers see, to break on purpose."""

import shutil
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (".github/workflows", "actions", "examples/workflows")
PIPELINE, REPORT = ".github/workflows/pipeline.yml", ".github/workflows/report.yml"


def copy(folder: Path) -> Path:
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "action.yml", folder)
    return folder


def mutated(folder: Path, file: str, changes: Sequence[tuple[str, str]]) -> Path:
    """Copy the tree, and replace texts of one file, each of which must be there."""
    path = copy(folder) / file
    text = path.read_text() if path.exists() else ""
    for old, new in changes:
        assert old in text, f"{file} has no {old!r}"
        text = text.replace(old, new)
    path.write_text(text)
    return folder
