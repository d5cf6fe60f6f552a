"""Render a verdict as one self-contained HTML page: no network, no script needed to read it."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lockgate.finding import Finding, Rule, Severity, State
from lockgate.ranking import rank
from lockgate.reports.excerpt import Excerpt, clip
from lockgate.reports.history import History
from lockgate.verdict import Answer, FunnelStep, Outcome, Verdict

SHOWN = 1_000
"""The page lists at most so many findings, the ones that matter most; verdict.json has them all."""

EXPANDED = 20
"""At most so many blocking findings start open."""

FEW = 10
"""Findings that block nothing start open only when there are at most so many."""

NOTIFICATIONS = 50
"""At most so many notifications are shown for each gate."""

TEXT = 2_000
"""No string on the page is longer than so many characters."""

_NO_HISTORY = History()
_WEB = re.compile(r"https?://[A-Za-z0-9\[][!-~]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one finding with all that its place on the page needs."""

    finding: Finding
    rule: Rule
    help: str
    cwe: tuple[int, ...]
    score: float | None
    excerpt: Excerpt | None
    expanded: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """Draw one step of the funnel: widths of it and of the next step, out of 1000."""

    step: FunnelStep
    width: int
    next_width: int


@dataclass(frozen=True, slots=True)
class Column:
    """Draw one run of the history: how many findings block, and a height out of 100."""

    name: str
    answer: Answer
    blocking: int
    height: int


def render(verdict: Verdict, excerpts: Mapping[str, Excerpt], history: History = _NO_HISTORY) -> str:
    """Render the page; `excerpts` holds code by the fingerprint of its finding, secrets masked.

    The same verdict gives the same bytes. The text encodes to UTF-8 whatever the strings in the verdict hold.
    """
    entries = _entries(verdict, excerpts)
    gates = {gate.name for gate in verdict.gates} | {finding.gate for finding in verdict.findings}
    totals = Counter(finding.blocking for finding in verdict.findings)
    template = _environment().get_template("report.html.j2")
    return template.render(
        verdict=verdict,
        bars=_bars(verdict.funnel),
        columns=_columns(verdict, history),
        history=history,
        chapters=[
            (title, [entry for entry in entries if entry.finding.blocking is blocking], totals[blocking])
            for title, blocking in (("Blocking findings", True), ("Other findings", False))
        ],
        shown=len(entries),
        incomplete=[gate.name for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE],
        gate_names=sorted(gates),
        severities=sorted(Severity, reverse=True),
        states=list(State),
        notifications_cap=NOTIFICATIONS,
    )


def _columns(verdict: Verdict, history: History) -> list[Column]:
    """Scale the runs to the one that blocked most; one that blocked nothing stays visible."""
    runs = [*((run.name or "unnamed", run.verdict) for run in history.runs), ("this run", verdict)]
    blocking = [sum(finding.blocking for finding in run.findings) for _, run in runs]
    most = max(blocking) or 1
    return [
        Column(name, run.answer, count, max(count * 100 // most, 3))
        for (name, run), count in zip(runs, blocking, strict=True)
    ]


def _entries(verdict: Verdict, excerpts: Mapping[str, Excerpt]) -> list[Entry]:
    """Choose the findings to show by what matters most, and put them in the order of the page."""
    rules = {(rule.tool, rule.id): rule for rule in verdict.rules}
    few = sum(not finding.blocking for finding in verdict.findings) <= FEW
    entries = []
    for place, finding in enumerate(sorted(verdict.findings, key=rank)[:SHOWN]):
        rule = rules.get((finding.tool, finding.rule)) or _unknown(finding)
        expanded = place < EXPANDED if finding.blocking else few
        entries.append(_entry(finding, rule, excerpts.get(finding.fingerprint), expanded))
    return sorted(entries, key=lambda entry: entry.finding.sort_key)


def _entry(finding: Finding, rule: Rule, excerpt: Excerpt | None, expanded: bool) -> Entry:
    scores = (finding.security_severity, rule.security_severity)
    return Entry(
        finding=finding,
        rule=rule,
        help=next((link for link in (finding.help, rule.help) if _WEB.fullmatch(link)), ""),
        cwe=tuple(sorted({*finding.cwe, *rule.cwe})),
        score=next((score for score in scores if score is not None), None),
        excerpt=excerpt if excerpt and excerpt.lines else None,
        expanded=expanded,
    )


def _unknown(finding: Finding) -> Rule:
    return Rule(id=finding.rule, tool=finding.tool, name="", severity=finding.severity)


def _bars(funnel: Iterable[FunnelStep]) -> list[Bar]:
    """Scale the steps to the widest; a step that holds anything at all stays visible."""
    steps = list(funnel)
    widest = max((step.count for step in steps), default=0) or 1
    widths = [max(step.count * 1000 // widest, 6 if step.count else 0) for step in steps]
    return [
        Bar(step, width, following)
        for step, width, following in zip(steps, widths, [*widths[1:], *widths[-1:]], strict=True)
    ]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "advice": _advice, "number": _number, "sha256": _sha256}
    return environment


def _harmless(value: object) -> object:
    """Make whatever the template prints visible and bounded; jinja2 escapes it after this."""
    return value if hasattr(value, "__html__") else clip(str(value), TEXT)


def _prose(text: str) -> str:
    """Join the lines of a message: it is read as one paragraph."""
    return " ".join(text.split())


def _advice(text: str) -> Markup:
    """Show what stands between backticks as code; one backtick without another is only a character."""
    parts = clip(_prose(text), TEXT).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def _number(value: int) -> str:
    return f"{value:,}"


def _sha256(text: str) -> str:
    """Hash an inline script or style as a Content-Security-Policy wants it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
