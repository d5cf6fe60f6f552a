"""Tell values that a machine drew from values that a person wrote to show a format."""

import re
from collections import Counter
from math import log2

MIN_ENTROPY = 3.0
"""Bits per character; 32 random hex digits have 3.6 on average and fall below 3.0 once in 100,000."""

# Long enough that a random 40-character value holds one of them less than once in 100,000.
_WRITTEN = re.compile(
    r"(.)\1{5}|x{5}|0123456|1234567|abcdefg|qwerty|your[_-]|your.?(?:api|access|secret|token|key)|"
    r"example|sample|placeholder|changeme|change[_-]me|redacted|insert|dummy|foobar|not[_-]?real|"
    r"deadbeef|replace|secret.?here|key.?here|token.?here",
    re.ASCII | re.IGNORECASE,
)


def entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of `value`, in bits per character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * log2(n / len(value)) for n in counts)


def is_placeholder(value: str) -> bool:
    """Say whether a person wrote `value` to stand for a secret."""
    return _WRITTEN.search(value) is not None


def is_random(value: str) -> bool:
    """Say whether a machine may have drawn `value`."""
    return not is_placeholder(value) and entropy(value) >= MIN_ENTROPY
