"""A pin's edit: one version of a component in the place of another, on the line that names it."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from lockgate.finding import Edit

MOST = 20
"""Lines that may pin one component."""
_VERSION = re.compile(r"[0-9A-Za-z.+!*-]{1,100}")
_PURL = re.compile(r"pkg:(npm|pypi)/([^?#]+)@([^@/?#]+)(?:[?#].*)?", re.DOTALL)
_NPM = re.compile(r'"([^"]{1,300})"\s*:\s*"\Z')
_PYTHON = re.compile(r"(?<![\w.-])([\w.-]{1,300})(?:\s*\[[\w ,.-]*\])?\s*={2,3}\s*\Z", re.ASCII)
_RUNS = re.compile("[-_.]+")
_LONGEST = 2_000


def are_versions(edits: Sequence[Edit]) -> bool:
    """Say whether edits put versions in the place of versions, and nothing else anywhere."""
    return 0 < len(edits) <= MOST and all(
        _VERSION.fullmatch(edit.old) and _VERSION.fullmatch(edit.new) and edit.line == edit.end_line
        for edit in edits
    )


def is_pin(line: str, edit: Edit, package: str) -> bool:
    """Say whether a line pins a component, a package URL with its version, where an edit changes that."""
    found = _PURL.fullmatch(package)
    if not found or not are_versions([edit]) or len(line) > _LONGEST:
        return False
    name, version = unquote(found[2]), unquote(found[3])
    before, there = line[: edit.column - 1], line[edit.column - 1 : edit.end_column - 1]
    asks = _NPM if found[1] == "npm" else _PYTHON
    asked = asks.search(before)
    return there == edit.old == version and asked is not None and _plain(asked[1]) == _plain(name)


def _plain(name: str) -> str:
    return _RUNS.sub("-", name).lower()
