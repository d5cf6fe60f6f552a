from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from lockgate.answer import GateRun, answer
from lockgate.config import load
from lockgate.errors import ExitCode
from lockgate.finding import NOT_SCANNED, Notification, Severity, State
from lockgate.gates import GATES, Output
from lockgate.plan import Plan, Planned
from lockgate.plan.base import Base
from lockgate.plan.configuration import Settled
from lockgate.tree import Tree
from lockgate.verdict import Answer, Outcome, Tool
from verdicts import finding, rule

TODAY = date(2030, 6, 15)
ERROR = Notification(level="error", message="\nbandit died\nlikely cause: it")
NAMES = ["sast", "secrets"]
ALL = [gate.NAME for gate in GATES]
REST = [name for name in ALL if name != "secrets"]


@dataclass
class Gate:
    NAME: str


def run(name, *found, runs=True, failure=None, config=b"", **output):
    configuration = load(config, "c.yml").configuration.gate(name)
    planned = Planned(
        Gate(name), configuration, 3 if runs else 0, "3 Python files" if runs else "no Python file"
    )
    values = {"tools": (Tool("z", "2"), Tool("bandit", "1")), "counts": {"bandit": 3}} | output
    made = None if failure or not runs else Output(findings=found, **values)
    return GateRun(planned, made, failure, 1.23456)


def passed(name):
    return run(name)


def failed(name):
    return run(name, finding(gate=name))


def skipped(name):
    return run(name, runs=False)


def incomplete(name):
    return run(name, failure=ERROR)


def plan(config=b"", base=None, prefix="", changed=None, lines=None):
    tree = Tree(Path("/r"), changed=changed, lines=lines or {})
    settled = Settled(load(config, ".lockgate.yml"))
    return Plan(tree, Base(base, "why"), "h" * 40, False, settled, (), prefix)


def verdict(*runs, fail_on=None, **changes):
    return answer(plan(**changes), runs, fail_on, TODAY, 2.34567)


@pytest.mark.parametrize("kinds", list(product([passed, failed, skipped, incomplete], repeat=2)))
def test_incomplete_beats_fail_beats_pass(kinds):
    made = verdict(*(kind(name) for kind, name in zip(kinds, NAMES, strict=True)))
    if incomplete in kinds:
        expected = Answer.ERROR, ExitCode.INCOMPLETE, 4
    elif failed in kinds:
        expected = Answer.FAIL, ExitCode.FINDINGS, 1
    else:
        expected = Answer.PASS, ExitCode.PASS, 0
    assert (made.answer, made.exit_code, int(made.exit_code)) == expected
    outcomes = {
        passed: Outcome.PASSED, failed: Outcome.FAILED,
        skipped: Outcome.SKIPPED, incomplete: Outcome.INCOMPLETE,
    }  # fmt: skip
    assert [gate.outcome for gate in made.gates] == [outcomes[kind] for kind in kinds]


def test_no_gate_at_all_is_a_pass_that_says_so():
    assert (verdict().answer, verdict().reason) == (Answer.PASS, "no gate had anything to do")


class TestReason:
    def test_incomplete_names_the_gate_and_the_first_words(self):
        made = verdict(failed("sast"), incomplete("secrets"))
        assert made.reason == "secrets is incomplete: bandit died"

    def test_fail_counts_by_gate(self):
        made = verdict(run("sast", finding(), finding(line=9)), failed("secrets"))
        assert made.reason == "3 findings to mend: 2 in sast, 1 in secrets"
        assert verdict(failed("sast")).reason == "1 finding to mend: 1 in sast"

    def test_pass_tells_the_threshold(self):
        assert verdict(passed("sast")).reason == "no finding at or above high"
        assert verdict(passed("sast"), fail_on=Severity.LOW).reason == "no finding at or above low"
        assert (
            verdict(passed("sast"), base="b" * 40, changed=frozenset()).reason
            == "no new finding at or above high"
        )

    def test_pass_does_not_claim_a_threshold_that_was_not_in_force(self):
        own = b"gates: {sast: {fail-on: critical}}"
        made = verdict(run("sast", finding(), config=own), config=own)
        assert made.reason == "no finding at or above critical"
        made = verdict(run("sast", finding(), config=own), passed("secrets"), config=own)
        assert made.reason == "no finding at or above the threshold of its gate"

    def test_pass_tells_what_only_a_waiver_keeps_from_blocking(self):
        config = b"waivers: [{rule: B602, owner: a, reason: b, expires: 2030-06-20}]"
        made = verdict(run("sast", finding(), finding(severity=Severity.LOW)), config=config)
        assert made.reason == "no finding at or above high but 1 waived"
        assert made.gates[0].reason == "nothing at or above high but 1 waived in 3 Python files"

    def test_skipped_gates_say_why(self):
        made = verdict(skipped("sast"), skipped("secrets"))
        assert made.reason == "no gate had anything to do"
        assert [gate.reason for gate in made.gates] == ["no Python file"] * 2


