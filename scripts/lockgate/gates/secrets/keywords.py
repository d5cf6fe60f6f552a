"""Say in one pass which kinds of secrets a text may hold.

Measured with 255 keywords on the 36 MB of Django's sources: `keyword in text` for each reads 7 MB/s, this 18.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from lockgate.gates.secrets.kinds import KINDS
from lockgate.gates.secrets.kinds.kind import Kind


def candidates(text: str) -> list[Kind]:
    """Return the kinds that have a keyword in the lower-cased `text`, in the registry's order."""
    pattern, kinds = _prefilter()
    stems = {match[0] + match[match.lastindex or 0] for match in pattern.finditer(text)}
    possible = {kind.id for stem in stems for kind in kinds[stem]}
    return [
        kind for kind in KINDS if kind.id in possible and any(keyword in text for keyword in kind.keywords)
    ]


@cache
def _prefilter() -> tuple[re.Pattern[str], dict[str, list[Kind]]]:
    """Make the pattern that finds each keyword's stem, and the kinds of each stem.

    A stem is a keyword that starts with no other keyword. The pattern takes only the stem's first letter, and
    the rest in a group inside a look-ahead, so that it misses no keyword that starts inside another.
    """
    keywords = {keyword for kind in KINDS for keyword in kind.keywords}
    stems = {
        keyword
        for keyword in keywords
        if not any(keyword[:end] in keywords for end in range(1, len(keyword)))
    }
    pattern = "|".join(f"{re.escape(first)}(?=({_tree(rests)}))" for first, rests in _by_first(stems).items())
    return re.compile(pattern), {
        stem: [kind for kind in KINDS if any(word.startswith(stem) for word in kind.keywords)]
        for stem in stems
    }


def _by_first(words: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        groups[word[0]].append(word[1:])
    return groups


def _tree(words: list[str]) -> str:
    """Make a pattern that never tries two words that start with the same character."""
    if "" in words:
        return ""
    branches = [re.escape(first) + _tree(rests) for first, rests in _by_first(words).items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
