"""Keep files like actions/upload-artifact, in a folder of LOCKGATE_TEST_ARTIFACTS.

https://github.com/actions/upload-artifact/blob/v7.0.1/README.md
"""

import json
import os
import shutil
import sys
from pathlib import Path

inputs = json.loads(os.environ["INPUTS"])
name, path = inputs["name"], Path(inputs["path"]).absolute()
if not name or set(name) & set('":<>|*?\r\n\\/'):
    sys.exit(f"The artifact name is not valid: {name!r}")
if inputs["retention-days"] and not 0 <= int(inputs["retention-days"]) <= 90:
    sys.exit("Invalid retention-days")
if "\n" in inputs["path"].strip() or set(inputs["path"]) & set("*?[!"):
    sys.exit("the double of actions/upload-artifact knows no patterns")

top = path if path.is_dir() else path.parent
candidates = [path] if path.is_file() else path.rglob("*")
files = [
    file
    for file in candidates
    if file.is_file()
    and (inputs["include-hidden-files"] == "true"
         or not any(part.startswith(".") for part in file.relative_to(top).parts))
]  # fmt: skip
if not files:
    told = f"No files were found with the provided path: {inputs['path']}. No artifacts will be uploaded."
    sys.stdout.write(told + "\n")
    sys.exit(1 if inputs["if-no-files-found"] == "error" else 0)

artifact = Path(os.environ["LOCKGATE_TEST_ARTIFACTS"], name)
if artifact.exists():
    if inputs["overwrite"] != "true":
        sys.exit("(409) Conflict: an artifact with this name already exists on the workflow run")
    shutil.rmtree(artifact)
for file in files:
    kept = artifact / file.relative_to(top)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, kept)  # the content alone: permissions are lost in the real one too
