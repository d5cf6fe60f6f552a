"""Fetch files like actions/download-artifact, from the folders of LOCKGATE_TEST_ARTIFACTS.

https://github.com/actions/download-artifact/blob/v8.0.1/README.md
"""

import json
import os
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path

inputs = json.loads(os.environ["INPUTS"])
kept = Path(os.environ["LOCKGATE_TEST_ARTIFACTS"])
target = Path(inputs["path"] or os.environ["GITHUB_WORKSPACE"]).absolute()
if inputs["name"]:
    artifacts = [kept / inputs["name"]]
    if not artifacts[0].is_dir():
        sys.exit(f"Unable to download artifact(s): Artifact not found for name: {inputs['name']}")
else:
    artifacts = sorted(path for path in kept.iterdir() if fnmatchcase(path.name, inputs["pattern"] or "*"))
flat = inputs["name"] or inputs["merge-multiple"] == "true"
for artifact in artifacts:
    shutil.copytree(artifact, target if flat else target / artifact.name, dirs_exist_ok=True)
sys.stdout.write(f"Total of {len(artifacts)} artifact(s) downloaded\n")
