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
_NAMED = 3
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
    lacking = ", ".join(
        f"{field.name} ({field.share:.0f} %)" for field in score.fields if field.share < _WHOLE
    )
    return Finding(
        gate=NAME,
        tool=OURS,
        rule=_LOW,
        severity=Severity.HIGH,
        message=f"The bill scores {int(score.total)} % by {score.standard}, and {wanted} % is asked for. "
        f"It lacks: {lacking}.",
        path=path,
        fingerprint=fingerprints([content_key(f"{OURS}/{_LOW}", (), 0, 0)], "")[0],
        sources=(f"{OURS}/{_LOW}",),
    )


def table(judged: tuple[Score, ...]) -> Table:
    """Show the scores, and what is missing."""
    rows = [
        (score.standard, f"{int(score.total)} %", field.name, f"{field.share:.0f} %", _who(field.missing))
        for score in judged
        for field in score.fields
        if field.share < _WHOLE
    ]
    whole = [
        (score.standard, f"{int(score.total)} %", "", "", "") for score in judged if score.total >= _WHOLE
    ]
    return Table(
        "Bill of materials: scores", ("standard", "score", "field", "has it", "missing in"), (*whole, *rows)
    )


def _who(names: tuple[str, ...]) -> str:
    more = [f"and {len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


def score(document: Json) -> tuple[Score, ...]:
    """Score a bill by every standard."""
    return scores(document)
