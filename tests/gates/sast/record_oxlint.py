"""Record what the real oxlint prints: scripts/run --env dev -- env PYTHONPATH=tests python <this file>."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from gates.running import node, write
from lockgate.gates.sast.oxlint import configuration, environment

RECORDINGS = Path(__file__).with_name("recordings")
CLEAN = {"0.js": "export {};\n", "1.ts": "export const one: number = 1;\n"}


def record(name, files, **changes):
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/files", files)
        config = Path(folder, "oxlint.json")
        config.write_text(json.dumps(configuration(node()) | changes))
        done = subprocess.run(
            [*node().script("oxlint/bin/oxlint"), "--config", str(config), "--format", "json",
             "--disable-nested-config", "--no-ignore", "--threads", "1", "."],
            cwd=f"{folder}/files", capture_output=True, check=False, env=os.environ | environment(node()),
        )  # fmt: skip
        (RECORDINGS / name).write_bytes(done.stdout)


if __name__ == "__main__":
    dirty = json.loads((RECORDINGS / "dirty_files.json").read_bytes())
    record("dirty.json", dirty)
    record("clean.json", CLEAN)
    record("crashed.txt", dirty, jsPlugins=["/nonexistent/plugin"])
    record("unknown_rule.txt", dirty, rules={"security/no-such-rule": "error"})
