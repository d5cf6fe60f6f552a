"""Put a Python first on the path like actions/setup-python, which downloads it where it is not there.

https://github.com/actions/setup-python/blob/v6.2.0/README.md
"""

import json
import os
import shutil
import sys
from pathlib import Path

version = json.loads(os.environ["INPUTS"])["python-version"]
found = shutil.which(f"python{version}")
if not found:
    sys.exit(f"The version '{version}' was not found")
folder = Path(os.environ["RUNNER_TEMP"], f"python{version}")
folder.mkdir(exist_ok=True)
for name in ("python", "python3", f"python{version}"):
    (folder / name).symlink_to(found)
with Path(os.environ["GITHUB_PATH"]).open("a", encoding="utf-8") as stream:
    stream.write(f"{folder}\n")
