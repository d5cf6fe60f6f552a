"""shellcheck, on the programs that are shell; what stands in `run:` is linted with the workflows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lint.linting import ROOT, lint

pytestmark = pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="there is no wheel of shellcheck for this machine"
)


def programs() -> list[str]:
    """List the files of this repository that a shell reads."""
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    files = [name for name in names if name and (ROOT / name).is_file()]
    return [name for name in files if re.match(rb"#!.*\b(ba|da|k)?sh\b", first_line(ROOT / name))]


def first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline(200)


def test_clean() -> None:
    assert ".ci/run" in programs()
    assert lint(["shellcheck", *programs()], ROOT) == (0, "")


def test_a_planted_fault_fails(tmp_path: Path) -> None:
    (tmp_path / "run").write_text('#!/usr/bin/env bash\nset -euo pipefail\ncd $(dirname "$0")\n')
    status, output = lint(["shellcheck", "run"], tmp_path)
    assert status == 1
    assert "SC2046" in output
