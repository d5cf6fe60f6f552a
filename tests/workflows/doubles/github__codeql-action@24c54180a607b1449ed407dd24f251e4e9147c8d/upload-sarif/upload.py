"""Hold a file to what code scanning and its action take, like github/codeql-action/upload-sarif, and keep it.

https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
https://github.blog/changelog/2025-07-21-code-scanning-will-stop-combining-multiple-sarif-runs-uploaded-in-the-same-sarif-file/
"""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

inputs = json.loads(os.environ["INPUTS"])
file = Path(os.environ["GITHUB_WORKSPACE"], inputs["sarif_file"])
if not file.is_file():
    sys.exit(f"Path does not exist: {file}")
data = file.read_bytes()
runs = json.loads(data)["runs"]
keys = [
    (run["tool"]["driver"]["name"], run["automationDetails"]["id"] if "automationDetails" in run else "")
    for run in runs
]
if len(gzip.compress(data)) > 10 * 1024 * 1024:
    sys.exit("The file is too large")
if not 0 < len(runs) <= 20 or any(len(run["results"]) > 25_000 for run in runs):
    sys.exit("rejecting SARIF, as there are more runs or results than allowed")
if len(set(keys)) < len(keys):
    sys.exit("The CodeQL Action does not support uploading multiple SARIF runs with the same category")
shutil.copy(file, os.environ["LOCKGATE_TEST_ARTIFACTS"])
for tool, category in keys:
    sys.stdout.write(f"uploaded {category} of {tool}\n")
