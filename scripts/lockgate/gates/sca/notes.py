"""Findings about locks themselves: those that nobody can read, and lines that pin nothing."""

from collections.abc import Iterator

from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key, fingerprints
from lockgate.gates.found import not_scanned
from lockgate.gates.sca.locks import Lock
from lockgate.source import Source, display
from lockgate.untrusted import cut, one_line

OURS = "lockgate"
NOT_AUDITABLE = "not-auditable"

RULE = Rule(
    id=NOT_AUDITABLE,
    tool=OURS,
    name="Not auditable",
    severity=Severity.MEDIUM,
    what="A line asks for a component without saying which version is taken.",
    why="Nobody can say what is wrong with a version that is not known before it is installed.",
    mend="Pin it, best in a lock file with hashes.",
    tags=("maintainability",),
)


def unread(gate: str, lock: Lock) -> Iterator[Finding]:
    """Make the finding of a lock that cannot be read."""
    if lock.problem:
        source = Source(lock.path, "", "", lock.origin)
        yield not_scanned(gate, OURS, source, one_line(lock.problem.why), lock.problem.line)


def gaps(gate: str, lock: Lock) -> Iterator[Finding]:
    """Make a finding of each line that nobody can answer for."""
    found = lock.inventory.gaps if lock.inventory else ()
    rule = f"{OURS}/{NOT_AUDITABLE}"
    marks = fingerprints([content_key(rule, [gap.text], 1, 1) for gap in found], lock.origin)
    for gap, mark in zip(found, marks, strict=True):
        text, why = (cut(one_line(part), 300) for part in (gap.text, gap.why))
        yield Finding(
            gate=gate,
            tool=OURS,
            rule=NOT_AUDITABLE,
            severity=Severity.NOTE if gap.pinned else RULE.severity,
            message=f"Nobody can say what `{text}` brings: {why}.",
            path=display(lock.path),
            line=gap.line,
            end_line=gap.line,
            fingerprint=mark,
            sources=(rule,),
        )
