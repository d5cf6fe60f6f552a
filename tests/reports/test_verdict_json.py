"""The machine's answer: what is written can be read, is the same every time, and commands nobody."""

import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from lockgate.errors import ExitCode, InputError
from lockgate.finding import Edit, Notification, Related, Severity, State
from lockgate.reports.verdict_json import read, render, restore
from lockgate.verdict import Answer, Outcome, Strip, Table, Timing
from runner_port import Runner
from verdicts import finding, gate, rule, verdict, verdicts


def test_the_contract_of_a_finding():
    found = finding(column=5, end_line=4, end_column=9, cwe=(78,), sources=("bandit/B602",), blocking=True)
    document = json.loads(render(verdict(found, gates=(gate(fail_on=Severity.LOW),))))
    assert list(document) == [
        "schema", "verdict", "exit_code", "reason", "base", "head", "dirty", "scope", "fail_on", "gates",
        "funnel", "findings", "rules", "fixed", "timing",
    ]  # fmt: skip
    assert document["findings"] == [
        {
            "fingerprint": "f1", "gate": "sast", "tool": "bandit", "rule": "B602", "sources": ["bandit/B602"],
            "severity": "high", "security_severity": None, "message": "subprocess call with shell=True",
            "path": "src/app.py", "line": 3, "end_line": 4, "column": 5, "end_column": 9, "commit": None,
            "cwe": [78], "help": "", "state": "new", "in_change": True, "waived": False, "waiver": None,
            "blocking": True, "in_diff": True, "fix": [],
            "waived_why": "", "mend": "", "aliases": [], "package": "", "fixed_in": "", "anyway": "",
            "related": [],
        }
    ]  # fmt: skip
    assert document["rules"] == [
        {
            "id": "B602", "tool": "bandit", "name": "subprocess_popen_with_shell_equals_true",
            "severity": "high", "what": "A shell runs the command.", "why": "Input can become a command.",
            "mend": "Pass a list and no shell.", "help": "https://bandit.readthedocs.io/x.html#b602",
            "cwe": [78], "tags": [], "security_severity": None,
        }
    ]  # fmt: skip
    assert document["fail_on"] == "high"
    assert [(each["name"], each["fail_on"]) for each in document["gates"]] == [("sast", "low")]
    assert document["funnel"] == [{"stage": "found", "count": 4}, {"stage": "new", "count": 1}]


def test_only_the_last_block_tells_of_time_and_counts_have_one_order():
    one = verdict(finding(), gates=(gate(counts={"b": 1, "a": 2}),))
    other = replace(
        one, timing=Timing(seconds=9.9, gates={"sast": 3.3}), gates=(gate(counts={"a": 2, "b": 1}),)
    )
    first, second = (render(each).decode().partition('\n "timing"') for each in (one, other))
    assert first[0] == second[0]
    assert first[2] != second[2]


@settings(max_examples=150, deadline=None)
@given(verdicts())
def test_any_text_can_be_written_and_read_and_commands_nobody(made):
    data = render(made)
    document = read(data)
    assert [each.line for each in document.findings] == [each.line for each in made.findings]
    for written, each in zip(document.findings, made.findings, strict=True):
        assert written.message == re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):x}", each.message)
    assert Runner().feed(data.decode()).commands == []


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff", b"null", b'{"schema": "lockgate-verdict/2"}', b"[" * 100_000]
)
def test_what_is_no_verdict_is_refused(data):
    with pytest.raises(InputError):
        read(data)


def test_a_cut_verdict_is_refused():
    with pytest.raises(InputError):
        read(render(verdict(finding()))[:-9])


def test_a_verdict_comes_back_whole():
    made = verdict(
        finding(
            column=5, end_line=4, end_column=9, cwe=(78,), sources=("bandit/B602", "x/y"), blocking=True,
            commit="c" * 40, security_severity=7.5, waiver="W-1", state=State.UNCHANGED, in_change=False,
            fix=(Edit(1, 2, 1, 5, "1.0", "1.1", "requirements.txt"),), mend="Take 1.1.",
            aliases=("CVE-2024-1", "PYSEC-2024-1"), package="pkg:pypi/a@1.0", fixed_in="1.1",
            anyway="it is known to be exploited", related=(Related("pyproject.toml", 7, "a>=1"),),
        ),
        gates=(
            gate(
                notifications=(Notification(level="note", message="m", path="p"),),
                tables=(
                    Table("changed", ("name", "version"), (("a", "1.0"), ("b", "2.0"))),
                    Table("times", ("metric",), (), (Strip("FCP", "ms", (1.0, 0.0213), (7100.5,)),)),
                ),
            ),
        ),
        rules=(rule(tags=("a", "b"), security_severity=5.0),),
        fixed=(finding(state=State.ABSENT, in_diff=False),),
        base=None,
        dirty=True,
    )  # fmt: skip
    assert restore(read(render(made))) == made


