"""One secret, one finding: what several detectors found at the same place is one that names them all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from lockgate.finding import NOT_SCANNED, Finding
from lockgate.gates.protocol import Output

_OURS = "lockgate"


def one_each(output: Output) -> Output:
    """Join findings whose places overlap.

    Lockgate's own finding speaks with its own severity, as it knows the format and its checksum; two of those
    are two secrets. Where there is none, the most severe one speaks.
    """
    return replace(output, findings=_joined(output.findings), gone=_joined(output.gone))


def _joined(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    apart = [finding for finding in findings if finding.rule == NOT_SCANNED]
    placed = sorted(
        (finding for finding in findings if finding.rule != NOT_SCANNED),
        key=lambda finding: (finding.path, finding.commit, finding.line, finding.column),
    )
    joined = [
        finding
        for _, group in groupby(placed, key=lambda finding: (finding.path, finding.commit))
        for finding in _join(list(group))
    ]
    return (*apart, *joined)


def _join(findings: Sequence[Finding]) -> list[Finding]:
    """Join the findings of one file, which are sorted by place; only our own may span lines."""
    groups = [[finding] for finding in findings if finding.tool == _OURS]
    by_line: defaultdict[int, list[list[Finding]]] = defaultdict(list)
    for group in groups:
        for line in range(group[0].line, group[0].end_line + 1):
            by_line[line].append(group)
    guesses: list[list[Finding]] = []
    for finding in findings:
        if finding.tool == _OURS:
            continue
        same = [group for group in by_line[finding.line] if _overlap(group[0], finding)]
        for group in same:
            group.append(finding)
        if same:
            continue
        if guesses and any(_overlap(other, finding) for other in guesses[-1]):
            guesses[-1].append(finding)
        else:
            guesses.append([finding])
    return [_one(group) for group in (*groups, *guesses)]


def _overlap(one: Finding, other: Finding) -> bool:
    """Compare places; an unknown column stands for the whole line."""
    first = (one.line, one.column), (one.end_line, one.end_column or 1 << 30)
    second = (other.line, other.column), (other.end_line, other.end_column or 1 << 30)
    return first[0] < second[1] and second[0] < first[1]


def _one(group: Sequence[Finding]) -> Finding:
    best = max(group, key=lambda finding: (finding.tool == _OURS, finding.severity, finding.rule))
    return replace(best, sources=tuple(sorted({source for finding in group for source in finding.sources})))
