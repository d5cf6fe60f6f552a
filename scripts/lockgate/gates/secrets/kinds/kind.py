"""What a kind of secret is, and the two shapes that nearly all patterns have."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lockgate.finding import Severity
from lockgate.gates.secrets.kinds.placeholders import is_random


def value_is_random(match: re.Match[str]) -> bool:
    """Accept a match whose value was drawn by a machine, not written as a placeholder."""
    return is_random(match["secret"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Describe one kind of secret, from its vendor's published format.

    `keywords` are lower-case literals: the lower-cased text of any match holds at least one of them.
    `pattern` is for `re.ASCII`, linear in its input, and its group `secret` is the value.
    `accepts` judges a match; `checksum` says whether the value's own checksum fits, None if it has none.
    `why` says what a holder can do, `mend` where to revoke the value, one sentence each.
    """

    id: str
    name: str
    severity: Severity
    keywords: tuple[str, ...]
    pattern: str
    why: str
    mend: str
    help: str
    accepts: Callable[[re.Match[str]], bool] = value_is_random
    checksum: Callable[[str], bool | None] | None = None
    cwe: tuple[int, ...] = (798,)


def token(prefix: str, body: str) -> str:
    r"""Make the pattern of a value that starts with `prefix`, of one width, and stands alone.

    The look-behind follows the prefix so that `re` can skip to the prefix's literal characters.
    A value after a written escape (`"\nghp_…"` in source code) stands alone too.
    """
    return rf"(?P<secret>{prefix}(?:(?<![\w+-]{prefix})|(?<=\\[nrt]{prefix})){body})(?![\w-])"


def named(name: str, body: str) -> str:
    """Make the pattern of a value that only the name before it tells from other random text.

    The value must hold a digit, or any identifier of the right length would match.
    """
    start = rf"""(?i:{name})["'`\]]{{0,2}}\s{{0,8}}(?:=>|:=|[:=,>])\s{{0,8}}["'`]?"""
    return rf"{start}(?P<secret>(?=[^\s0-9]{{0,64}}[0-9]){body})(?![\w-])"
