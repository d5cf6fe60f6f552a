"""Which part of the files a job looks at, when several jobs do a gate's work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """Hold part `number` of `count`, counted from 1.

    With `missing` this job looks at nothing itself, because others have: it says what is amiss when a result
    is not there all the same.
    """

    number: int = 1
    count: int = 1
    missing: str = ""

    def holds(self, key: bytes) -> bool:
        """Say whether what has this key is this job's; each key is in exactly one of `count` shares."""
        return not self.missing and int.from_bytes(key[:8]) % self.count == self.number - 1


WHOLE = Share()
