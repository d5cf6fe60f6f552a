"""Render a verdict as one self-contained HTML page: no network, no script needed to read it."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lockgate.finding import Finding, Rule, Severity, State
from lockgate.ranking import rank
from lockgate.reports.excerpt import Excerpt, clip
from lockgate.reports.history import History
from lockgate.reports.message import Message, Rules, message, rules_of
from lockgate.reports.strips import plots
from lockgate.reports.tables import of_gates
from lockgate.verdict import Answer, FunnelStep, GateResult, Outcome, Table, Verdict

SHOWN = 1_000
"""The page lists at most so many findings, the ones that matter most; verdict.json has them all."""

EXPANDED = 20
"""At most so many blocking findings start open."""

FEW = 10
"""Findings that block nothing start open only when there are at most so many."""

NOTIFICATIONS = 50
"""At most so many notifications are shown for each gate."""

ROWS = 200
"""At most so many rows are shown of each table that a gate made."""

FEW_ROWS = 12
"""The first table of a gate starts open only when it has at most so many."""

STRIPS = 40
"""At most so many strips are drawn below a table."""

TEXT = 2_000
"""No string on the page is longer than so many characters."""

_BLOCKING, _FIXED, _OTHER = "Blocking findings", "Fixed by this change", "Other findings"
_NO_HISTORY = History()
_WEB = re.compile(r"https?://[A-Za-z0-9\[][!-~]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one finding with all that its place on the page needs."""

    finding: Finding
    rule: Rule
    said: Message
    help: str
    cwe: tuple[int, ...]
    score: float | None
    excerpt: Excerpt | None
    expanded: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Hold entries that stand below one heading, those of a file together with its path."""

    heading: str
    files: list[tuple[str, list[Entry]]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Hold the entries of one kind in their order; `total` counts those that did not fit too."""

    title: str
    groups: list[Group]
    shown: int
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one table of a gate."""

    gate: str
    table: Table
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
    gates = {gate.name for gate in verdict.gates} | {entry.finding.gate for entry in entries}
    tables, tables_total = of_gates(verdict.gates)
    template = _environment().get_template("report.html.j2")
    return template.render(
        verdict=verdict,
        bars=_bars(verdict.funnel),
        sheets=_sheets(tables),
        tables_total=tables_total,
        rows_cap=ROWS,
        strips_cap=STRIPS,
        columns=_columns(verdict, history),
        history=history,
        chapters=_chapters(verdict, entries),
        shown=len(entries),
        total=len(verdict.findings) + len(verdict.fixed),
        incomplete=[gate.name for gate in verdict.gates if gate.outcome is Outcome.INCOMPLETE],
        gate_names=sorted(gates),
        severities=sorted(Severity, reverse=True),
        states=list(State),
        notifications_cap=NOTIFICATIONS,
    )


def _sheets(tables: Iterable[tuple[GateResult, Table]]) -> list[Sheet]:
    """Open what is short and first of its gate, and what has runs to look at."""
    return [
        Sheet(gate.name, table, bool(table.strips) or (number == 0 and len(table.rows) <= FEW_ROWS))
        for _, group in groupby(tables, lambda each: id(each[0]))
        for number, (gate, table) in enumerate(group)
    ]


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
    """Choose the findings to show, the ones that matter most first; what was fixed is among them."""
    rules = rules_of(verdict)
    few = sum(not finding.blocking for finding in verdict.findings) <= FEW
    entries = []
    for place, finding in enumerate(sorted((*verdict.findings, *verdict.fixed), key=rank)[:SHOWN]):
        expanded = place < EXPANDED if finding.blocking else few and finding.state is not State.ABSENT
        entries.append(_entry(finding, rules, excerpts.get(finding.fingerprint), expanded))
    return entries


def _chapters(verdict: Verdict, entries: Iterable[Entry]) -> list[Chapter]:
    """Part the entries: what blocks in the order of what matters most, the rest by gate and place."""
    totals = Counter(map(_title, (*verdict.findings, *verdict.fixed)))
    parts: dict[str, list[Entry]] = {_BLOCKING: [], _FIXED: [], _OTHER: []}
    for entry in entries:
        parts[_title(entry.finding)].append(entry)
    for title in (_FIXED, _OTHER):
        parts[title].sort(key=lambda entry: entry.finding.sort_key)
    return [Chapter(title, _groups(part), len(part), totals[title]) for title, part in parts.items() if part]


def _title(finding: Finding) -> str:
    return _BLOCKING if finding.blocking else _FIXED if finding.state is State.ABSENT else _OTHER


def _groups(entries: Iterable[Entry]) -> list[Group]:
    """Put entries that follow each other and belong together below one heading, in the order they have."""
    return [
        Group(heading, [(path, list(files)) for path, files in groupby(group, lambda e: e.finding.path)])
        for heading, group in groupby(entries, _heading)
    ]


def _heading(entry: Entry) -> str:
    finding = entry.finding
    return f"{finding.severity} · {finding.gate}" if finding.blocking else finding.gate


def _entry(finding: Finding, rules: Rules, excerpt: Excerpt | None, expanded: bool) -> Entry:
    rule = rules.get((finding.tool, finding.rule)) or _unknown(finding)
    scores = (finding.security_severity, rule.security_severity)
    return Entry(
        finding=finding,
        rule=rule,
        said=message(finding, rules),
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
    environment.filters["plots"] = plots
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
