"""Render how a run stands against an earlier one, as a section of the job summary."""

from collections.abc import Iterator

from lockgate.reports.history import History, Past
from lockgate.reports.summary import ANSWERS
from lockgate.untrusted import cut, markdown
from lockgate.verdict import GateResult, Outcome, Verdict

_TEXT_LIMIT = 200


def render(verdict: Verdict, history: History) -> str:
    """Render the section as Markdown, empty without a history.

    A run with a base stands against the last verdict of that commit, one without against the last run. Where
    the earlier one judged everything, the counts are of everything here too: what was there, and what is new,
    without what was mended.
    """
    past = history.of(verdict.base) if verdict.base else next(reversed(history.runs), None)
    if not (history.runs or history.unread):
        return ""
    return "\n".join(["", "", "### Trend", "", *_against(verdict, past, history), *_notes(history), ""])


def _against(verdict: Verdict, past: Past | None, history: History) -> Iterator[str]:
    if past is None:
        yield f"None of {len(history.runs)} earlier verdicts is of the base."
        return
    before = past.verdict
    which = "the base's last verdict" if verdict.base else "the last run"
    yield f"| | {which}, {_text(past.name or 'unnamed')} | this run |"
    yield "|---|---|---|"
    yield f"| verdict | {ANSWERS[before.answer]} | {ANSWERS[verdict.answer]} |"
    yield f"| judged | {_text(before.scope)} | {_text(verdict.scope)} |"
    yield f"| blocking | {_blocking(before)} | {_blocking(verdict)} |"
    gates = {gate.name: gate for gate in verdict.gates}
    old = {gate.name: gate for gate in before.gates}
    grown = verdict.base is not None and before.base is None
    for name in dict.fromkeys([*old, *gates]):
        here = _grown(old.get(name), gates.get(name)) if grown else _findings(gates.get(name))
        yield f"| {_text(name)} findings | {_findings(old.get(name))} | {here} |"


def _notes(history: History) -> Iterator[str]:
    if history.unread:
        yield f"\n{history.unread} earlier files are no verdict that can be read."


def _grown(before: GateResult | None, gate: GateResult | None) -> str:
    """Count what there is after the change, and say how that came."""
    if not (gate and _ran(gate) and before and _ran(before)):
        return "–"
    new, fixed = gate.counts.get("new", 0), gate.counts.get("fixed", 0)
    total = before.counts.get("findings", 0) + new - fixed
    return f"{total:,} ({new:,} new, {fixed:,} mended)"


def _findings(gate: GateResult | None) -> str:
    return f"{gate.counts.get('findings', 0):,}" if gate and _ran(gate) else "–"


def _ran(gate: GateResult) -> bool:
    """Say whether a gate's counts can be believed: one that is incomplete counts too little."""
    return gate.outcome in {Outcome.PASSED, Outcome.FAILED}


def _blocking(verdict: Verdict) -> int:
    return sum(finding.blocking for finding in verdict.findings)


def _text(text: str) -> str:
    return markdown(cut(text, _TEXT_LIMIT))
