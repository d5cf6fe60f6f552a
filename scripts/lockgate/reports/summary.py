"""Render the job summary: a verdict as GitHub's Markdown, the most important of it when not all fits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from lockgate.finding import Finding, Notification, State
from lockgate.github import SUMMARY_LIMIT
from lockgate.ranking import rank
from lockgate.reports import tables
from lockgate.reports.message import Rules, message, rules_of
from lockgate.untrusted import BREAK, cut, markdown, web_link
from lockgate.verdict import Answer, GateResult, Outcome, Verdict

Link = Callable[[Finding], str]

_TEXT_LIMIT = 300
_LABELLED_LIMIT = 1000  # what mends a migration is several statements, of no use when the last are cut off
_NOTES_LIMIT = 50
_POLICY = "policy"  # the gate of findings about configuration and waivers
_TABLES = 8  # at most that part of the whole is for what gates measured
_RESERVE = 2048  # bytes for headings and for the line that counts what was left out

ANSWERS = {Answer.PASS: "✅ pass", Answer.FAIL: "❌ fail", Answer.ERROR: "⚠️ error"}
_OUTCOMES = {
    Outcome.PASSED: "✅ passed",
    Outcome.FAILED: "❌ failed",
    Outcome.SKIPPED: "⏭️ skipped",
    Outcome.INCOMPLETE: "⚠️ **incomplete**",
}
_HEAD = "| rule | finding |\n|---|---|\n"


def nowhere(_: Finding) -> str:
    """Link no finding's line: where it could be looked at is not known."""
    return ""


@dataclass(frozen=True, slots=True)
class _Section:
    """Hold findings under a heading, the most important first; only what is not folded is seen at once."""

    heading: str
    findings: Sequence[Finding]
    folded: bool


