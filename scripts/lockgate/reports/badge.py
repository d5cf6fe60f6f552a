"""Render `badge.json`, which shields.io makes a badge of: https://shields.io/badges/endpoint-badge."""

import json

from lockgate.verdict import Answer, Verdict

_COLOURS = {Answer.PASS: "brightgreen", Answer.FAIL: "red", Answer.ERROR: "orange"}


def render(verdict: Verdict) -> bytes:
    """Render the answer in a word, with how many findings there are to mend."""
    blocking = sum(finding.blocking for finding in verdict.findings)
    failed = verdict.answer is Answer.FAIL and blocking
    badge = {
        "schemaVersion": 1,
        "label": "lockgate",
        "message": f"{blocking:,} to mend" if failed else verdict.answer.value,
        "color": _COLOURS[verdict.answer],
    }
    return json.dumps(badge, indent=1).encode() + b"\n"
