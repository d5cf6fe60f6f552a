"""The last job, the one to require: pass only what every other job, and the result itself, call a pass.

Standard library alone. Whatever is missing, was cancelled or skipped, or does not fit together, is an error.
What it goes by are the results and outputs of the jobs, which come from GitHub, and no artifact.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lockgate.errors import ExitCode
from lockgate.github import Emitter
from lockgate.reports.result import SCHEMA

NEEDS = ("plan", "shards", "gates")
_EXIT_CODES = {"pass": ExitCode.PASS, "fail": ExitCode.FINDINGS, "error": ExitCode.INCOMPLETE}
_RESULTS = {"pass": "success", "fail": "failure", "error": "failure"}
_OUTCOMES = {"pass": {"passed", "skipped"}, "fail": {"passed", "skipped", "failed"}}

Json = Any


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what the whole run comes to: `pass`, `fail` or `error`, how many findings block, and why."""

    verdict: str
    findings: int
    reason: str
    funnel: str


def run(environment: Mapping[str, str]) -> ExitCode:
    """Decide, say why, and set the outputs of the whole chain."""
    inputs = _parsed(environment.get("LOCKGATE_INPUTS", ""))
    decision = decide(_parsed(_text(inputs, "needs")), environment.get("GITHUB_SHA", ""))
    emitter = Emitter.of(environment, sys.stdout)
    if decision.funnel:
        emitter.plain(decision.funnel)
    emitter.plain(f"{decision.verdict.upper()}: {decision.reason}")
    if decision.verdict == "error":
        emitter.annotate("error", decision.reason, title="lockgate")
    emitter.set_output("verdict", decision.verdict)
    emitter.set_output("findings", str(decision.findings))
    return _EXIT_CODES[decision.verdict]


def decide(needs: Json, head: str) -> Decision:
    """Decide from the results and outputs of the jobs (GitHub's `needs`) and the commit of the run."""
    gates = needs.get("gates") if isinstance(needs, dict) else None
    result = _parsed(_text(_get(gates, "outputs"), "result"))
    said, funnel = _text(result, "verdict"), _text(result, "funnel")
    amiss = next(_amiss(needs, result, head), "")
    if amiss or said == "error":
        why = _text(result, "reason") if said == "error" else ""
        return Decision("error", _blocking(result), "; ".join(filter(None, (amiss, why))), funnel)
    return Decision(said, _blocking(result), _text(result, "reason"), funnel)


def _amiss(needs: Json, result: Json, head: str) -> Iterator[str]:
    """Yield what does not fit together, the first cause first."""
    if not isinstance(needs, dict) or set(needs) != set(NEEDS):
        yield f"the results of the jobs {', '.join(NEEDS)} are not all there"
        return
    ended = {name: _text(needs[name], "result") for name in NEEDS}
    yield from (f"the job {name} was cancelled" for name in NEEDS if ended[name] == "cancelled")
    planned = _planned(_get(needs["plan"], "outputs"))
    if ended["plan"] != "success" or planned is None:
        yield f"the job plan ended with {ended['plan'] or 'nothing'}: what must run is not known"
        return
    gates, shards = planned
    if ended["shards"] != ("success" if shards else "skipped"):
        yield f"the job shards ended with {ended['shards'] or 'nothing'}, and the plan has {len(shards)}"
    if ended["gates"] not in {"success", "failure"}:
        yield f"the job gates ended with {ended['gates'] or 'nothing'}"
    yield from _amiss_in_result(result, gates, ended["gates"], head)


def _amiss_in_result(result: Json, planned: dict[str, bool], ended: str, head: str) -> Iterator[str]:
    said, outcomes = _text(result, "verdict"), _get(result, "gates")
    if _text(result, "schema") != SCHEMA or said not in _RESULTS or not isinstance(outcomes, dict):
        yield f"the job gates ended with {ended} and left no result"
        return
    found = {outcome if isinstance(outcome, str) else "" for outcome in outcomes.values()}
    left_out = [
        name
        for name, runs in planned.items()
        if outcomes.get(name, "") in ({"", "skipped"} if runs else {""})
    ]
    if _RESULTS[said] != ended:
        yield f"the job gates ended with {ended}, and its verdict is {said}: another step of it has an error"
    if not head or _get(result, "head") != head:
        yield "the verdict is about another commit"
    if left_out:
        yield f"the plan has the gate {left_out[0]}, and the verdict says nothing of it"
    if said != "error" and not found <= _OUTCOMES[said]:
        yield f"the verdict is {said}, and a gate of it is {max(found - _OUTCOMES[said])}"
    if said != "error" and (said == "fail") != bool(_blocking(result)):
        yield f"the verdict is {said}, and {_blocking(result)} findings of it block"


def _planned(outputs: Json) -> tuple[dict[str, bool], list[Json]] | None:
    """Read which gates must run, and which jobs share the work; None when that cannot be read."""
    gates, shards = (_parsed(_text(outputs, name)) for name in ("gates", "shards"))
    if not isinstance(gates, dict) or not gates or not isinstance(shards, list):
        return None
    return gates, shards


def _blocking(result: Json) -> int:
    number = _get(result, "blocking")
    return number if type(number) is int and number > 0 else 0


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _get(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Json, name: str) -> str:
    found = _get(value, name)
    return found if isinstance(found, str) else ""
