"""The last job, the one to require: pass only what every other job, and the verdict itself, call a pass.

Standard library alone. Whatever is missing, was cancelled or skipped, or does not fit together, is an error.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockgate.errors import ExitCode
from lockgate.github import Emitter
from lockgate.source import read_bytes

NEEDS = ("plan", "shards", "gates")
SCHEMA = "lockgate-verdict/1"
_MAX_BYTES = 512 * 1024 * 1024
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


def run(environment: Mapping[str, str]) -> ExitCode:
    """Decide, say why, and set the outputs of the whole chain."""
    inputs = _parsed(environment.get("LOCKGATE_INPUTS", "").encode())
    needs = _parsed(_text(inputs, "needs").encode())
    verdict = _read(Path(_text(inputs, "report")) / "verdict.json")
    decision = decide(needs, verdict, environment.get("GITHUB_SHA", ""))
    emitter = Emitter.of(environment, sys.stdout)
    for line in _funnel(verdict):
        emitter.plain(line)
    emitter.plain(f"{decision.verdict.upper()}: {decision.reason}")
    if decision.verdict == "error":
        emitter.annotate("error", decision.reason, title="lockgate")
    emitter.set_output("verdict", decision.verdict)
    emitter.set_output("findings", str(decision.findings))
    emitter.set_output("report-artifact", _text(inputs, "artifact"))
    return _EXIT_CODES[decision.verdict]


def decide(needs: Json, verdict: Json, head: str) -> Decision:
    """Decide from the results of the jobs (GitHub's `needs`), the verdict, and the commit of the run."""
    amiss = next(_amiss(needs, verdict, head), "")
    said = _text(verdict, "verdict")
    if amiss or said == "error":
        why = _text(verdict, "reason") if said == "error" else ""
        return Decision("error", _blocking(verdict), "; ".join(filter(None, (amiss, why))))
    return Decision(said, _blocking(verdict), _text(verdict, "reason"))


def _amiss(needs: Json, verdict: Json, head: str) -> Iterator[str]:
    """Yield what does not fit together, the first cause first."""
    if not isinstance(needs, dict) or set(needs) != set(NEEDS):
        yield f"the results of the jobs {', '.join(NEEDS)} are not all there"
        return
    results = {name: _text(needs[name], "result") for name in NEEDS}
    yield from (f"the job {name} was cancelled" for name in NEEDS if results[name] == "cancelled")
    planned = _outputs(needs["plan"])
    if results["plan"] != "success" or planned is None:
        yield f"the job plan ended with {results['plan'] or 'nothing'}: what must run is not known"
        return
    gates, shards = planned
    wanted = "success" if shards else "skipped"
    if results["shards"] != wanted:
        yield f"the job shards ended with {results['shards'] or 'nothing'}, and the plan has {len(shards)}"
    if results["gates"] not in {"success", "failure"}:
        yield f"the job gates ended with {results['gates'] or 'nothing'}"
    yield from _amiss_in_verdict(verdict, gates, results["gates"], head)


def _amiss_in_verdict(verdict: Json, planned: dict[str, bool], result: str, head: str) -> Iterator[str]:
    if not isinstance(verdict, dict) or verdict.get("schema") != SCHEMA:
        yield "there is no verdict: the report is missing or cannot be read"
        return
    said = _text(verdict, "verdict")
    outcomes = {_text(gate, "name"): _text(gate, "outcome") for gate in _list(verdict, "gates")}
    left_out = [
        name
        for name, runs in planned.items()
        if outcomes.get(name, "") in ({"", "skipped"} if runs else {""})
    ]
    if _RESULTS.get(said) != result:
        yield f"the job gates ended with {result}, and its verdict is {said or 'nothing'}"
    elif not head or verdict.get("head") != head:
        yield "the verdict is about another commit"
    elif left_out:
        yield f"the plan has the gate {left_out[0]}, and the verdict says nothing of it"
    elif said != "error" and not set(outcomes.values()) <= _OUTCOMES[said]:
        yield f"the verdict is {said}, and a gate of it is {max(set(outcomes.values()) - _OUTCOMES[said])}"
    elif said != "error" and (said == "fail") != bool(_blocking(verdict)):
        yield f"the verdict is {said}, and {_blocking(verdict)} findings of it block"


def _outputs(plan: Json) -> tuple[dict[str, bool], list[Json]] | None:
    """Read which gates must run, and which jobs share the work; None when that cannot be read."""
    outputs = plan.get("outputs") if isinstance(plan, dict) else None
    gates, shards = (_parsed(_text(outputs, name).encode()) for name in ("gates", "shards"))
    if not isinstance(gates, dict) or not gates or not isinstance(shards, list):
        return None
    return gates, shards


def _blocking(verdict: Json) -> int:
    return sum(isinstance(each, dict) and each.get("blocking") is True for each in _list(verdict, "findings"))


def _funnel(verdict: Json) -> Iterator[str]:
    steps = [
        f"{step.get('count')} {step.get('stage')}"
        for step in _list(verdict, "funnel")
        if isinstance(step, dict)
    ]
    yield from [" → ".join(steps)] if steps else []


def _read(file: Path) -> Json:
    try:
        return _parsed(read_bytes(file, _MAX_BYTES))
    except OSError:
        return None


def _parsed(data: bytes) -> Json:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _text(value: Json, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _list(value: Json, name: str) -> list[Json]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
