"""Before a bill of materials is attested: see that GitHub will take it, as its action says so too late."""

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, field

from lockgate.errors import ExitCode, InputError
from lockgate.github import Emitter
from lockgate.inputs import read_input
from lockgate.source import read_bytes
from lockgate.untrusted import one_line

MOST_BYTES = 16 * 1000 * 1000
"""https://docs.github.com/en/actions/concepts/security/artifact-attestations"""
_MEGABYTE = 1_000_000


class _Bill(Struct):
    """Hold what tells a bill from another document."""

    format: str = field(name="bomFormat", default="")
    spdx: str = field(name="spdxVersion", default="")
    components: list[msgspec.Raw] = []
    packages: list[msgspec.Raw] = []


def run(environment: Mapping[str, str]) -> ExitCode:
    """Set `sbom`, the file's whole path; raise InputError for what cannot be attested."""
    emitter = Emitter.of(environment, sys.stdout)
    file = Path(environment.get("GITHUB_WORKSPACE", ""), read_input(environment, "sbom"))
    _see_subject(environment)
    bill, size = _read(file)
    number = len(bill.components or bill.packages)
    emitter.plain(f"{file.name}: {number:,} components, {size / _MEGABYTE:.1f} MB")
    emitter.set_output("sbom", str(file.absolute()))
    return ExitCode.PASS


def _see_subject(environment: Mapping[str, str]) -> None:
    path, name, digest = (read_input(environment, f"subject-{word}") for word in ("path", "name", "digest"))
    if bool(path) == bool(name or digest) or bool(name) != bool(digest):
        raise InputError(
            "it is not said what the bill is of",
            cause="neither `subject-path` nor `subject-name` with `subject-digest` is given, or both are",
            todo="give the files of the release, or the name and digest of the image",
        )


def _read(file: Path) -> tuple[_Bill, int]:
    try:
        data = read_bytes(file, MOST_BYTES)
    except OSError as error:
        raise InputError(
            f"the bill {one_line(str(file))} cannot be attested: {error.strerror or error}",
            cause="GitHub attests no bill larger than 16 MB, or the path is wrong",
            todo="attest the bill of one project (`lockgate sbom --project LOCK`), or correct the input sbom",
        ) from error
    try:
        bill = msgspec.json.decode(data, type=_Bill)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bill = _Bill()
    if bill.format != "CycloneDX" and not bill.spdx.startswith("SPDX-"):
        raise InputError(
            f"{one_line(file.name)} is no bill of materials",
            cause="it is neither CycloneDX nor SPDX in JSON",
            todo="give sbom.cdx.json or sbom.spdx.json of a report",
        )
    return bill, len(data)
