import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.config import load
from lockgate.finding import NOT_SCANNED, Severity, State
from lockgate.policy.stages import STAGES, Context, in_change, judge, new, over_threshold, waived
from lockgate.policy.waivers import waivers
from verdicts import finding, findings

TODAY = date(2030, 6, 15)
WAIVED = b"waivers:\n- {rule: waived, owner: me, reason: why, expires: 2030-06-20}\n"
EXPIRED = WAIVED.replace(b"06-20", b"06-14")


def context(data=b"", fail_on=Severity.HIGH, **changes):
    return Context(waivers(load(data, "c.yml"), TODAY), fail_on, **changes)


def steps(judged):
    return [(step.stage, step.count) for step in judged.funnel]


class TestTheThresholdsOrigin:
    DATA = b"fail-on: low\ngates:\n  sast:\n    fail-on: medium\n"

    def test_it_is_a_line_of_the_configuration(self):
        own = context(self.DATA, thresholds={"sast": Severity.MEDIUM})
        assert (own.said("sast"), own.said("secrets")) == ("c.yml:4", "c.yml:1")

    def test_nothing_said_is_the_default(self):
        assert context().said("sast") == ""

    def test_what_was_asked_for_overrides_it(self):
        assert context(self.DATA, asked=True).said("sast") == "`fail-on` of the run"


class TestInChange:
    def test_without_a_base_all_is(self):
        assert in_change(finding(in_change=False), context()).in_change

    @pytest.mark.parametrize(
        ("path", "commit", "expected"), [("a", "", True), ("b", "", False), ("b", "c0", True)]
    )
    def test_with_a_base_what_it_touches_is(self, path, commit, expected):
        marked = in_change(finding(path=path, commit=commit), context(changed=frozenset({"a"})))
        assert marked.in_change is expected


class TestNew:
    @pytest.mark.parametrize(
        ("mark", "touched", "state"),
        [("k", True, State.UNCHANGED), ("n", True, State.NEW), ("n", False, State.UNCHANGED)],
    )
    def test_with_a_base(self, mark, touched, state):
        where = context(changed=frozenset({"a"}), known=frozenset({"k"}))
        assert new(finding(fingerprint=mark, in_change=touched), where).state is state

    def test_without_a_base_all_is_whatever_a_tool_says(self):
        assert new(finding(state=State.UNCHANGED), context()).state is State.NEW


class TestWaived:
    def test_a_valid_waiver_marks_and_is_named(self):
        marked = waived(finding(rule="waived"), context(WAIVED))
        assert (marked.waived, marked.waiver) == (True, "waived by me until 2030-06-20")
        assert marked.waived_why == "c.yml:2"

    def test_one_that_has_expired_does_not_and_its_line_is_named(self):
        marked = waived(finding(rule="waived"), context(EXPIRED))
        assert (marked.waived, marked.waived_why) == (False, "c.yml:2 has expired on 2030-06-14")

    @pytest.mark.parametrize(("data", "rule"), [(WAIVED, "B602"), (EXPIRED, "B602"), (b"", "waived")])
    def test_nothing_else_does(self, data, rule):
        item = finding(rule=rule)
        assert waived(item, context(data)) is item


class TestOverThreshold:
    @pytest.mark.parametrize("severity", Severity)
    @pytest.mark.parametrize("threshold", Severity)
    def test_from_the_threshold_on(self, severity, threshold):
        item = over_threshold(finding(severity=severity), context(fail_on=threshold))
        assert item.blocking is (severity >= threshold)

    def test_a_gate_may_have_its_own(self):
        where = context(thresholds={"sast": Severity.CRITICAL})
        assert not over_threshold(finding(gate="sast"), where).blocking
        assert over_threshold(finding(gate="secrets"), where).blocking

    @pytest.mark.parametrize("severity", Severity)
    def test_what_was_not_scanned_blocks_at_any(self, severity):
        item = finding(rule=NOT_SCANNED, severity=severity)
        assert over_threshold(item, context(fail_on=Severity.CRITICAL)).blocking

    @pytest.mark.parametrize("stop", [{"waived": True}, {"state": State.UNCHANGED}, {"in_change": False}])
    @pytest.mark.parametrize("rule", ["B602", NOT_SCANNED])
    def test_never_what_an_earlier_stage_stopped(self, stop, rule):
        item = finding(rule=rule, severity=Severity.CRITICAL, **stop)
        assert not over_threshold(item, context()).blocking


