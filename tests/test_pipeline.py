"""The flow of a run, watched from inside."""

import threading
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, Machine, commit, repository
from lockgate import pipeline
from lockgate.answer import GateRun
from lockgate.config import GateConfiguration
from lockgate.errors import ConfigurationError, ExitCode, InputError, LockgateError
from lockgate.finding import Notification, Severity
from lockgate.host import Host
from lockgate.inputs import Options
from lockgate.plan import Plan, Planned
from lockgate.verdict import Outcome

TODAY = date(2026, 11, 21)


class Watching:
    """Keep what an observer sees."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.files: dict[str, int] = {}
        self.ended: list[GateRun] = []
        self.lock = threading.Lock()

    def planned(self, plan: Plan) -> None:
        assert not self.ended
        self.plans.append(plan)

    def progress(self, gate: str, files: int) -> None:
        with self.lock:
            self.files[gate] = self.files.get(gate, 0) + files

    def finished(self, run: GateRun) -> None:
        with self.lock:
            self.ended.append(run)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host({}, tmp_path / "home", TODAY)


def test_an_observer_sees_plan_progress_and_end(tmp_path: Path, host: Host) -> None:
    seen = Watching()
    folder = repository(tmp_path / "r", {"a.py": FLAW, "b.py": CLEAN})
    done = pipeline.run(Options(path=folder, all=True), host, seen)
    assert seen.plans == [done.plan]
    every = {"lighthouse", "migrations", "sast", "sbom", "sca", "secrets"}
    assert {run.name for run in seen.ended} == every
    # Each file is looked at by one tool of sast, and by both sets of detectors; none of them is a lock.
    assert seen.files == {"sast": 2, "secrets": 4}


def test_the_clock_is_the_hosts(tmp_path: Path) -> None:
    ticks = map(float, count(100, 5))
    host = Host({}, tmp_path / "home", TODAY, lambda: next(ticks))
    folder = repository(tmp_path / "r", {"a.py": CLEAN})
    timing = pipeline.run(Options(path=folder, gates=("sast",)), host, Watching()).verdict.timing
    assert (timing.gates, timing.seconds) == ({"sast": 5.0}, 15.0)


def test_code_is_shown_only_without_its_secrets_though_their_gate_did_not_run(
    tmp_path: Path, host: Host
) -> None:
    password = "correct" + "horse9"
    text = FLAW.replace("(word,", f"('https://u:{password}@h.internal/' + word,")
    folder = repository(tmp_path / "r", {"a.py": text})
    done = pipeline.run(Options(path=folder, gates=("sast",), all=True), host, Watching())
    (shown,) = {excerpt for excerpt in done.excerpts.values() if excerpt.first_line > 1}
    assert "••••••••" in shown.lines[1]
    assert shown.lines[1].endswith("' + word, shell=True)")
    assert password not in str(done)


def test_each_gates_threshold_is_told(tmp_path: Path, host: Host) -> None:
    configuration = "fail-on: medium\ngates: {sast: {fail-on: critical}}\n"
    folder = repository(tmp_path / "r", {"a.py": CLEAN, ".lockgate.yml": configuration})
    done = pipeline.run(Options(path=folder), host, Watching())
    told = {gate.name: gate.fail_on for gate in done.verdict.gates}
    others = ("lighthouse", "migrations", "sbom", "sca", "secrets")
    assert told == {"sast": Severity.CRITICAL} | dict.fromkeys(others, Severity.MEDIUM)
    asked = pipeline.run(Options(path=folder, fail_on=Severity.NOTE), host, Watching())
    assert [gate.fail_on for gate in asked.verdict.gates] == [Severity.NOTE] * 6


def test_a_home_that_cannot_be_written_leaves_the_gate_incomplete(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    host = Host({}, tmp_path / "file" / "home", TODAY)
    folder = repository(tmp_path / "r", {"a.js": "eval(a);\n", "b.py": FLAW})
    verdict = pipeline.run(Options(path=folder, all=True), host, Watching()).verdict
    assert verdict.exit_code is ExitCode.INCOMPLETE
    assert [(gate.name, gate.outcome) for gate in verdict.gates] == [
        ("lighthouse", Outcome.SKIPPED), ("migrations", Outcome.SKIPPED), ("sast", Outcome.INCOMPLETE),
        ("sbom", Outcome.SKIPPED), ("sca", Outcome.SKIPPED), ("secrets", Outcome.PASSED),
    ]  # fmt: skip
    assert "what to do: " in verdict.gates[2].notifications[0].message


def test_a_plan_runs_nothing(tmp_path: Path, host: Host) -> None:
    folder = repository(tmp_path / "r", {"a.py": FLAW})
    made = pipeline.plan(Options(path=folder), host)
    assert [(gate.gate.NAME, gate.runs) for gate in made.gates] == [
        ("lighthouse", False), ("migrations", False), ("sast", True), ("sbom", False), ("sca", False),
        ("secrets", True),
    ]  # fmt: skip


@dataclass
class Stage:
    """Run made-up gates; keep what starts and ends, and how many run at once."""

    failing: frozenset[str] = frozenset()
    seen: list[str] = field(default_factory=list)
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(1))

    def run(self, planned: Planned) -> GateRun:
        name = planned.gate.NAME
        self.seen.append(f"{name} starts")
        if not planned.alone:
            self.together.wait(10)  # for all that are to run side by side
        self.seen.append(f"{name} ends")
        note = Notification(level="error", message="it died") if name in self.failing else None
        return GateRun(planned, None, note, 0.0)


@dataclass
class Named:
    NAME: str


def planned(name: str, *, alone: bool = False) -> Planned:
    return Planned(Named(name), GateConfiguration(), 1, "1 file", alone=alone)  # type: ignore[arg-type]


@pytest.mark.parametrize("failing", ["", "a", "b", "c", "d", "e"])
def test_what_measures_time_runs_when_the_others_have_ended_one_at_a_time(failing: str) -> None:
    gates = [planned("a"), planned("b", alone=True), planned("c"), planned("d", alone=True), planned("e")]
    stage = Stage(frozenset({failing}), together=threading.Barrier(3))
    runs = pipeline.in_turns(gates, stage.run)
    assert [run.planned for run in runs] == gates
    assert [run.name for run in runs if run.failure] == [*failing]
    assert set(stage.seen[:3]) == {"a starts", "c starts", "e starts"}, "those run side by side"
    assert set(stage.seen[3:6]) == {"a ends", "c ends", "e ends"}
    assert stage.seen[6:] == ["b starts", "b ends", "d starts", "d ends"]


@pytest.mark.parametrize("alone", [True, False])
def test_a_single_gate_runs_whether_it_measures_time_or_not(alone: bool) -> None:
    gates = [planned("a", alone=alone)]
    assert [run.planned for run in pipeline.in_turns(gates, Stage().run)] == gates
    assert pipeline.in_turns([], Stage().run) == ()


@pytest.mark.parametrize(
    ("options", "error"),
    [({"gates": ("nope",)}, InputError), ({"base": "nope"}, LockgateError), ({}, ConfigurationError)],
)
def test_nothing_stays_in_the_temporary_folder(
    tmp_path: Path,
    host: Host,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, object],
    error: type[LockgateError],
) -> None:
    temp = Machine(tmp_path / "machine").temp
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    folder = repository(tmp_path / "r", {"a.py": CLEAN})
    base = commit(folder, {"b.py": FLAW})
    commit(folder, {"b.py": CLEAN})
    pipeline.run(Options(path=folder, base=f"{base}~1"), host, Watching())
    assert list(temp.iterdir()) == []
    (folder / ".lockgate.yml").write_text("x: y")
    with pytest.raises(error):
        pipeline.run(Options(path=folder, **options), host, Watching())  # type: ignore[arg-type]
    assert list(temp.iterdir()) == []
