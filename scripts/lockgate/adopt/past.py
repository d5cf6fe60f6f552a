"""What the last commits of the default branch would have met, had the gates been there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lockgate import gates, pipeline
from lockgate.adopt.replay import Commit, Replay, replay
from lockgate.errors import LockgateError
from lockgate.finding import Finding
from lockgate.git import Git
from lockgate.host import Host
from lockgate.inputs import Options
from lockgate.observer import Silent
from lockgate.ranking import rank
from lockgate.untrusted import cut, one_line
from lockgate.verdict import Answer, Verdict

_FINDINGS = 3
_WIDTH = 72
_INDENT = " " * 23
# Pages are not loaded again for each commit: it would take minutes.
_GATES = tuple(name for name in gates.NAMES if name != "lighthouse")

Judge = Callable[[Options, Host], Verdict]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Say how far to look back: `commits` at most, none of them begun after `seconds`."""

    commits: int = 10
    seconds: float = 120.0


def judge(options: Options, host: Host) -> Verdict:
    """Run the pipeline; what it finds out about a content is kept for the next commit."""
    return pipeline.run(options, host, Silent()).verdict


def lines(git: Git, branch: str, host: Host, bounds: Bounds, judge: Judge = judge) -> Iterator[str]:
    """Yield the table line by line as the commits are judged, newest first, each against its first parent.

    The text is a stranger's in part; each line is one line, and nothing in it is unseen.
    """
    head = git.resolve(branch)
    if head is None:
        yield "No commit yet, so there is no past to judge."
        return
    with replay(git, head) as checkout:
        commits = [
            each for each in checkout.commits(head, bounds.commits) if each.parent or not git.is_shallow()
        ]
        if not commits:
            yield "The clone is shallow: `git fetch --unshallow` brings the past that could be judged."
            return
        yield f"The last commits of {one_line(branch)}, each against the one before it ({len(commits)}):"
        started = host.clock()
        for number, commit in enumerate(commits):
            if host.clock() - started > bounds.seconds:
                left = len(commits) - number
                yield f"  {left} older ones are left out: {bounds.seconds:g} seconds are over"
                return
            yield from _row(commit, checkout, host, judge)


def _row(commit: Commit, checkout: Replay, host: Host, judge: Judge) -> Iterator[str]:
    try:
        checkout.check_out(commit.sha)
        options = Options(path=checkout.root, base=commit.parent, all=not commit.parent, gates=_GATES)
        verdict = judge(options, host)
    except LockgateError as error:
        yield _line(commit, "ERROR", "")
        yield f"{_INDENT}{cut(one_line(error.what), _WIDTH)}"
        return
    blocking = sorted((finding for finding in verdict.findings if finding.blocking), key=rank)
    yield _line(commit, verdict.answer.upper(), str(len(blocking) or ""))
    if verdict.answer is Answer.ERROR:
        yield f"{_INDENT}{cut(one_line(verdict.reason), _WIDTH)}"
    yield from (_INDENT + _finding(finding) for finding in blocking[:_FINDINGS])
    if len(blocking) > _FINDINGS:
        yield f"{_INDENT}and {len(blocking) - _FINDINGS:,} more"


def _line(commit: Commit, answer: str, blocking: str) -> str:
    return f"  {commit.sha[:12]}  {answer:<5}{blocking:>4} {cut(one_line(commit.subject), _WIDTH)}"


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return one_line(f"{finding.severity} {finding.tool}/{finding.rule} {cut(place, 200)}")
