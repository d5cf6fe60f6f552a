"""What a Python package says of its licence in its core metadata."""

import re
from collections.abc import Iterable

_LONGEST = 200
_TERM = r"\(*[\w.+-]+\)*"
_EXACT = re.compile(rf"(?=.*[- ]){_TERM}(?: (?:AND|OR|WITH) {_TERM})*", re.ASCII)
_BARE = {"", "OSI Approved"}


def licence_of(expression: str, classifiers: Iterable[str], text: str) -> str:
    """Give the licence as it is written: the expression, else the classifier, else a text of one short line.

    A text that is written as an SPDX expression is more exact than a classifier, which cannot name a version
    or tell whether one of two licences or both hold; of several classifiers all are given.
    """
    text = text.strip()
    if "\n" in text or len(text) > _LONGEST:
        text = ""
    if expression.strip() or _EXACT.fullmatch(text):
        return (expression.strip() or text)[:_LONGEST]
    named = [each.strip() for each in classifiers if each.startswith("License ::")]
    leaves = dict.fromkeys(each for each in named if each.removeprefix("License ::").strip() not in _BARE)
    if len(leaves) > 1:
        return ", ".join(each.rpartition("::")[2].strip() for each in leaves)[:_LONGEST]
    return (next(iter(leaves), "") or text)[:_LONGEST]
