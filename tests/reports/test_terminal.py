"""The verdict in a terminal: plain aligned lines, the paths once, and nothing that anybody obeys."""

import io

from hypothesis import given, settings
from rich.console import Console

from lockgate.finding import Notification, Severity
from lockgate.reports.terminal import funnel, show
from lockgate.verdict import Answer, FunnelStep, Outcome, Timing, Tool
from runner_port import Runner
from verdicts import finding, gate, verdict, verdicts


def printed(made, width: int = 20, **options: object) -> list[str]:
    stream = io.StringIO()
    show(made, Console(file=stream, width=width, **options))
    return stream.getvalue().splitlines()


def test_lines_are_whole_whatever_the_width():
    made = verdict(finding(message="word " * 60, blocking=True), finding(line=9, severity=Severity.LOW))
    assert printed(made, 20) == printed(made, 500)
    assert f"bandit/B602  {'word ' * 60}" in printed(made)[1]


def test_findings_of_all_gates_stand_under_their_path_once_in_the_order_of_lines():
    made = verdict(
        finding(gate="secrets", path="b.py", line=2, blocking=True, rule="two"),
        finding(gate="sast", path="b.py", line=11, blocking=True, rule="eleven"),
        finding(gate="secrets", path="a.py", line=0, blocking=True, rule="none"),
        finding(gate="sast", path="b.py", line=1, column=7, blocking=True, rule="one"),
        finding(gate="sast", path="c.py", rule="other"),
    )
    lines = printed(made)
    rules = [line.split()[2].removeprefix("bandit/") if line.startswith(" ") else line for line in lines[:6]]
    assert rules == ["a.py", "none", "b.py", "one", "two", "eleven"]
    assert lines[1].split()[0] == "-"
    assert lines[3].split()[0] == "1:7"
    assert lines[6] == "1 finding does not block (1 high): see report.html"


def test_gates_are_aligned_and_say_how_long_they_took():
    made = verdict(
        gates=(
            gate(tools=(Tool("bandit", "1"), Tool("oxlint", "2")), reason="x" * 200),
            gate(name="migrations", outcome=Outcome.SKIPPED, reason="no migrations", tools=(), counts={}),
        ),
        timing=Timing(seconds=70, gates={"sast": 66.666, "migrations": 0.0}),
    )
    assert printed(made)[:2] == [
        f"sast        failed   66.7 s  {'x' * 200}  (bandit 1, oxlint 2)",
        "migrations  skipped          no migrations",
    ]


def test_what_is_wrong_with_a_gate_is_told_with_what_to_do():
    note = Notification(level="error", message="bandit died\n  likely cause: memory", path="a.py")
    lines = printed(verdict(gates=(gate(outcome=Outcome.INCOMPLETE, notifications=(note,)),)))
    assert lines[1:3] == ["sast: bandit died (a.py)", "  likely cause: memory"]


def test_the_funnel_and_the_answer_end_it():
    steps = (FunnelStep("found", 4100), FunnelStep("new", 12), FunnelStep("blocking", 1))
    made = verdict(funnel=steps, answer=Answer.FAIL, reason="1 finding to mend")
    assert funnel(made) == "4,100 found → 12 new → 1 ≥ high → FAIL"
    assert printed(made)[-3:] == ["", funnel(made), "FAIL: 1 finding to mend"]


def test_many_blocking_findings_are_cut_aloud_and_the_worst_are_kept():
    some = [finding(line=n, severity=Severity.HIGH, blocking=True) for n in range(1, 81)]
    worst = [finding(line=n, severity=Severity.CRITICAL, blocking=True) for n in range(900, 910)]
    lines = printed(verdict(*some, *worst))
    assert len([line for line in lines if " critical " in line]) == 10
    assert "50 of 90 blocking findings shown; report.html and verdict.json have more" in lines


def test_colours_are_for_terminals():
    made = verdict(finding(blocking=True))
    coloured = printed(made, force_terminal=True, color_system="standard")
    assert coloured[-1].startswith("\x1b[1;31mFAIL\x1b[0m: ")
    assert not [line for line in printed(made) if "\x1b" in line]


@settings(max_examples=150, deadline=None)
@given(verdicts())
def test_no_text_of_strangers_is_a_command_or_a_control(made):
    lines = printed(made)
    assert Runner().feed("\n".join(lines)).commands == []
    assert not [line for line in lines if not line.isprintable()]
