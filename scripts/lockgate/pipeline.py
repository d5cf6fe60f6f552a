"""The flow of a run on one screen: plan → gates → findings → policy → verdict."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from lockgate.answer import GateRun, answer
from lockgate.cache import Cache, code_digest
from lockgate.errors import ToolError
from lockgate.finding import Notification
from lockgate.gates import Task
from lockgate.hidden import show
from lockgate.inputs import Options
from lockgate.plan import Plan, Planned, make
from lockgate.reports.excerpt import Excerpt
from lockgate.verdict import Verdict


class Observer(Protocol):
    """Watch a run go on; called from several threads."""

    def planned(self, plan: Plan) -> None:
        """See the plan before the gates run."""

    def progress(self, gate: str, files: int) -> None:
        """See a gate be done with some files."""

    def finished(self, run: GateRun) -> None:
        """See a gate end."""


@dataclass(frozen=True, slots=True)
class Host:
    """Hold what a run takes from the machine. `home` is where results and tools are kept between runs."""

    environment: Mapping[str, str]
    home: Path
    today: date
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Run:
    """Hold a run's plan, its verdict, and code by the fingerprint of its finding, without any secret."""

    plan: Plan
    verdict: Verdict
    excerpts: dict[str, Excerpt]


def run(options: Options, host: Host, observer: Observer) -> Run:
    """Run the gates that apply and judge what they find."""
    started = host.clock()
    with _prepared(options, host) as (plan, cache):
        observer.planned(plan)
        gates = _run_gates(plan, options, host, cache, observer)
        verdict = answer(plan, gates, options.fail_on, host.today, host.clock() - started)
        outputs = [gate.output for gate in gates if gate.output]
        excerpts = show(plan, verdict, outputs, cache, jobs=_jobs(options))
    return Run(plan, verdict, excerpts)


def plan(options: Options, host: Host) -> Plan:
    """Plan a run without running it."""
    with _prepared(options, host) as (made, _):
        return made


@contextmanager
def _prepared(options: Options, host: Host) -> Iterator[tuple[Plan, Cache]]:
    with (
        tempfile.TemporaryDirectory(prefix="lockgate-", ignore_cleanup_errors=True) as workspace,
        closing(Cache(host.home / "results.db", code_digest())) as cache,
    ):
        yield make(options, host.environment, cache, Path(workspace)), cache


def _jobs(options: Options) -> int:
    return options.jobs or os.cpu_count() or 1


def _run_gates(
    plan: Plan, options: Options, host: Host, cache: Cache, observer: Observer
) -> tuple[GateRun, ...]:
    """Run all gates side by side: each waits for its own tools most of the time."""

    def one(planned: Planned) -> GateRun:
        task = Task(
            tree=plan.tree,
            configuration=planned.configuration,
            limits=plan.settled.loaded.configuration.limits,
            jobs=_jobs(options),
            cache=cache,
            home=host.home,
            progress=partial(observer.progress, planned.gate.NAME),
        )
        gate_run = _run_gate(planned, task, host.clock)
        observer.finished(gate_run)
        return gate_run

    with ThreadPoolExecutor(max(len(plan.gates), 1)) as threads:
        return tuple(threads.map(one, plan.gates))


def _run_gate(planned: Planned, task: Task, clock: Callable[[], float]) -> GateRun:
    started = clock()
    output, failure = None, None
    try:
        output = planned.gate.run(task) if planned.runs else None
    except ToolError as error:
        failure = error
    except OSError as error:
        failure = ToolError(
            f"{planned.gate.NAME} cannot work: {error.strerror or type(error).__name__}",
            cause="the disk is full, or lockgate's own folders cannot be written",
            todo="make room, or set LOCKGATE_HOME and TMPDIR to folders of your own",
        )
    note = Notification(level="error", message=str(failure)) if failure else None
    return GateRun(planned, output, note, clock() - started)
