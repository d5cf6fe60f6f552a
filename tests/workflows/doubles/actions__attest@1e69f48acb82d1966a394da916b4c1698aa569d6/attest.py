"""Read the subjects and the bill like actions/attest, and sign nothing.

https://github.com/actions/attest/blob/main/README.md
"""

import json
import os
import re
import sys
from pathlib import Path

MOST_BYTES = 16 * 1024 * 1024
inputs = json.loads(os.environ["INPUTS"])


def subjects() -> list[str]:
    given = [name for name in ("subject-checksums", "subject-path", "subject-digest") if inputs.get(name)]
    if len(given) != 1:
        sys.exit("One of subject-path, subject-digest, or subject-checksums must be provided")
    if given == ["subject-digest"]:
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", inputs["subject-digest"]) or not inputs["subject-name"]:
            sys.exit("subject-digest must be in the format sha256:<hex-digest>, with a subject-name")
        return [inputs["subject-name"]]
    if given == ["subject-path"]:
        patterns = [part.strip() for part in re.split(r"[,\n]", inputs["subject-path"]) if part.strip()]
        found = [str(file) for pattern in patterns for file in Path().glob(pattern) if file.is_file()]
        return found or sys.exit("Could not find subject at path")
    lines = Path(inputs["subject-checksums"]).read_text().splitlines()
    if not lines or not all(re.fullmatch(r"[0-9a-f]{64} [ *]\S.*", line) for line in lines):
        sys.exit("Could not read the checksums of any subject")
    return lines


if inputs.get("sbom-path"):
    bill = Path(inputs["sbom-path"])
    if bill.stat().st_size > MOST_BYTES:
        sys.exit("SBOM file exceeds maximum allowed size")
    document = json.loads(bill.read_text())
    if "spdxVersion" not in document and document.get("bomFormat") != "CycloneDX":
        sys.exit("Unsupported SBOM format")
number = len(subjects())
sys.stdout.write(f"{number} subjects\n")
with Path(os.environ.get("GITHUB_OUTPUT", os.devnull)).open("a") as output:
    output.write("bundle-path=attestation.json\nattestation-url=https://github.example/attestations/1\n")