@settings(max_examples=100, deadline=None)
@given(verdicts())
def test_what_comes_back_says_the_same(made):
    codes = {Answer.PASS: ExitCode.PASS, Answer.FAIL: ExitCode.FINDINGS, Answer.ERROR: ExitCode.INCOMPLETE}
    data = render(replace(made, answer=Answer.ERROR, exit_code=codes[Answer.ERROR]))
    assert render(restore(read(data))) == data


def test_a_verdict_from_before_there_were_rules_can_be_read():
    document = json.loads(render(verdict(finding())))
    del document["rules"]
    assert restore(read(json.dumps(document).encode())).rules == ()


def test_a_verdict_from_before_findings_knew_of_components_can_be_read():
    document = json.loads(render(verdict(finding())))
    for name in ("mend", "aliases", "package", "fixed_in", "anyway", "related"):
        del document["findings"][0][name]
    del document["gates"][0]["tables"]
    restored = restore(read(json.dumps(document).encode()))
    assert (restored.findings, restored.gates) == ((finding(),), (gate(),))


def test_a_verdict_from_before_tables_had_strips_can_be_read():
    document = json.loads(render(verdict(gates=(gate(tables=(Table("t", ("c",), ()),)),))))
    del document["gates"][0]["tables"][0]["strips"]
    assert restore(read(json.dumps(document).encode())).gates[0].tables == (Table("t", ("c",), ()),)


def striped(**changes):
    """Give the JSON of a verdict with a strip that says otherwise."""
    strip = Strip("FCP", "ms", (750.0,), (1069.0,))
    document = json.loads(render(verdict(gates=(gate(tables=(Table("t", ("c",), (), (strip,)),)),))))
    document["gates"][0]["tables"][0]["strips"][0] |= changes
    return document


@pytest.mark.parametrize(
    ("runs", "number"),
    [
        ("[1e999]", 0),
        ("[NaN]", 0),
        ("[-1]", 0),
        ("[1e300]", 0),
        ('["1"]', 0),
        ("[true]", 0),
        ("1", 0),
        ("[1]", 201),
    ],
)
def test_runs_that_are_no_numbers_or_too_many_are_refused(runs, number):
    assert read(json.dumps(striped(head=[1, 2.5])).encode()).gates[0].tables[0].strips[0].head == [1.0, 2.5]
    text = json.dumps(striped(head="HERE")).replace('"HERE"', runs.replace("[1]", str([1] * number)))
    with pytest.raises(InputError):
        read(text.encode())


def test_too_many_strips_are_refused():
    document = striped()
    document["gates"][0]["tables"][0]["strips"] *= 201
    with pytest.raises(InputError):
        read(json.dumps(document).encode())


def test_what_is_written_of_runs_can_be_read_whatever_was_measured():
    wild = (math.nan, math.inf, -math.inf, -5.0, 1e300, 0.123456, *range(500))
    strips = (Strip("FCP", "ms", wild, ()),) * 500
    made = restore(read(render(verdict(gates=(gate(tables=(Table("t", ("c",), (), strips),)),)))))
    (table,) = made.gates[0].tables
    assert len(table.strips) == 200
    assert table.strips[0].base == (0.0, 1e12, 0.1235, *map(float, range(197)))


def test_a_verdict_from_before_the_lines_of_the_change_were_known_can_be_read():
    document = json.loads(render(verdict(finding(in_diff=False))))
    del document["fixed"], document["findings"][0]["in_diff"]
    restored = restore(read(json.dumps(document).encode()))
    assert (restored.fixed, restored.findings[0].in_diff) == ((), True)


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": Answer.PASS, "exit_code": ExitCode.PASS},
        {"answer": Answer.PASS, "exit_code": ExitCode.PASS, "gates": ()},
        {"answer": Answer.FAIL, "exit_code": ExitCode.PASS},
        {"answer": Answer.FAIL, "gates": (gate(outcome=Outcome.INCOMPLETE),)},
        {"answer": Answer.FAIL, "gates": (gate(outcome=Outcome.PASSED),), "findings": ()},
    ],
)
def test_a_verdict_that_contradicts_itself_is_refused(changes):
    made = replace(verdict(finding(blocking=True)), **changes)
    with pytest.raises(InputError, match="say otherwise"):
        restore(read(render(made)))
