"""Render the result: a verdict in one line, small enough for an output of a job, for the gate to read.

It goes from job to job by GitHub itself, so that no artifact, which others may replace, decides anything.
"""

import json
from typing import Final

from lockgate.untrusted import cut, one_line
from lockgate.verdict import Verdict

SCHEMA: Final = "lockgate-result/1"
_REASON_LIMIT = 2000


def render(verdict: Verdict) -> str:
    """Render the answer, why, about which commit, how each gate ended and how many findings block."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "verdict": verdict.answer.value,
            "reason": cut(one_line(verdict.reason), _REASON_LIMIT),
            "head": verdict.head,
            "gates": {gate.name: gate.outcome.value for gate in verdict.gates},
            "blocking": sum(finding.blocking for finding in verdict.findings),
            "funnel": " → ".join(f"{step.count:,} {step.stage}" for step in verdict.funnel),
        }
    )
