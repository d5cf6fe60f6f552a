"""Find secrets in text by their vendors' published formats."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lockgate.gates.secrets.keywords import candidates
from lockgate.gates.secrets.kinds.kind import Kind


@dataclass(frozen=True, slots=True)
class Hit:
    """Point at one secret: its value is `text[start:end]`.

    `checksum` says whether the value's own checksum fits; None if its kind has none.
    """

    kind: Kind
    start: int
    end: int
    checksum: bool | None


def find(text: str) -> Iterator[Hit]:
    """Yield the secrets in `text` by position, one for each place."""
    hits = [hit for kind in candidates(text.lower()) for hit in _hits(kind, text)]
    return _without_overlaps(sorted(hits, key=lambda hit: hit.start), text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _hits(kind: Kind, text: str) -> Iterator[Hit]:
    for match in _compiled(kind.pattern).finditer(text):
        if kind.accepts(match):
            value = match["secret"]
            yield Hit(kind, *match.span("secret"), kind.checksum(value) if kind.checksum else None)


def _without_overlaps(hits: Iterable[Hit], text: str) -> Iterator[Hit]:
    """Keep of hits that overlap the one whose kind says most about the value; the first of equals."""
    best: Hit | None = None
    for hit in hits:
        if best is None or hit.start >= best.end:
            if best is not None:
                yield best
            best = hit
        elif _specificity(hit, text) > _specificity(best, text):
            best = hit
    if best is not None:
        yield best


def _specificity(hit: Hit, text: str) -> int:
    """Measure how much of the value itself, rather than of its surroundings, names its kind."""
    value = text[hit.start : hit.end].lower()
    return max((len(keyword) for keyword in hit.kind.keywords if keyword in value), default=0)
