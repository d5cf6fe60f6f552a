"""The first job: say what will run against what, and over how many jobs it is spread."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from lockgate.errors import ExitCode
from lockgate.github import Emitter
from lockgate.host import host
from lockgate.inputs import from_action, number, read_input
from lockgate.pipeline import plan
from lockgate.plan import text
from lockgate.plan.estimate import estimate

_MOST = "4"  # jobs, where the caller says nothing
_MATRIX = 256  # jobs that one matrix of GitHub's may have


def run(environment: Mapping[str, str], cores: int = os.cpu_count() or 1) -> ExitCode:
    """Print the plan and set `shards`, the jobs that share the work, and `gates`, those that must run."""
    options = from_action(environment, "")
    most = number(read_input(environment, "max-jobs") or _MOST, "max-jobs", _MATRIX)
    if not _has_artifacts(environment):
        most = 1
    made = plan(options, host(environment))
    seconds = {gate.gate.NAME: gate.seconds for gate in made.gates if gate.runs and not gate.alone}
    after = tuple(gate.gate.NAME for gate in made.gates if gate.runs and gate.alone)
    spread = estimate(seconds, cores, most, after)
    emitter = Emitter.of(environment, sys.stdout)
    emitter.plain(text.render(made) + text.row("estimate", str(spread)))
    emitter.set_output("shards", msgspec.json.encode(spread.cells).decode())
    gates = {gate.gate.NAME: gate.runs for gate in made.gates}
    emitter.set_output("gates", msgspec.json.encode(gates).decode())
    return ExitCode.PASS


def _has_artifacts(environment: Mapping[str, str]) -> bool:
    """Say whether jobs can hand on artifacts: upload-artifact cannot, on GitHub Enterprise Server."""
    name = urlsplit(environment.get("GITHUB_SERVER_URL") or "https://github.com").hostname or ""
    return name == "github.com" or name.endswith(".ghe.com")
