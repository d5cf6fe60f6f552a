"""The machine's answer: what is written can be read, is the same every time, and commands nobody."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from lockgate.errors import InputError
from lockgate.finding import Severity
from lockgate.reports.verdict_json import read, render
from lockgate.verdict import Timing
from runner_port import Runner
from verdicts import finding, gate, verdict, verdicts


def test_the_contract_of_a_finding():
    found = finding(column=5, end_line=4, end_column=9, cwe=(78,), sources=("bandit/B602",), blocking=True)
    document = json.loads(render(verdict(found, gates=(gate(fail_on=Severity.LOW),))))
    assert list(document) == [
        "schema", "verdict", "exit_code", "reason", "base", "head", "dirty", "scope", "fail_on", "gates",
        "funnel", "findings", "timing",
    ]  # fmt: skip
    assert document["findings"] == [
        {
            "fingerprint": "f1", "gate": "sast", "tool": "bandit", "rule": "B602", "sources": ["bandit/B602"],
            "severity": "high", "security_severity": None, "message": "subprocess call with shell=True",
            "path": "src/app.py", "line": 3, "end_line": 4, "column": 5, "end_column": 9, "commit": None,
            "cwe": [78], "help": "", "state": "new", "in_change": True, "waived": False, "waiver": None,
            "blocking": True,
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
