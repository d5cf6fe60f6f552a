"""scripts/dev/expect: what a workflow came to is all that is expected, or the step fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPECT = Path(__file__).parents[2] / "scripts/dev/expect"
NEEDS = {
    "a": {"result": "success", "outputs": {"verdict": "pass", "more": "1"}},
    "b": {"result": "skipped", "outputs": {}},
}


def expect(expected: object, actual: object = NEEDS) -> "subprocess.CompletedProcess[str]":
    environ = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in (("EXPECTED", expected), ("ACTUAL", actual))
        if value is not None
    }
    return subprocess.run(
        [sys.executable, "-I", EXPECT], env={"PATH": os.environ["PATH"], **environ},
        check=False, text=True, capture_output=True,
    )  # fmt: skip


def test_more_may_be_there() -> None:
    done = expect({"a": {"result": "success", "outputs": {"verdict": "pass"}}})
    assert (done.returncode, done.stdout, done.stderr) == (0, "as expected: a\n", "")


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ({"b": {"result": "success"}}, 'b.result: "skipped", not "success"'),
        ({"c": {"result": "success"}}, 'c.result: null, not "success"'),
        ({"a": {"outputs": {"findings": "0"}}}, 'a.outputs.findings: null, not "0"'),
        ({"a": {"result": {"x": "y"}}}, 'a.result.x: null, not "y"'),
        ({"b": "success"}, 'b: {"result": "skipped", "outputs": {}}, not "success"'),
        ({"a": {"outputs": {"more": 1}}}, 'a.outputs.more: "1", not 1'),
        ({"a": {}}, "a: nothing is expected, which anything would be"),
        ({}, "EXPECTED: nothing is expected, which anything would be"),
    ],
)  # fmt: skip
def test_what_differs_is_named(expected: object, line: str) -> None:
    done = expect(expected)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{line}\n")


def test_all_that_differs_is_named() -> None:
    assert expect({"a": {"result": "x"}, "b": {"result": "y"}}).stderr.count("\n") == 2


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, NEEDS), ({"a": "b"}, None), ("", NEEDS), ({"a": "b"}, "{"), ([], NEEDS), ("null", NEEDS),
        ("[" * 100_000, NEEDS),
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_an_error(expected: object, actual: object) -> None:
    done = expect(expected, actual)
    assert (done.returncode, done.stdout) == (2, "")
    assert "EXPECTED" in done.stderr


def test_no_output_of_a_job_is_a_command() -> None:
    done = expect({"a": {"result": "x"}}, {"a": {"result": "\n::error::y ##[error]z\x1b[2K"}})
    assert done.stderr == 'a.result: "\\n::error::y ## [error]z\\u001b[2K", not "x"\n'
