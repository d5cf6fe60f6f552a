"""Check out like actions/checkout, from the repository in the folder LOCKGATE_TEST_REMOTE.

The refs that it makes are the real one's:
https://github.com/actions/checkout/blob/v7.0.1/src/ref-helper.ts
"""

import json
import os
import subprocess
import sys
from pathlib import Path

inputs = json.loads(os.environ["INPUTS"])
sha, ref = os.environ["GITHUB_SHA"], inputs["ref"] or os.environ["GITHUB_REF"]
depth = int(inputs["fetch-depth"])
kind, _, name = ref.removeprefix("refs/").partition("/")
FOLDERS = {"heads": "refs/remotes/origin", "pull": "refs/remotes/pull", "tags": "refs/tags"}
if kind not in FOLDERS or inputs["ref"]:
    sys.exit(f"the double of actions/checkout knows no ref like {ref}")
tracking = f"{FOLDERS[kind]}/{name}"


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def fetch(*refspecs: str) -> None:
    options = [f"--depth={depth}"] if depth else []
    source = Path(os.environ["LOCKGATE_TEST_REMOTE"]).as_uri()
    git("-c", "protocol.version=2", "fetch", "--quiet", "--no-tags", *options, source, *refspecs)


git("init", "--quiet", "--initial-branch=main", ".")
git("remote", "add", "origin", f"https://github.com/{os.environ['GITHUB_REPOSITORY']}")
if not depth:
    fetch("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
fetch(f"+{sha}:{tracking}")
git("checkout", "--quiet", "--force", *(["-B", name] if kind == "heads" else []), tracking)
