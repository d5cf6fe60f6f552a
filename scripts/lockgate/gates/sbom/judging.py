"""Judge a bill: the lock files that are not in it, and how much it says."""

from collections.abc import Iterator

from lockgate.bom.score import Score, scores
from lockgate.config.model import SbomConfiguration
from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key, fingerprints
from lockgate.gates import found
from lockgate.gates.sbom.bills import NAME, Json, Locks
from lockgate.source import Source, display
from lockgate.untrusted import one_line
from lockgate.verdict import Table

OURS = "lockgate"
_LOW = "score-too-low"
_WHOLE = 100
RULES = (
    Rule(
        id=_LOW,
        tool=OURS,
        name="Score too low",
        severity=Severity.HIGH,
        what="The bill of materials says less than the configuration asks for.",
        why="Whoever answers for the product cannot tell what is in it.",
        mend="See in the report which fields are missing, and lock with a tool that writes them down.",
        tags=("maintainability",),
    ),
    found.not_scanned_rule(OURS),
)


def findings(locks: Locks, judged: tuple[Score, ...], configuration: SbomConfiguration) -> Iterator[Finding]:
    """Make the findings of one side."""
    for path, problem in sorted(locks.problems.items()):
        yield found.not_scanned(NAME, OURS, Source(path, "", ""), one_line(problem.why), problem.line)
    wanted = configuration.min_score
    score = next(each for each in judged if each.standard.casefold().startswith(configuration.standard))
    if locks.inventories and score.total < wanted:
        yield _low(display(locks.inventories[0].path), score, wanted)


def _low(path: str, score: Score, wanted: int) -> Finding:
    return Finding(
        gate=NAME,
        tool=OURS,
        rule=_LOW,
        severity=Severity.HIGH,
        message=f"The bill scores {int(score.total)} % by {score.standard}, and {wanted} % is asked for. "
        f"Not everywhere: {_lacking(score)}.",
        path=path,
        fingerprint=fingerprints([content_key(f"{OURS}/{_LOW}", (), 0, 0)], "")[0],
        sources=(f"{OURS}/{_LOW}",),
    )


def table(judged: tuple[Score, ...]) -> Table:
    """Show the scores, and which fields are not everywhere; `lockgate sbom --score` names where."""
    rows = tuple((score.standard, f"{int(score.total)} %", _lacking(score)) for score in judged)
    return Table("Bill of materials: scores", ("standard", "score", "not everywhere"), rows)


def _lacking(score: Score) -> str:
    return ", ".join(f"{field.name} ({int(field.share)} %)" for field in score.fields if field.share < _WHOLE)


def score(document: Json) -> tuple[Score, ...]:
    """Score a bill by every standard."""
    return scores(document)
