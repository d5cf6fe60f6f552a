"""Record what the real squawk prints: scripts/run --env dev -- env PYTHONPATH=tests python <this file>."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

RECORDINGS = Path(__file__).with_name("recordings")
PROBE = {"probe.sql": "BEGIN;\n"}


def record(name, files, *flags):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".squawk.toml").write_text("")
        for file, text in (files | PROBE).items():
            Path(folder, file).write_text(text, "utf-8", newline="")
        program = str(Path(sys.executable).with_name("squawk"))
        done = subprocess.run(
            [program, "--config", ".squawk.toml", "--reporter", "json", "--pg-version=17.0", *flags, "*.sql"],
            cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
        (RECORDINGS / name).write_bytes(done.stdout or done.stderr)


if __name__ == "__main__":
    dirty = json.loads((RECORDINGS / "squawk_dirty_files.json").read_bytes())
    record("squawk_dirty.json", dirty)
    record("squawk_clean.json", {"0.sql": "SELECT 1;\n"})
    record("squawk_crashed.txt", {"0.sql": f"SELECT {'(' * 100_000}1{')' * 100_000};\n"})
