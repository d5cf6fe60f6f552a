"""Make output of findings that have no fingerprint yet."""

from collections.abc import Iterable
from dataclasses import replace

from lockgate.finding import Finding, Rule
from lockgate.fingerprint import fingerprints
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.rule_book import RULES
from lockgate.gates.protocol import Output


def output(
    found: Iterable[Judged], *, known: Iterable[Judged] = (), rules: tuple[Rule, ...] = RULES
) -> Output:
    """Give what was found its fingerprints and its rules; `known` is what the base has already."""
    findings = _findings(found)
    used = {finding.rule for finding in findings}
    return Output(
        findings=findings,
        known=frozenset(finding.fingerprint for finding in _findings(known)),
        tools=(),
        rules=tuple(rule for rule in rules if rule.id in used),
        concerns=frozenset(finding.path for finding in findings),
    )


def _findings(found: Iterable[Judged]) -> tuple[Finding, ...]:
    """Give each its fingerprint; equal ones of one file are numbered."""
    by_path: dict[str, list[Judged]] = {}
    for each in found:
        by_path.setdefault(each.finding.path, []).append(each)
    return tuple(
        replace(each.finding, fingerprint=mark)
        for path, several in by_path.items()
        for each, mark in zip(several, fingerprints([one.key for one in several], path), strict=True)
    )
