"""The flow of a run on one screen: plan → gates → findings → policy → verdict."""

import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from lockgate import parts
from lockgate.answer import GateRun, answer
from lockgate.cache import Cache, code_digest
from lockgate.errors import ToolError
from lockgate.finding import Notification
from lockgate.gates import Task
from lockgate.hidden import show
from lockgate.host import Host
from lockgate.inputs import Cell, Options
from lockgate.observer import Observer
from lockgate.plan import Plan, Planned, make
from lockgate.reports.excerpt import Excerpt
from lockgate.share import WHOLE, Share
from lockgate.verdict import Verdict

_WORTH = 0.25  # seconds of work that are worth a process of its own


@dataclass(frozen=True, slots=True)
class Run:
    """Hold a run's plan, its verdict, code by the fingerprint of its finding, without any secret, and files.

    `documents` are what gates made for the report's folder, by their names.
    """

    plan: Plan
    verdict: Verdict
    excerpts: dict[str, Excerpt]
    documents: dict[str, bytes]


def run(options: Options, host: Host, observer: Observer) -> Run:
    """Run the gates that apply and judge what they find."""
    started = host.clock()
    with _prepared(options, host) as (plan, cache):
        observer.planned(plan)
        shares = parts.load(options.parts, options.cells, plan, cache)
        gates = _run_gates(plan, options, host, cache, observer, shares)
        verdict = answer(plan, gates, options.fail_on, host.today, host.clock() - started)
        outputs = [gate.output for gate in gates if gate.output]
        excerpts = show(plan, verdict, outputs, cache, jobs=_jobs(options))
    documents = {name: data for output in outputs for name, data in output.documents.items()}
    return Run(plan, verdict, excerpts, documents)


def run_part(cell: Cell, options: Options, host: Host, observer: Observer) -> Path:
    """Do one job's part of a gate's work; give the file of the results, for the run that judges."""
    shared = replace(options, gates=(cell.gate,), cells=(cell,))
    with _prepared(shared, host) as (plan, cache):
        observer.planned(plan)
        shares = {cell.gate: Share(cell.number, cell.count)}
        gates = _run_gates(plan, shared, host, cache, observer, shares)
        told = (note.message for run in gates for note in run.told if note.level == "error")
        return parts.write(options.parts, cell, plan, cache, "; ".join(told))


def plan(options: Options, host: Host) -> Plan:
    """Plan a run without running it."""
    with _prepared(options, host) as (made, _):
        return made


@contextmanager
def _prepared(options: Options, host: Host) -> Iterator[tuple[Plan, Cache]]:
    with (
        tempfile.TemporaryDirectory(prefix="lockgate-", ignore_cleanup_errors=True) as workspace,
        closing(_cache(options, host)) as cache,
    ):
        yield make(options, host.environment, cache, Path(workspace)), cache


def _cache(options: Options, host: Host) -> Cache:
    """Keep results between runs; those of several jobs go from one to the other, under keys they agree on."""
    if options.cells:
        return Cache(None, code_digest(), parts.MOST, parts.SALT)
    return Cache(host.home / "results.db", code_digest())


def _jobs(options: Options, seconds: float = math.inf) -> int:
    """Say how many processes a gate gets for so much work, as each of them has to start first."""
    cores = options.jobs or os.cpu_count() or 1
    return cores if seconds > cores * _WORTH else 1 + int(seconds / _WORTH)


def _run_gates(
    plan: Plan, options: Options, host: Host, cache: Cache, observer: Observer, shares: Mapping[str, Share]
) -> tuple[GateRun, ...]:
    def one(planned: Planned) -> GateRun:
        task = Task(
            tree=plan.tree,
            configuration=planned.configuration,
            limits=plan.settled.loaded.configuration.limits,
            jobs=_jobs(options, planned.seconds or math.inf),
            cache=cache,
            home=host.home,
            today=host.today,
            epoch=host.environment.get("SOURCE_DATE_EPOCH", ""),
            folder=plan.settled.loaded.path.rpartition("/")[0],
            progress=partial(observer.progress, planned.gate.NAME),
            share=shares.get(planned.gate.NAME, WHOLE),
        )
        gate_run = _run_gate(planned, task, host.clock)
        observer.finished(gate_run)
        return gate_run

    return in_turns(plan.gates, one)


def in_turns(gates: Sequence[Planned], run: Callable[[Planned], GateRun]) -> tuple[GateRun, ...]:
    """Run gates side by side, as each waits for its own tools most of the time; what measures time, last.

    Those run one after the other, with nothing beside them. The results have the order of the gates.
    """
    turns = ([gate for gate in gates if not gate.alone], *([gate] for gate in gates if gate.alone))
    runs: list[GateRun] = []
    for turn in turns:
        with ThreadPoolExecutor(max(len(turn), 1)) as threads:
            runs += threads.map(run, turn)
    return tuple(sorted(runs, key=lambda each: gates.index(each.planned)))


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