class TestGate:
    def test_failed_tells_findings_and_files_apart(self):
        unseen = finding(rule=NOT_SCANNED, severity=Severity.HIGH, line=0)
        own = b"gates: {sast: {fail-on: critical}}"
        top = finding(severity=Severity.CRITICAL)
        reasons = [
            verdict(run("sast", *found, config=own), config=own).gates[0].reason
            for found in ([top], [unseen], [top, top, unseen])
        ]
        assert reasons == [
            "1 finding at or above critical", "1 file not scanned",
            "2 findings at or above critical and 1 file not scanned",
        ]  # fmt: skip

    def test_counts(self):
        config = b"waivers: [{rule: waived, owner: a, reason: b, expires: 2030-06-20}]"
        items = [
            finding(path="a", fingerprint="1"), finding(path="a", fingerprint="2"),
            finding(path="a", fingerprint="3", rule="waived"),
            finding(path="a", fingerprint=f"{4:020}a", rule=NOT_SCANNED),
            finding(path="out", fingerprint="5"), finding(path="a", gate="other"),
        ]  # fmt: skip
        mended = finding(path="b", fingerprint=f"{6:020}b")
        unseen = finding(path="a", fingerprint=f"{7:020}a")
        made = verdict(
            run("sast", *items, known=frozenset({"1", "gone"}), gone=(mended, unseen)),
            config=config,
            base="b" * 40,
            changed=frozenset({"a"}),
        )
        assert made.gates[0].counts == {
            "files": 3, "findings": 5, "new": 3, "fixed": 1, "waived": 1, "blocking": 2, "not_scanned": 1
        }  # fmt: skip
        assert made.fixed == (replace(mended, state=State.ABSENT),)

    def test_tools_are_sorted_and_seconds_rounded(self):
        made = verdict(passed("sast"))
        assert [tool.name for tool in made.gates[0].tools] == ["bandit", "z"]
        assert (made.timing.seconds, made.timing.gates) == (2.346, {"sast": 1.235})

    def test_a_gate_without_output_has_no_counts(self):
        assert verdict(incomplete("sast")).gates[0].counts == {}


class TestIncomplete:
    def test_a_promise_of_files_that_no_tool_looked_at(self):
        made = verdict(run("sast", counts={}))
        assert made.gates[0].outcome is Outcome.INCOMPLETE
        assert made.reason == "sast is incomplete: the plan promised 3 files, and no tool looked at any"
        assert verdict(run("sast", counts={"bandit": 0})).answer is Answer.ERROR
        assert verdict(run("sast", counts={"bandit": 1, "oxlint": 0})).answer is Answer.PASS

    def test_a_tool_that_died_is_named_and_not_the_silence_after_it(self):
        made = verdict(run("sast", counts={}, notifications=(ERROR,)))
        assert made.reason == "sast is incomplete: bandit died"
        assert made.gates[0].notifications == (ERROR,)

    def test_one_dead_tool_of_two_keeps_the_others_findings(self):
        made = verdict(run("sast", finding(), notifications=(ERROR,)))
        assert made.answer is Answer.ERROR
        assert [item.blocking for item in made.findings] == [True]

    @pytest.mark.parametrize("message", ["", "\n", "  \n\t"])
    def test_an_error_without_words_is_an_error(self, message):
        note = Notification(level="error", message=message)
        made = verdict(run("sast", notifications=(note,)))
        assert made.answer is Answer.ERROR
        assert made.reason == "sast is incomplete: a tool failed and did not say why"

    @pytest.mark.parametrize("level", ["note", "warning"])
    def test_other_notifications_are_kept_and_harmless(self, level):
        note = Notification(level=level, message="words")
        made = verdict(run("sast", notifications=(note,)))
        assert (made.answer, made.gates[0].notifications) == (Answer.PASS, (note,))


class TestThresholds:
    OWN = b"fail-on: low\ngates: {secrets: {fail-on: critical}}"

    @pytest.mark.parametrize(
        ("fail_on", "blocking"),
        [(None, ["sast"]), (Severity.NOTE, ["sast", "secrets"]), (Severity.CRITICAL, [])],
    )
    def test_the_callers_beats_the_gates_beats_the_configurations(self, fail_on, blocking):
        runs = [run(name, finding(gate=name, severity=Severity.HIGH), config=self.OWN) for name in NAMES]
        made = verdict(*runs, fail_on=fail_on, config=self.OWN)
        assert [item.gate for item in made.findings if item.blocking] == blocking
        assert made.fail_on is (Severity.LOW if fail_on is None else fail_on)


