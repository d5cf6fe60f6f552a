"""What is said about a run: its verdict, or why there is none that can be believed."""

from dataclasses import dataclass, replace
from typing import Literal

from lockgate.errors import ExitCode, LockgateError
from lockgate.publish.links import line_link
from lockgate.publish.runs import Run
from lockgate.reports import summary
from lockgate.reports.annotations import Annotation, every
from lockgate.untrusted import cut, markdown, one_line, web_link
from lockgate.verdict import Answer, Verdict

LIMIT = 65_535
"""A comment has at most 65,536 characters, the summary of a check run 65,535; ours count as UTF-8 bytes."""
_TITLE_LIMIT = 255
_ENOUGH = 200  # characters of a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Hold the answer for a run, its reason, and the verdict where there is one.

    `project` names the report where a run, or the repository, has several; else it is empty.
    """

    run: Run
    answer: Answer
    reason: str
    verdict: Verdict | None
    project: str = ""

    @property
    def conclusion(self) -> Literal["success", "failure"]:
        """Give the conclusion of the check run."""
        return "success" if self.answer is Answer.PASS else "failure"

    @property
    def title(self) -> str:
        """Say it in one line of plain text."""
        return cut(one_line(f"{self.answer}: {self.reason}"), _TITLE_LIMIT)

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Make the annotations, the most important first."""
        return every(self.verdict) if self.verdict else ()


def of_verdict(run: Run, verdict: Verdict) -> Statement:
    """Believe a verdict as far as GitHub says the same: nothing passes that did not end as a success."""
    if (run.conclusion == "success") == (verdict.answer is Answer.PASS):
        return Statement(run=run, answer=verdict.answer, reason=verdict.reason, verdict=verdict)
    reason = f"the run ended as {run.conclusion}, and its verdict says {verdict.answer}: {verdict.reason}"
    told = replace(verdict, answer=Answer.ERROR, exit_code=ExitCode.INCOMPLETE, reason=reason)
    return Statement(run=run, answer=Answer.ERROR, reason=reason, verdict=told)


def of_failure(run: Run, failure: LockgateError) -> Statement:
    """Say that there is no verdict."""
    return Statement(run=run, answer=Answer.ERROR, reason=failure.what, verdict=None)


def body(statement: Statement, limit: int = LIMIT) -> str:
    """Write it as Markdown of at most `limit` bytes, leaving out the least important."""
    end = f"\n{_origin(statement)}\n"
    for text in _forms(statement, limit - len(end.encode())):
        if len((text + end).encode()) <= limit:
            return text + end
    raise AssertionError  # pragma: no cover - the last form has a few short lines


def note(statement: Statement, limit: int) -> str:
    """Write what a comment says: all of it, or one line when there is nothing that anybody needs to do."""
    verdict = statement.verdict
    if verdict is None or statement.answer is not Answer.PASS or statement.annotations:
        return body(statement, limit)
    waived = sum(finding.waived for finding in verdict.findings)
    said = [
        f"Lockgate: <b>{summary.ANSWERS[statement.answer]}</b>",
        markdown(cut(statement.reason, _ENOUGH)),
        *([f"{len(verdict.fixed):,} fixed by this change"] if verdict.fixed else []),
        *([f"{waived:,} waived"] if waived else []),
        _origin(statement),
    ]
    return " · ".join(said) + "\n"


def _forms(statement: Statement, limit: int) -> tuple[str, ...]:
    reason = markdown(cut(statement.reason, _ENOUGH))
    short = f"## Lockgate: {statement.answer}\n\n<b>{reason}</b>\n"
    verdict = statement.verdict
    if verdict is None:
        return (short,)
    link = line_link(statement.run)
    gates = tuple(replace(gate, notifications=()) for gate in verdict.gates)
    left_out = "\nNotes about the run are left out for want of room; they are in verdict.json.\n"
    room = limit - len(left_out.encode())
    return (
        summary.render(verdict, limit, link),
        summary.render(replace(verdict, gates=gates), room, link) + left_out,
        f"{short}\nAll else is left out for want of room; it is in verdict.json.\n",
    )


def _origin(statement: Statement) -> str:
    run = statement.run
    link = web_link(run.html_url)
    where = f'<a href="{link}">run</a>' if link else "run"
    which = f" ({markdown(cut(statement.project, _ENOUGH))})" if statement.project else ""
    return f"From the {where}{which} for commit {markdown(run.head_sha[:12])}."