def render(verdict: Verdict, limit: int = SUMMARY_LIMIT, link: Link = nowhere) -> str:
    """Render the verdict as Markdown; all text from outside is only ever text in it.

    Tables and then findings are left out for it to be at most `limit` bytes; gates and their notes are not.
    `link` gives the address of a finding's line.
    """
    top = "\n".join(_top(verdict))
    room = limit - len(top.encode()) - _RESERVE
    text = top + "".join(_findings(_sections(verdict), rules_of(verdict), link, room))
    left = limit - len(text.encode()) - 1
    return "\n".join([text, *tables.render(verdict.gates, min(limit // _TABLES, left))])


def _top(verdict: Verdict) -> list[str]:
    head = f"head `{verdict.head[:12]}`" if verdict.head.isalnum() else "no commit"
    base = f"base `{verdict.base[:12]}`" if verdict.base and verdict.base.isalnum() else "no base"
    dirty = " with changes not committed" if verdict.dirty else ""
    funnel = " → ".join(f"{step.count} {_text(step.stage)}" for step in verdict.funnel)
    return [
        f"## Lockgate: {ANSWERS[verdict.answer]}",
        "",
        f"<b>{_text(verdict.reason)}</b>",
        "",
        f"Scope: {_text(verdict.scope)} · {base} · {head}{dirty} · fails on {verdict.fail_on} and above",
        "",
        f"{funnel} → <b>{verdict.answer.upper()}</b>" if funnel else "",
        "",
        *_policy(verdict.findings),
        "| gate | outcome | new | fixed | waived | seconds | reason | tools |",
        "|---|---|---|---|---|---|---|---|",
        *(_gate_row(gate, verdict.timing.gates.get(gate.name)) for gate in verdict.gates),
        "",
        *_notes(verdict.gates),
    ]


def _policy(findings: Iterable[Finding]) -> list[str]:
    """Say at the top what the change does to the policy, and what the waivers come to."""
    about = sorted((finding for finding in findings if finding.gate == _POLICY), key=rank)
    more = [f"- {len(about) - _NOTES_LIMIT} more below"] if len(about) > _NOTES_LIMIT else []
    return [
        *(f"- {_text(finding.message)}" for finding in about[:_NOTES_LIMIT]),
        *more,
        *([""] if about else []),
    ]


def _gate_row(gate: GateResult, seconds: float | None) -> str:
    tools = ", ".join(_text(f"{tool.name} {tool.version}".strip()) for tool in gate.tools)
    counts = [str(gate.counts.get(name, "")) for name in ("new", "fixed", "waived")]
    took = f"{seconds:.1f}" if seconds is not None and gate.outcome is not Outcome.SKIPPED else ""
    cells = [_text(gate.name), _OUTCOMES[gate.outcome], *counts, took, _text(gate.reason), tools]
    return f"| {' | '.join(cells)} |"


def _notes(gates: Iterable[GateResult]) -> list[str]:
    notes = [(gate.name, note) for gate in gates for note in gate.notifications]
    if not notes:
        return []
    more = [f"| | | {len(notes) - _NOTES_LIMIT} more in verdict.json |"] if len(notes) > _NOTES_LIMIT else []
    rows = [_note_row(name, note) for name, note in notes[:_NOTES_LIMIT]]
    head = [f"<details><summary>About the run: {len(notes)}</summary>", "", "| gate | level | note |"]
    return [*head, "|---|---|---|", *rows, *more, "", "</details>", ""]


def _note_row(gate: str, note: Notification) -> str:
    place = f"{_code(note.path)} " if note.path else ""
    return f"| {_text(gate)} | {_text(note.level)} | {place}{_text(note.message)} |"


def _sections(verdict: Verdict) -> tuple[_Section, ...]:
    ranked = sorted(verdict.findings, key=rank)
    blocking = [finding for finding in ranked if finding.blocking]
    return (
        _Section(f"Blocking: {len(blocking)}", blocking, folded=False),
        _Section(f"Fixed by this change: {len(verdict.fixed)}", sorted(verdict.fixed, key=rank), folded=True),
        _Section(f"Other findings: {len(ranked) - len(blocking)}", ranked[len(blocking) :], folded=True),
    )


def _findings(sections: Sequence[_Section], rules: Rules, link: Link, room: int) -> Iterable[str]:
    """Yield a table for each section until the room (in bytes) is used up, then say what was left out."""
    shown = 0
    for section in sections:
        rows: list[str] = []
        for finding in section.findings:
            row = _row(finding, rules, link)
            room -= len(row.encode())
            if room < 0:
                break
            rows.append(row)
        shown += len(rows)
        yield _table(section, rows)
    total = sum(len(section.findings) for section in sections)
    if shown < total:
        yield f"\n{shown} of {total} findings shown, the most important ones; all are in verdict.json.\n"


def _table(section: _Section, rows: Sequence[str]) -> str:
    if not rows:
        return ""
    table = f"\n\n{_HEAD}{''.join(rows)}"
    if section.folded:
        return f"\n<details><summary>{section.heading}</summary>{table}\n</details>\n"
    return f"\n### {section.heading}{table}"


def _row(finding: Finding, rules: Rules, link: Link) -> str:
    said = message(finding, rules)
    words = [
        _text(said.what),
        *(f"<b>{label}:</b> {_text(text, _LABELLED_LIMIT)}" for label, text in said.labelled),
    ]
    words += [f"Found by: {_text(', '.join(finding.sources))}"] if len(finding.sources) > 1 else []
    where = finding.path + (f":{finding.line}" if finding.line > 0 else "")
    heads = [
        f"<b>{finding.severity}</b>",
        _linked(_code(f"{finding.gate} · {finding.rule}"), said.link),
        ", ".join(_marks(finding)),
    ]
    place = [_linked(_code(where), link(finding))] if where else []
    return f"| {'<br>'.join(heads)} | {'<br>'.join(place + words)} |\n"


def _linked(text: str, address: str) -> str:
    link = web_link(address)
    return f'<a href="{escape(link)}">{text}</a>' if link else text


def _marks(finding: Finding) -> Iterable[str]:
    if finding.blocking:
        yield "blocking"
    yield "fixed" if finding.state is State.ABSENT else str(finding.state)
    if not finding.in_change and finding.state is not State.ABSENT:
        yield "not in the change"
    if finding.waived:
        yield f"waived: {_text(finding.waiver)}" if finding.waiver else "waived"


def _text(text: str, limit: int = _TEXT_LIMIT) -> str:
    return markdown(cut(text, limit))


def _code(text: str) -> str:
    # GitHub makes no mention or reference of text in <code>; without the breaks a path can be copied.
    return f"<code>{_text(text).replace(BREAK, '')}</code>"
