"""A pin's edit: one version of a component in the place of another, on the line that names it."""

import re
from urllib.parse import unquote

from lockgate.finding import Edit

_PURL = re.compile(r"pkg:(npm|pypi)/([^?#]+)@([^@/?#]+)(?:[?#].*)?", re.DOTALL)
_NPM = re.compile(r'"([^"]{1,300})"\s*:\s*"\Z')
_PYTHON = re.compile(r"(?<![\w.-])([\w.-]{1,300})(?:\s*\[[\w ,.-]*\])?\s*={2,3}\s*\Z", re.ASCII)
_RUNS = re.compile("[-_.]+")
_LONGEST = 2_000


def is_pin(line: str, edit: Edit, package: str) -> bool:
    """Say whether a line pins a component, a package URL with its version, where an edit changes that."""
    found = _PURL.fullmatch(package)
    if not found or edit.line != edit.end_line or len(line) > _LONGEST:
        return False
    before, there = line[: edit.column - 1], line[edit.column - 1 : edit.end_column - 1]
    asks = _NPM if found[1] == "npm" else _PYTHON
    asked = asks.search(before)
    if asked is None or not there == edit.old == unquote(found[3]):
        return False
    return _plain(asked[1]) == _plain(unquote(found[2]))


def _plain(name: str) -> str:
    return _RUNS.sub("-", name).lower()
