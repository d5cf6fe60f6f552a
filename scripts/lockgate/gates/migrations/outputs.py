"""Make output of what this gate found."""

from collections.abc import Iterable

from lockgate.finding import Rule
from lockgate.gates import judged
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.rule_book import RULES
from lockgate.gates.protocol import Output


def output(
    found: Iterable[Judged], *, known: Iterable[Judged] = (), rules: tuple[Rule, ...] = RULES
) -> Output:
    """Give what was found its fingerprints and its rules; `known` is what the base has already."""
    return judged.output(found, rules, known=known)
