"""A finding on its way: what it is, before the others of its file give it a fingerprint."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lockgate.finding import Finding, Rule
from lockgate.fingerprint import fingerprints
from lockgate.gates.protocol import Output


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a finding that has no fingerprint yet, and the key that one is made of (lockgate.fingerprint).

    `origin` stands in the fingerprint for the finding's path where that may differ from run to run.
    """

    finding: Finding
    key: str
    origin: str = ""


def output(found: Iterable[Judged], rules: Iterable[Rule], *, known: Iterable[Judged] = ()) -> Output:
    """Give what was found its fingerprints and its rules; `known` is what the base has already."""
    findings = _findings(found)
    before = _findings(known)
    here = {finding.fingerprint for finding in findings}
    used = {finding.rule for finding in findings}
    return Output(
        findings=findings,
        known=frozenset(finding.fingerprint for finding in before),
        gone=tuple(finding for finding in before if finding.fingerprint not in here),
        tools=(),
        rules=tuple(rule for rule in rules if rule.id in used),
        concerns=frozenset(finding.path for finding in findings),
    )


def _findings(found: Iterable[Judged]) -> tuple[Finding, ...]:
    """Give each its fingerprint; equal ones of one file are numbered."""
    by_origin: dict[str, list[Judged]] = {}
    for each in found:
        by_origin.setdefault(each.origin or each.finding.path, []).append(each)
    return tuple(
        replace(each.finding, fingerprint=mark)
        for origin, several in by_origin.items()
        for each, mark in zip(several, fingerprints([one.key for one in several], origin), strict=True)
    )
