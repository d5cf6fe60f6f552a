"""The commit of this repository that the README and the examples tell callers to pin."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from lockgate.errors import InputError
from lockgate.verify.releases import REPOSITORY, newest

_FILES = ("README.md", "actions/*/README.md", "examples/workflows/*.yml")
_PIN = re.compile(
    rf"^([ \t]*(?:- )?uses: {re.escape(REPOSITORY)}(?:/[\w./-]+)?)@(\w+)(?:[ \t]+#[ \t]*(.*))?$", re.MULTILINE
)
_UNRELEASED = "COMMIT"

Texts = dict[str, str]


def texts(root: Path) -> Texts:
    """Read the files that hold pins, by their paths."""
    files = (file for pattern in _FILES for file in sorted(root.glob(pattern)))
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}


def pinned(old: Mapping[str, str], sha: str, version: str) -> Texts:
    """Give the texts with every pin, older or not set yet, as `@SHA # vX.Y.Z`."""
    return {path: _PIN.sub(rf"\g<1>@{sha} # {version}", text) for path, text in old.items()}


def faults(found: Mapping[str, str], releases: Mapping[str, str]) -> list[str]:
    """Name the pins that are not those of the newest release; before the first, none is set."""
    version, sha = newest(releases)
    sha = sha or _UNRELEASED
    pins = [(path, ref, comment) for path, text in found.items() for _, ref, comment in _PIN.findall(text)]
    if not pins:
        raise InputError("no pin was found", cause="the README has another form", todo="correct pins.py")
    return [
        f"{path} pins {ref}, not {sha}{f' # {version}' if version else ''}"
        for path, ref, comment in pins
        if ref != sha or (version and comment != version)
    ]


def patch(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Give what changes as a patch for `git apply`."""
    return "".join(
        line
        for path, text in old.items()
        for line in difflib.unified_diff(
            text.splitlines(keepends=True), new[path].splitlines(keepends=True), f"a/{path}", f"b/{path}"
        )
    )
