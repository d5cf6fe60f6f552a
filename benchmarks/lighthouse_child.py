"""Run a program that starts others, and leave none of them."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def child(argv: Sequence[str], folder: Path, seconds: float, env: Mapping[str, str] | None = None) -> int:
    """Give its exit code; TimeoutExpired after so many seconds. What it says goes to `folder`/said."""
    with (
        Path(folder, "said").open("ab") as said,
        subprocess.Popen(
            argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            return process.wait(seconds)
        finally:
            if process.poll() is None:
                _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(process.pid, number)
        try:
            process.wait(20)
            return
        except subprocess.TimeoutExpired:
            continue
