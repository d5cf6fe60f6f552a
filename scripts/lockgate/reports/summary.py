"""Render the job summary: a verdict as GitHub's Markdown, the most important of it when not all fits."""

from collections.abc import Iterable, Sequence
from html import escape

from lockgate.finding import Finding, Notification, Rule, State
from lockgate.github import SUMMARY_LIMIT
from lockgate.ranking import rank
from lockgate.untrusted import BREAK, cut, markdown, web_link
from lockgate.verdict import Answer, GateResult, Outcome, Verdict

_TEXT_LIMIT = 300
_NOTES_LIMIT = 50
_RESERVE = 2048  # bytes for headings and for the line that counts what was left out

_ANSWERS = {Answer.PASS: "✅ pass", Answer.FAIL: "❌ fail", Answer.ERROR: "⚠️ error"}
_OUTCOMES = {
    Outcome.PASSED: "✅ passed",
    Outcome.FAILED: "❌ failed",
    Outcome.SKIPPED: "⏭️ skipped",
    Outcome.INCOMPLETE: "⚠️ **incomplete**",
}
_HEAD = "| severity | rule | where | finding | marks |\n|---|---|---|---|---|\n"


def render(verdict: Verdict, limit: int = SUMMARY_LIMIT) -> str:
    """Render the verdict as Markdown; all text from outside is only ever text in it.

    Findings are left out for it to be at most `limit` bytes; gates and their notes are not.
    """
    top = "\n".join(_top(verdict))
    findings = sorted(verdict.findings, key=rank)
    rules = {(rule.tool, rule.id): rule for rule in verdict.rules}
    rows = _fit(findings, rules, limit - len(top.encode()) - _RESERVE)
    blocking = sum(finding.blocking for finding in findings)
    return top + "".join(_tables(rows, blocking, len(findings)))


def _top(verdict: Verdict) -> list[str]:
    head = f"head `{verdict.head[:12]}`" if verdict.head.isalnum() else "no commit"
    base = f"base `{verdict.base[:12]}`" if verdict.base and verdict.base.isalnum() else "no base"
    dirty = " with changes not committed" if verdict.dirty else ""
    funnel = " → ".join(f"{step.count} {_text(step.stage)}" for step in verdict.funnel)
    return [
        f"## Lockgate: {_ANSWERS[verdict.answer]}",
        "",
        f"<b>{_text(verdict.reason)}</b>",
        "",
        f"Scope: {_text(verdict.scope)} · {base} · {head}{dirty} · fails on {verdict.fail_on} and above",
        "",
        f"{funnel} → <b>{verdict.answer.upper()}</b>" if funnel else "",
        "",
        "| gate | outcome | reason | tools | findings |",
        "|---|---|---|---|---|",
        *(_gate_row(gate) for gate in verdict.gates),
        "",
        *_notes(verdict.gates),
    ]


def _gate_row(gate: GateResult) -> str:
    tools = ", ".join(_text(f"{tool.name} {tool.version}".strip()) for tool in gate.tools)
    found = gate.counts.get("findings", "")
    return f"| {_text(gate.name)} | {_OUTCOMES[gate.outcome]} | {_text(gate.reason)} | {tools} | {found} |"


def _notes(gates: Iterable[GateResult]) -> list[str]:
    notes = [(gate.name, note) for gate in gates for note in gate.notifications]
    if not notes:
        return []
    more = [f"| | | {len(notes) - _NOTES_LIMIT} more in verdict.json |"] if len(notes) > _NOTES_LIMIT else []
    rows = [_note_row(name, note) for name, note in notes[:_NOTES_LIMIT]]
    return ["| gate | level | about the run |", "|---|---|---|", *rows, *more, ""]


def _note_row(gate: str, note: Notification) -> str:
    place = f"{_code(note.path)} " if note.path else ""
    return f"| {_text(gate)} | {_text(note.level)} | {place}{_text(note.message)} |"


def _fit(findings: Sequence[Finding], rules: dict[tuple[str, str], Rule], room: int) -> list[str]:
    """Make rows, the most important first, until the room (in bytes) is used up."""
    rows: list[str] = []
    for finding in findings:
        row = _row(finding, rules.get((finding.tool, finding.rule)))
        room -= len(row.encode())
        if room < 0:
            break
        rows.append(row)
    return rows


def _tables(rows: Sequence[str], blocking: int, total: int) -> Iterable[str]:
    """Yield the table of the blocking findings, which rank first, and the folded one of all others."""
    first, rest = rows[:blocking], rows[blocking:]
    if first:
        yield f"\n### Blocking: {blocking}\n\n{_HEAD}{''.join(first)}"
    if rest:
        yield f"\n<details><summary>Other findings: {total - blocking}</summary>\n\n{_HEAD}{''.join(rest)}"
        yield "\n</details>\n"
    if len(rows) < total:
        yield f"\n{len(rows)} of {total} findings shown, the most important ones; all are in verdict.json.\n"


def _row(finding: Finding, rule: Rule | None) -> str:
    name = _code(f"{finding.gate} · {finding.rule}")
    link = web_link(finding.help) or web_link(rule.help if rule else "")
    where = finding.path + (f":{finding.line}" if finding.line > 0 else "")
    said = [_text(finding.message or (rule.what if rule else ""))]
    said += [f"<b>Mend:</b> {_text(rule.mend)}"] if rule and rule.mend else []
    said += [f"Found by: {_text(', '.join(finding.sources))}"] if len(finding.sources) > 1 else []
    cells = [
        str(finding.severity),
        f'<a href="{escape(link)}">{name}</a>' if link else name,
        _code(where) if where else "",
        "<br>".join(said),
        ", ".join(_marks(finding)),
    ]
    return f"| {' | '.join(cells)} |\n"


def _marks(finding: Finding) -> Iterable[str]:
    if finding.blocking:
        yield "blocking"
    yield str(finding.state)
    if not finding.in_change and finding.state is not State.ABSENT:
        yield "not in the change"
    if finding.waived:
        yield f"waived: {_text(finding.waiver)}" if finding.waiver else "waived"


def _text(text: str) -> str:
    return markdown(cut(text, _TEXT_LIMIT))


def _code(text: str) -> str:
    # GitHub makes no mention or reference of text in <code>; without the breaks a path can be copied.
    return f"<code>{_text(text).replace(BREAK, '')}</code>"
