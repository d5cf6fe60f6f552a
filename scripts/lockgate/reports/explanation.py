"""Why a finding blocks or does not: each stage's decision, what made it, and what would change it.

All of it is from a verdict that was written, so that it holds for the run, wherever that was.
"""

from collections.abc import Iterator

from lockgate.errors import InputError
from lockgate.finding import NOT_SCANNED, Severity
from lockgate.github import inert
from lockgate.reports.verdict_document import Document, FindingDocument, GateDocument
from lockgate.untrusted import one_line

_SHORTEST = 6
_NEVER = "it tells of the configuration or a waiver, and never blocks by itself"


def render(document: Document, fingerprint: str) -> str:
    """Explain the one finding whose fingerprint begins so; raise InputError for none or several."""
    return "".join(f"{inert(line)}\n" for line in _lines(document, select(document, fingerprint)))


def select(document: Document, fingerprint: str) -> FindingDocument:
    """Give the one finding whose fingerprint begins so; raise InputError for none or several."""
    found = [finding for finding in document.findings if finding.fingerprint.startswith(fingerprint.lower())]
    if len(fingerprint) < _SHORTEST or len(found) != 1:
        given = one_line(fingerprint)[:80]
        raise InputError(
            f"{len(found)} findings of that run have a fingerprint that begins with `{given}`",
            cause="a typing error, too few digits, or the report is of another run",
            todo=f"give at least {_SHORTEST} digits of a fingerprint in verdict.json or report.html",
        )
    return found[0]


def title(finding: FindingDocument) -> str:
    """Name a finding on one line."""
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return one_line(f"{finding.gate} · {finding.rule} · {finding.severity} · {place}")


def _lines(document: Document, finding: FindingDocument) -> list[str]:
    changes = [
        ("" if number else "to change it", text) for number, text in enumerate(_ways(document, finding))
    ]
    rows = [
        ("fingerprint", finding.fingerprint),
        ("found by", ", ".join(finding.sources)),
        *_component(finding),
        *([("commit", f"{finding.commit}: no longer in the tree")] if finding.commit else []),
        *_stages(document, finding),
        ("so it", "blocks" if finding.blocking else "does not block"),
        *changes,
    ]
    return [
        title(finding),
        one_line(finding.message),
        *(f"{name:<16}{one_line(text)}" for name, text in rows),
    ]


def _component(finding: FindingDocument) -> Iterator[tuple[str, str]]:
    if aliases := [name for name in finding.aliases if name != finding.rule]:
        yield "known as", ", ".join(aliases)
    if finding.package:
        yield "component", finding.package
    if finding.fixed_in:
        yield "fixed in", finding.fixed_in


def _stages(document: Document, finding: FindingDocument) -> list[tuple[str, str]]:
    if finding.gate == "policy":
        return [("policy", _NEVER)]
    new = (
        f"compared with {document.base[:12]}"
        if document.base
        else "nothing to compare with: all count as new"
    )
    return [
        ("in the change", f"{_yes(finding.in_change)} ({document.scope})"),
        ("new", f"{_yes(finding.state == 'new')} ({new})"),
        ("waived", _waived(finding)),
        ("over threshold", _threshold(document, finding)),
    ]


def _waived(finding: FindingDocument) -> str:
    if finding.waived:
        return f"yes, {finding.waiver}" + (f" ({finding.waived_why})" if finding.waived_why else "")
    return f"no: {finding.waived_why or 'no waiver names it'}"


def _threshold(document: Document, finding: FindingDocument) -> str:
    """Compare with the threshold of the finding's own gate."""
    if finding.rule == NOT_SCANNED:
        return "yes: what was not scanned blocks whatever the threshold"
    if finding.anyway:
        return f"yes: it blocks at any threshold: {finding.anyway}"
    gate = _gate(document, finding)
    threshold = gate.fail_on if gate else document.fail_on
    reached = Severity.parse(finding.severity) >= Severity.parse(threshold)
    verb = "is not below" if reached else "is below"
    where = gate.fail_on_from if gate and gate.fail_on_from else "the default"
    return (
        f"{_yes(reached)}: {finding.severity} {verb} {threshold}, the threshold of {finding.gate} ({where})"
    )


def _ways(document: Document, finding: FindingDocument) -> Iterator[str]:
    """Say what would turn the decision: of the stage that stopped it, or of each that let it through."""
    if finding.gate == "policy":
        return
    if not finding.in_change or finding.state != "new":
        yield "it would count in a run that judges everything (`lockgate run --all`), or were it added anew"
    elif finding.waived:
        yield "it counts again once the waiver has expired or is taken out"
    elif not finding.blocking:
        yield f"it would block from `fail-on: {finding.severity}` on, {_where(document, finding)}"
    else:
        yield from _out(document, finding)


def _out(document: Document, finding: FindingDocument) -> Iterator[str]:
    rules = (rule for rule in document.rules if (rule.tool, rule.id) == (finding.tool, finding.rule))
    mend = finding.mend or next((rule.mend for rule in rules if rule.mend), "")
    yield f"mend it: {mend}" if mend else "mend it"
    yield (
        f"or waive it, for as long as `waiver-caps` allows a {finding.severity} finding: lockgate waive "
        f"{finding.fingerprint[:12]} --owner WHO --reason WHY --expires YYYY-MM-DD"
    )
    if finding.rule == NOT_SCANNED:
        yield "or list its file under `exclude`"
    elif finding.severity != "critical" and not finding.anyway:
        above = Severity(Severity.parse(finding.severity) + 1)
        yield f"or raise the threshold to {above}, {_where(document, finding)}"


def _where(document: Document, finding: FindingDocument) -> str:
    gate = _gate(document, finding)
    place = gate.fail_on_from if gate else ""
    return f"at {place}" if place else f"as `gates.{finding.gate}.fail-on` in the configuration"


def _gate(document: Document, finding: FindingDocument) -> GateDocument | None:
    return next((gate for gate in document.gates if gate.name == finding.gate), None)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
