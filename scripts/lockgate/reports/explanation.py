"""Why a finding blocks or does not: each stage's decision, from a verdict that was written."""

from lockgate.errors import InputError
from lockgate.finding import NOT_SCANNED, Severity
from lockgate.github import inert
from lockgate.reports.verdict_document import Document, FindingDocument
from lockgate.untrusted import one_line

_SHORTEST = 6


def render(document: Document, fingerprint: str) -> str:
    """Explain the one finding whose fingerprint begins so; raise InputError for none or several."""
    found = [finding for finding in document.findings if finding.fingerprint.startswith(fingerprint.lower())]
    if len(fingerprint) < _SHORTEST or len(found) != 1:
        given = one_line(fingerprint)[:80]
        raise InputError(
            f"{len(found)} findings of that run have a fingerprint that begins with `{given}`",
            cause="a typing error, too few digits, or the report is of another run",
            todo=f"give at least {_SHORTEST} digits of a fingerprint in verdict.json or report.html",
        )
    return "".join(f"{inert(line)}\n" for line in _lines(document, found[0]))


def _lines(document: Document, finding: FindingDocument) -> list[str]:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    rows = [
        ("fingerprint", finding.fingerprint),
        ("found by", ", ".join(finding.sources)),
        *([("commit", f"{finding.commit}: no longer in the tree")] if finding.commit else []),
        *_stages(document, finding),
        ("so it", "blocks" if finding.blocking else "does not block"),
    ]
    return [
        one_line(f"{finding.gate} · {finding.rule} · {finding.severity} · {place}"),
        one_line(finding.message),
        *(f"{name:<16}{one_line(text)}" for name, text in rows),
    ]


def _stages(document: Document, finding: FindingDocument) -> list[tuple[str, str]]:
    if finding.gate == "policy":
        return [("policy", "it tells of the configuration or a waiver, and never blocks by itself")]
    new = (
        f"compared with {document.base[:12]}"
        if document.base
        else "nothing to compare with: all count as new"
    )
    return [
        ("in the change", f"{_yes(finding.in_change)} ({document.scope})"),
        ("new", f"{_yes(finding.state == 'new')} ({new})"),
        ("waived", f"yes, {finding.waiver}" if finding.waived else "no"),
        ("over threshold", _threshold(document, finding)),
    ]


def _threshold(document: Document, finding: FindingDocument) -> str:
    """Compare with the threshold of the finding's own gate."""
    if finding.rule == NOT_SCANNED:
        return "yes: what was not scanned blocks whatever the threshold"
    threshold = next((gate.fail_on for gate in document.gates if gate.name == finding.gate), document.fail_on)
    reached = Severity.parse(finding.severity) >= Severity.parse(threshold)
    verb = "is not below" if reached else "is below"
    return f"{_yes(reached)}: {finding.severity} {verb} {threshold}, the threshold of {finding.gate}"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
