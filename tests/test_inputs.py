import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.errors import ExitCode, InputError
from lockgate.finding import Severity
from lockgate.inputs import EventBase, Options, base_of_event, from_action, names, number, severity

SHA, HEAD = "ab" * 20, "cd" * 20


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


def event(tmp_path, name, content):
    file = tmp_path / "event.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return base_of_event(
        {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(file)}
    )


PULL = {"pull_request": {"base": {"sha": SHA}, "head": {"sha": HEAD}}}


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request(tmp_path, name):
    assert event(tmp_path, name, PULL) == EventBase(SHA, "the pull request's base", head=HEAD)


def test_a_merge_group(tmp_path):
    made = event(tmp_path, "merge_group", {"merge_group": {"base_sha": SHA, "head_sha": HEAD}})
    assert made == EventBase(SHA, "the merge group's base")


def test_a_push(tmp_path):
    assert event(tmp_path, "push", {"before": SHA, "forced": False}) == EventBase(
        SHA, "the commit before the push"
    )


@pytest.mark.parametrize(
    "content",
    [{"before": "0" * 40}, {"before": "0" * 64}, {"before": SHA, "forced": True}, {}, {"before": None}],
)
def test_a_push_of_a_new_or_rewritten_branch_is_compared_as_a_branch_is(tmp_path, content):
    assert event(tmp_path, "push", content) is None


@pytest.mark.parametrize("name", ["schedule", "workflow_dispatch", "workflow_call", "release"])
def test_an_event_that_compares_with_nothing(tmp_path, name):
    assert event(tmp_path, name, {}) == EventBase("", f"the event {name} compares with nothing")


@pytest.mark.parametrize("name", ["pull_request", "merge_group"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, {}, {"pull_request": []}, {"merge_group": {"base_sha": 1}}],
)
def test_an_unreadable_event_is_lost_and_not_a_run_without_a_base(tmp_path, name, content):
    made = event(tmp_path, name, content)
    assert (made.revision, made.lost) == ("", True)


@pytest.mark.parametrize("path", ["", "/nowhere", "/", "a\0b"])
def test_an_event_file_that_is_not_there(path):
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": path}
    assert base_of_event(environment).lost


@pytest.mark.parametrize(
    "environment", [{}, {"GITHUB_EVENT_NAME": "push"}, {"GITHUB_ACTIONS": "true"}, {"GITHUB_ACTIONS": "1"}]
)
def test_outside_actions_there_is_no_event(environment):
    assert base_of_event(environment) is None


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
