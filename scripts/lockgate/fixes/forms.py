"""The forms that a fix may have: whoever reads one from a report of a stranger's holds it against these."""

import re
from collections.abc import Sequence

from lockgate.finding import Edit

_ARROW = "\0"
_NAME = r"[A-Za-z_]\w{0,60}"
_KEYWORD = r"(?:\s*,\s*{0}|{0}\s*,\s*|{0})" + _ARROW

# An edit of a rule's fix, `old` and `new` with the arrow between them, matches one of its forms whole.
_FORMS: dict[str, tuple[str, ...]] = {
    "bandit/B201": (_KEYWORD.format(r"debug\s*=\s*True"),),
    "bandit/B323": (rf"({_NAME})\._create_unverified_context{_ARROW}\1\.create_default_context",),
    "bandit/B501": (_KEYWORD.format(r"verify\s*=\s*False"),),
    "bandit/B506": (
        rf"({_NAME})\.load{_ARROW}\1\.safe_load",
        rf"\s*,\s*(?:Loader\s*=\s*)?(?:{_NAME}\.)?C?(?:Full|Unsafe)?Loader{_ARROW}",
    ),
    "bandit/B614": (
        rf"{_ARROW}, weights_only=True",
        rf"weights_only\s*=\s*False{_ARROW}weights_only=True",
    ),
    "oxlint/@microsoft/sdl/no-unsafe-alloc": (
        rf"Buffer\.allocUnsafe(?:Slow)?{_ARROW}Buffer\.alloc",
    ),
    "oxlint/security/detect-pseudoRandomBytes": (
        rf"crypto\.pseudoRandomBytes{_ARROW}crypto\.randomBytes",
    ),
}  # fmt: skip
_VERSION = r"(?=[^\0]*\d)[0-9A-Za-z.+!*-]{1,100}"
_OF_TOOL: dict[str, tuple[str, ...]] = {"osv": (f"{_VERSION}{_ARROW}{_VERSION}",)}
"""The forms of any rule of a tool: its rules are advisories, and each is mended by another version."""
MOST = 3
"""Edits that one fix may have."""


def has_fix(tool: str, rule: str) -> bool:
    """Say whether the text of a rule's findings may tell their fix."""
    return f"{tool}/{rule}" in _FORMS


def is_known(tool: str, rule: str, edits: Sequence[Edit]) -> bool:
    """Say whether edits are a fix of that rule, whoever says so."""
    forms = (*_FORMS.get(f"{tool}/{rule}", ()), *_OF_TOOL.get(tool, ()))
    return 0 < len(edits) <= MOST and all(
        any(re.fullmatch(form, f"{edit.old}{_ARROW}{edit.new}") for form in forms) for edit in edits
    )
