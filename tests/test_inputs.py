import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.errors import ExitCode, InputError
from lockgate.finding import Severity
from lockgate.inputs import Cell, Options, cells, from_action, names, number, severity


def action(inputs, gate="", **environment):
    return from_action({"LOCKGATE_INPUTS": json.dumps(inputs), **environment}, gate)


def test_an_action_without_inputs():
    options = action({}, GITHUB_WORKSPACE="/ws", RUNNER_TEMP="/tmp/r")
    assert (str(options.path), options.format) == ("/ws", "github")
    assert (options.gates, options.base, options.all, options.change) == ((), "", False, False)
    assert (options.config, options.fail_on, options.jobs) == (None, None, 0)
    assert str(options.output) == "/tmp/r/lockgate-report"
    assert from_action({}, "") == Options(path=options.path.relative_to("/ws"), format="github")


def test_every_input():
    inputs = {
        "path": " app ", "gates": "sast, secrets\nsast", "base": "main", "scope": "change",
        "config": "ci/lockgate.yml", "fail-on": "Medium", "output": "out", "jobs": "3", "unknown": 1,
    }  # fmt: skip
    options = action(inputs, GITHUB_WORKSPACE="/ws", RUNNER_TEMP="/tmp/r")
    assert [str(options.path), str(options.config), str(options.output)] == [
        "/ws/app", "/ws/ci/lockgate.yml", "/ws/out"
    ]  # fmt: skip
    assert (options.gates, options.base, options.change) == (("sast", "secrets"), "main", True)
    assert (options.fail_on, options.jobs) == (Severity.MEDIUM, 3)


def test_an_actions_own_gate_comes_first():
    assert action({"gates": "sast"}, "secrets").gates == ("secrets",)


@pytest.mark.parametrize(
    ("scope", "expected"), [("", (False, False)), ("auto", (False, False)), ("all", (True, False))]
)
def test_scope(scope, expected):
    options = action({"scope": scope})
    assert (options.all, options.change) == expected


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"scope": "changes"}, "scope"),
        ({"scope": "all", "base": "main"}, "base"),
        ({"fail-on": "severe"}, "fail-on"),
        ({"jobs": "0"}, "jobs"),
        ({"jobs": "1025"}, "jobs"),
        ({"jobs": "two"}, "jobs"),
        ({"jobs": "-1"}, "jobs"),
        ({"jobs": "9" * 5_000}, "jobs"),
        ({"jobs": "²"}, "jobs"),
        ({"path": "a\0b"}, "path"),
        ({"path": "\ud800"}, "path"),
        ({"path": ["a"]}, "path"),
        ({"gates": False}, "gates"),
        ({"base": 0}, "base"),
    ],
)
def test_a_wrong_input_is_named(inputs, name):
    with pytest.raises(InputError) as caught:
        action(inputs)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert caught.value.what.startswith(f"`{name}` is `")
    assert len(caught.value.what) < 120


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1" * 10_000, "[]", "null", '"x"'])
def test_inputs_that_are_no_json_object(text):
    with pytest.raises(InputError):
        from_action({"LOCKGATE_INPUTS": text}, "")


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(["path", "gates", "base", "scope", "config", "jobs"]), st.text(max_size=9)
    )
)
def test_any_inputs_are_read_or_refused(inputs):
    try:
        options = action(inputs)
    except InputError:
        return
    str(options.path).encode()


def test_names():
    assert names(" b, a\n,b ,, c") == ("b", "a", "c")
    assert names(" ,") == ()


def test_severity_and_number():
    assert [severity(word) for word in ("critical", "HIGH", "Note")] == [
        Severity.CRITICAL,
        Severity.HIGH,
        Severity.NOTE,
    ]
    assert (number("1"), number("1024")) == (1, 1024)
    for word in ("", "none", "high ", "3"):
        with pytest.raises(InputError):
            severity(word)


def test_the_jobs_that_the_plan_wrote_are_read_back():
    text = json.dumps([{"gate": "sast", "number": 2, "count": 2}, {"gate": "sast", "number": 1, "count": 2}])
    assert cells(text) == (Cell("sast", 2, 2), Cell("sast", 1, 2))
    assert action({"shards": text}).cells == cells(text)
    assert cells("") == cells("[]") == ()


@pytest.mark.parametrize(
    "text",
    [
        "{", "7", "[7]", "[null]", "{}{}", '[{"gate": "a"}]', "[" * 100_000,
        '[{"gate": "a", "number": 1, "count": 2}]',  # the other one is missing
        '[{"gate": "a", "number": 1, "count": 1}, {"gate": "a", "number": 1, "count": 1}]',
        '[{"gate": "a", "number": 2, "count": 1}]',
        '[{"gate": "a", "number": 1, "count": true}]',
        '[{"gate": "a", "number": 1, "count": 100000}]',
        json.dumps([{"gate": "a", "number": n, "count": c} for n, c in ((1, 1), (1, 2), (2, 2))]),
        '[{"gate": ["a"], "number": 1, "count": 1}]',
        '[{"gate": "a", "number": "1", "count": "1"}]',
        '[{"gate": "a", "number": 1, "count": 1, "path": "x"}]',
    ],
)  # fmt: skip
def test_jobs_that_no_plan_wrote(text):
    with pytest.raises(InputError, match="shards"):
        cells(text)