def test_the_funnel_with_a_base():
    changed = {"path": "in.py"}
    items = [
        finding(path="out.py"),
        finding(**changed, fingerprint="known"),
        finding(**changed, fingerprint="1", rule="waived"),
        finding(**changed, fingerprint="2", severity=Severity.LOW),
        finding(**changed, fingerprint="3"),
        finding(path="gone.py", fingerprint="4", commit="c0"),
    ]
    judged = judge(items, context(WAIVED, changed=frozenset({"in.py"}), known=frozenset({"known"})))
    assert steps(judged) == [
        ("found", 6),
        ("in the change", 5),
        ("new", 4),
        ("not waived", 3),
        ("blocking", 2),
    ]
    assert [item.fingerprint for item in judged.findings if item.blocking] == ["4", "3"]
    assert len(judged.held) == 4


def test_the_funnel_without_a_base():
    judged = judge([finding(), finding(rule="waived"), finding(severity=Severity.NOTE)], context(WAIVED))
    assert steps(judged) == [("found", 3), ("not waived", 2), ("blocking", 1)]
    assert {item.state for item in judged.findings} == {State.NEW}


def test_nothing_found():
    judged = judge([], context())
    assert steps(judged) == [("found", 0), ("not waived", 0), ("blocking", 0)]


def test_an_expired_waiver_lets_the_finding_block_and_is_told_of():
    judged = judge([finding(rule="waived")], context(EXPIRED))
    assert judged.findings[0].blocking
    assert judged.held[0].expired == (0,)


def test_an_expired_waiver_of_an_old_finding_is_nothing_to_a_change():
    item = finding(rule="waived", path="a")
    assert (
        judge([item], context(EXPIRED, changed=frozenset({"a"}), known=frozenset({item.fingerprint}))).held
        == ()
    )


@settings(max_examples=100)
@given(st.lists(findings(), max_size=8), st.booleans(), st.sampled_from(Severity))
def test_stages_mark_and_never_drop(items, base, threshold):
    where = context(
        WAIVED,
        threshold,
        changed=frozenset({"plain words"}) if base else None,
        known=frozenset({"f2"} if base else ()),
    )
    judged = judge(items, where)

    def identity(item):
        return item.sort_key, item.severity, item.sources

    assert sorted(map(identity, judged.findings)) == sorted(map(identity, items))
    assert judge(reversed(items), where).funnel == judged.funnel
    assert judge(judged.findings, where) == judged  # marking what is marked changes nothing
    counts = [count for _, count in steps(judged)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == sum(item.blocking for item in judged.findings)
    for item in judged.findings:
        stopped = item.waived or item.state is not State.NEW or not item.in_change
        over = item.severity >= threshold or item.rule == NOT_SCANNED or bool(item.anyway)
        assert item.blocking == (over and not stopped)


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        ({"anyway": "it is known to be exploited"}, True),
        ({}, False),
        ({"anyway": "it is known to be exploited", "rule": "waived"}, False),
        ({"anyway": "it is known to be exploited", "fingerprint": "known"}, False),
        ({"anyway": "it is known to be exploited", "path": "elsewhere"}, False),
    ],
)
def test_what_blocks_at_any_threshold_must_still_be_new_in_the_change_and_not_waived(changes, blocks):
    item = finding(**({"severity": Severity.NOTE, "path": "a"} | changes))
    where = context(
        WAIVED, Severity.CRITICAL, changed=frozenset({"a"}), known=frozenset({"known"})
    )  # fmt: skip
    assert [each.blocking for each in judge([item], where).findings] == [blocks]


def test_the_order_of_the_stages():
    assert [stage.name for stage in STAGES] == ["in the change", "new", "not waived", "blocking"]


def test_many_findings_and_many_waivers_take_seconds():
    rows = [
        f"- {{rule: R{number}, owner: a, reason: b, expires: 2030-06-20, path: 'src/**'}}"
        for number in range(100)
    ]
    rows += [
        f"- {{fingerprint: '{number:032x}', owner: a, reason: b, expires: 2030-06-20}}"
        for number in range(100)
    ]
    where = context(("waivers:\n" + "\n".join(rows)).encode(), changed=frozenset({"src/1.py"}))
    items = [
        finding(
            rule=f"R{number % 500}", path=f"src/{number % 900}.py", line=number, fingerprint=f"{number:032x}"
        )
        for number in range(50_000)
    ]
    started = time.process_time()
    judged = judge(items, where)
    assert time.process_time() - started < 15  # some two seconds; quadratic costs would be minutes
    assert (
        sum(item.waived for item in judged.findings) == 10_000
    )  # R0 to R99; the fingerprints are among them
