"""A finding on its way: what it is, before the others of its file give it a fingerprint."""

from dataclasses import dataclass

from lockgate.finding import Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a finding that has no fingerprint yet, and the key that one is made of (lockgate.fingerprint)."""

    finding: Finding
    key: str
