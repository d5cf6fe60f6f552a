"""Why a finding blocks or does not: each stage's decision, from a verdict that was written."""

from lockgate.errors import InputError
from lockgate.reports.verdict_json import Document, FindingDocument
from lockgate.untrusted import one_line

_SHORTEST = 6


def render(document: Document, fingerprint: str) -> str:
    """Explain the one finding whose fingerprint begins so; raise InputError when there is none, or several."""
    found = [finding for finding in document.findings if finding.fingerprint.startswith(fingerprint.lower())]
    if len(fingerprint) < _SHORTEST or len(found) != 1:
        raise InputError(
            f"{len(found)} findings of that run have a fingerprint that begins with `{one_line(fingerprint)[:80]}`",
            cause="a typing error, too few digits, or the report is of another run",
            todo=f"give at least {_SHORTEST} digits of a fingerprint in verdict.json or report.html",
        )
    return "".join(f"{line}\n" for line in _lines(document, found[0]))


def _lines(document: Document, finding: FindingDocument) -> list[str]:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return [
        one_line(f"{finding.gate} · {finding.rule} · {finding.severity} · {place}"),
        one_line(finding.message),
        f"fingerprint    {finding.fingerprint}",
        f"found by       {one_line(', '.join(finding.sources))}",
        *([f"commit         {finding.commit}"] if finding.commit else []),
        *_stages(document, finding),
        f"so it          {'blocks' if finding.blocking else 'does not block'}",
    ]


def _stages(document: Document, finding: FindingDocument) -> list[str]:
    if finding.gate == "policy":
        return ["policy         it tells of the configuration or a waiver, and never blocks by itself"]
    compared = document.base is not None
    new = f"compared with {(document.base or '')[:12]}" if compared else "nothing to compare with: all count as new"
    return [
        f"in the change  {_yes(finding.in_change)} ({document.scope})",
        f"new            {_yes(finding.state == 'new')} ({new})",
        f"waived         {f'yes: {one_line(finding.waiver)}' if finding.waiver else 'no'}",
        f"severity       {finding.severity}; what is {document.fail_on} or above blocks by default",
    ]


def _yes(answer: bool) -> str:  # noqa: FBT001 - the answer is all there is
    return "yes" if answer else "no"
