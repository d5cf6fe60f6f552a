"""Show how a run goes on: bars on a terminal, plain lines elsewhere, nothing when a machine reads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from lockgate.answer import GateRun
from lockgate.github import inert
from lockgate.observer import Observer, Silent
from lockgate.plan import Plan


@contextmanager
def observing(console: Console, form: str) -> Iterator[Observer]:
    """Give the observer that fits where the output goes."""
    if form in {"json", "sarif"}:
        yield Silent()
    elif console.is_terminal and form == "text":
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            yield Bars(progress)
    else:
        yield Lines(console)


class Lines(Silent):
    """Print one line for the plan and one for each gate that ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def planned(self, plan: Plan) -> None:
        """Print what runs, and why the rest does not."""
        for gate in plan.gates:
            self._line(f"{gate.gate.NAME}: {'' if gate.runs else 'skipped: '}{gate.reason}")

    def finished(self, run: GateRun) -> None:
        """Print that a gate has ended."""
        if run.planned.runs:
            self._line(f"{run.name}: {'incomplete' if run.problem else 'done'} after {run.seconds:.1f} s")

    def _line(self, text: str) -> None:
        self._console.print(inert(text), soft_wrap=True)


class Bars(Silent):
    """Draw a bar for each gate."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()

    def planned(self, plan: Plan) -> None:
        """Draw the bars."""
        for gate in plan.gates:
            if gate.runs:
                self._tasks[gate.gate.NAME] = self._progress.add_task(gate.gate.NAME, total=gate.work)

    def progress(self, gate: str, files: int) -> None:
        """Move a bar on; one that gets past its end, as a second tool sees the files, goes on without one."""
        with self._lock:
            done = self._done[gate] = self._done.get(gate, 0) + files
            self._progress.update(self._tasks[gate], completed=done)
            if done > (self._progress.tasks[self._tasks[gate]].total or done):
                self._progress.update(self._tasks[gate], total=None)

    def finished(self, run: GateRun) -> None:
        """Fill a bar."""
        if run.name in self._tasks:
            done = max(self._done.get(run.name, 0), 1)
            self._progress.update(self._tasks[run.name], total=done, completed=done)
