"""One secret, one finding: what several detectors found at the same place is one finding that names them all."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from lockgate.finding import NOT_SCANNED, Finding
from lockgate.gates.protocol import Output


def one_each(output: Output) -> Output:
    """Join findings whose places overlap; the most severe and most specific one speaks for the others."""
    apart = [finding for finding in output.findings if finding.rule == NOT_SCANNED]
    placed = sorted(
        (finding for finding in output.findings if finding.rule != NOT_SCANNED),
        key=lambda finding: (finding.path, finding.commit, finding.line, finding.column),
    )
    joined = [
        finding
        for _, group in groupby(placed, key=lambda finding: (finding.path, finding.commit))
        for finding in _join(list(group))
    ]
    return replace(output, findings=(*apart, *joined))


def _join(findings: Sequence[Finding]) -> list[Finding]:
    """Join the findings of one file, which are sorted by place."""
    groups: list[list[Finding]] = []
    for finding in findings:
        if groups and any(_overlap(other, finding) for other in groups[-1]):
            groups[-1].append(finding)
        else:
            groups.append([finding])
    return [_one(group) for group in groups]


def _overlap(one: Finding, other: Finding) -> bool:
    """Compare places; an unknown column stands for the whole line."""
    first = (one.line, one.column), (one.end_line, one.end_column or 1 << 30)
    second = (other.line, other.column), (other.end_line, other.end_column or 1 << 30)
    return first[0] < second[1] and second[0] < first[1]


def _one(group: Sequence[Finding]) -> Finding:
    best = max(group, key=lambda finding: (finding.severity, finding.tool == "lockgate", finding.rule))
    return replace(best, sources=tuple(sorted({source for finding in group for source in finding.sources})))