class TestUnusedWaivers:
    CONFIG = b"waivers: [{rule: X, owner: a, reason: b, expires: 2030-06-20}]"

    def told(self, *runs, **changes):
        made = verdict(*runs, config=self.CONFIG, **changes)
        return [item.rule for item in made.findings if item.gate == "policy"]

    def test_a_complete_run_tells(self):
        assert self.told(*map(passed, ALL)) == ["waiver-unused"]
        assert self.told(*map(passed, REST), skipped("secrets")) == ["waiver-unused"]

    def test_no_other_run_can(self):
        every = [passed(name) for name in ALL]
        off = run("secrets", runs=False, config=b"gates: {secrets: {enabled: false}}")
        assert self.told(*every, base="b" * 40, changed=frozenset()) == []
        assert self.told(*every, prefix="app") == []
        assert self.told(*map(passed, REST)) == []
        assert self.told(*map(passed, REST), incomplete("secrets")) == []
        assert self.told(*map(passed, REST), off) == []

    def test_an_expired_one_is_told_whenever_its_finding_is_new(self):
        expired = self.CONFIG.replace(b"06-20", b"06-14")
        made = verdict(
            run("sast", finding(rule="X", path="a")), config=expired, base="b", changed=frozenset({"a"})
        )
        assert [(item.rule, item.blocking) for item in made.findings] == [
            ("waiver-expired", False),
            ("X", True),
        ]
        assert [made.gates[0].counts[key] for key in ("findings", "blocking")] == [1, 1]


def test_paths_of_the_change_are_compared_as_findings_write_them():
    made = verdict(run("sast", finding(path="a\\xff.py")), base="b" * 40, changed=frozenset({"a\udcff.py"}))
    assert (made.findings[0].state, made.answer) == (State.NEW, Answer.FAIL)


def test_scope():
    assert verdict().scope == "everything (why)"
    assert verdict(prefix="app").scope == "everything below app (why)"
    assert verdict(base="b" * 40, changed=frozenset()).scope == "what changed since bbbbbbbbbbbb (why)"


def test_rules_of_findings_are_described_once_and_sorted():
    outputs = {"rules": (rule(), rule(), rule(id="unused"))}
    config = b"waivers: [{rule: B602, owner: a, reason: b, expires: 2030-06-01}]"
    made = verdict(run("sast", finding(), **outputs), run("secrets", **outputs), config=config)
    assert [(each.tool, each.id) for each in made.rules] == [
        ("bandit", "B602"),
        ("lockgate", "waiver-expired"),
    ]


def test_the_order_of_the_findings_changes_nothing():
    items = [finding(line=line, path=path) for line in (3, 1, 2) for path in "ba"]
    one, other = verdict(run("sast", *items)), verdict(run("sast", *reversed(items)))
    assert one == other
    assert [(item.path, item.line) for item in one.findings] == [
        (path, line) for path in "ab" for line in (1, 2, 3)
    ]


def test_lines_of_the_change_are_told_from_other_lines_of_its_files():
    items = [
        finding(path="a", line=4, fingerprint="before"),
        finding(path="a", line=5, fingerprint="first"),
        finding(path="a", line=3, end_line=9, fingerprint="around"),
        finding(path="a", line=7, fingerprint="after"),
        finding(path="a", line=0, fingerprint="whole file"),
        finding(path="a", line=5, commit="c" * 40, fingerprint="of the past"),
        finding(path="new", line=9, fingerprint="new file"),
        finding(path="only taken away", fingerprint="beside"),
        finding(path="elsewhere", fingerprint="elsewhere"),
        finding(path="caf\\xe9", line=1, fingerprint="odd name"),
    ]
    made = verdict(
        run("sast", *items),
        base="b" * 40,
        changed=frozenset({"a", "new", "only taken away", "caf\udce9"}),
        lines={"a": ((1, 1), (5, 6)), "only taken away": (), "caf\udce9": ((1, 1),)},
    )
    inside = {each.fingerprint for each in made.findings if each.in_diff}
    assert inside == {"first", "around", "whole file", "new file", "odd name"}


def test_without_a_base_every_line_counts():
    made = verdict(run("sast", finding(line=9)))
    assert [each.in_diff for each in made.findings] == [True]


def test_an_incomplete_gate_has_mended_nothing():
    made = verdict(run("sast", gone=(finding(),), notifications=(ERROR,)), base="b" * 40, changed=frozenset())
    assert (made.gates[0].counts["fixed"], made.fixed) == (0, ())
