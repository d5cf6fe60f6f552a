from itertools import permutations

from lockgate.finding import Severity, State
from lockgate.ranking import rank
from verdicts import finding


def test_the_order_of_importance():
    ordered = [
        finding(blocking=True, severity=Severity.LOW, path="z"),
        finding(severity=Severity.CRITICAL, state=State.UNCHANGED),
        finding(severity=Severity.HIGH, path="z"),
        finding(severity=Severity.HIGH, path="b", in_diff=False),
        finding(severity=Severity.HIGH, state=State.UNCHANGED, path="a"),
        finding(severity=Severity.NOTE, path="a", line=2),
        finding(severity=Severity.CRITICAL, waived=True),
    ]
    assert all(sorted(mixed, key=rank) == ordered for mixed in permutations(ordered))
