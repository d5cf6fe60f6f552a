"""The gate passes in one way and fails in every other."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.jobs import gate
from lockgate.jobs.gate import NEEDS, decide
from lockgate.reports.result import SCHEMA
from runner_port import Runner, file_commands

SHA = "ab" * 20
RESULTS = ("success", "failure", "cancelled", "skipped", "", None)
SCRIPTS = Path(gate.__file__).parents[2]
ENDED = {"pass": "success", "fail": "failure", "error": "failure"}
CELLS = [{"gate": "sast", "number": 1, "count": 1}]


def result(said="pass", **changes):
    outcome = {"pass": "passed", "fail": "failed", "error": "incomplete"}[said]
    return {
        "schema": SCHEMA,
        "verdict": said,
        "reason": f"the reason of {said}",
        "head": SHA,
        "gates": {"sast": outcome, "secrets": "passed", "extra": "skipped"},
        "blocking": int(said == "fail"),
        "funnel": "3 found → 1 blocking",
        **changes,
    }


def needs(said="pass", *, plan="success", shards="skipped", gates="", cells=()):
    """Give the results of the jobs; `said` is what the verdict says, or the whole result, or its text."""
    document = result(said) if isinstance(said, str) and said in ENDED else said
    text = document if isinstance(document, str) else json.dumps(document)
    planned = {"sast": True, "secrets": True, "extra": False}
    ended = gates if gates != "" else ENDED.get(said if isinstance(said, str) else "pass")
    return {
        "plan": {
            "result": plan,
            "outputs": {"shards": json.dumps(list(cells)), "gates": json.dumps(planned)},
        },
        "shards": {"result": shards, "outputs": {}},
        "gates": {"result": ended, "outputs": {} if said is None else {"result": text}},
    }


def test_it_passes_when_all_is_well():
    decision = decide(needs(), SHA)
    assert (decision.verdict, decision.findings, decision.reason) == ("pass", 0, "the reason of pass")


def test_it_passes_when_several_jobs_shared_the_work():
    assert decide(needs(shards="success", cells=CELLS), SHA).verdict == "pass"


def test_it_fails_with_the_verdict():
    decision = decide(needs("fail"), SHA)
    assert (decision.verdict, decision.findings, decision.reason) == ("fail", 1, "the reason of fail")


def test_an_incomplete_gate_is_an_error_with_its_reason():
    decision = decide(needs("error"), SHA)
    assert (decision.verdict, decision.reason) == ("error", "the reason of error")


@pytest.mark.parametrize("said", ["pass", "fail", "error", None])
@pytest.mark.parametrize("cells", [[], CELLS], ids=["alone", "shared"])
def test_every_combination_of_results(said, cells):
    """Only success of all (and skipped shards where there are none) may pass; only one way each may fail."""
    fine = "success" if cells else "skipped"
    for plan, shards, gates in product(RESULTS, repeat=3):
        made = needs(said, plan=plan, shards=shards, cells=cells)
        made["gates"]["result"] = gates
        decided = decide(made, SHA).verdict
        if (plan, shards, gates, said) == ("success", fine, "success", "pass"):
            assert decided == "pass"
        elif (plan, shards, gates, said) == ("success", fine, "failure", "fail"):
            assert decided == "fail"
        else:
            assert decided == "error", (plan, shards, gates, said)


@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("value", [None, {}, [], "success", {"result": ["success"]}])
def test_a_job_without_a_result(name, value):
    assert decide({**needs(), name: value}, SHA).verdict == "error"


def test_the_jobs_must_be_the_very_ones():
    fewer = {name: each for name, each in needs().items() if name != "shards"}
    assert decide(fewer, SHA).verdict == "error"
    assert decide({**needs(), "more": {"result": "success"}}, SHA).verdict == "error"
    for nothing in (None, [], {}, "", 7):
        assert decide(nothing, SHA).verdict == "error"


@pytest.mark.parametrize(
    "outputs",
    [None, {}, [], {"shards": "[]"}, {"gates": '{"sast": true}'}, {"shards": "[]", "gates": "{}"},
     {"shards": "", "gates": '{"sast": true}'}, {"shards": "{}", "gates": '{"sast": true}'},
     {"shards": "[]", "gates": "["}, {"shards": [], "gates": {"sast": True}}],
)  # fmt: skip
def test_a_plan_that_cannot_be_read(outputs):
    made = needs()
    made["plan"]["outputs"] = outputs
    assert decide(made, SHA).verdict == "error"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "left no result"),
        ("", "left no result"),
        ("{", "left no result"),
        ("[" * 100_000, "left no result"),
        ([], "left no result"),
        (result(schema="lockgate-result/2"), "left no result"),
        (result(verdict="passed"), "left no result"),
        (result(verdict=True), "left no result"),
        (result(gates=["sast"]), "left no result"),
        (result(head="cd" * 20), "another commit"),
        (result(head=None), "another commit"),
        (result(gates={}), "the plan has the gate sast"),
        (result(gates={"secrets": "passed", "extra": "skipped"}), "the plan has the gate sast"),
        (result(gates={**result()["gates"], "sast": "skipped"}), "the plan has the gate sast"),
        (result(gates={**result()["gates"], "sast": "incomplete"}), "a gate of it is incomplete"),
        (result(gates={**result()["gates"], "sast": "failed"}), "a gate of it is failed"),
        (result(gates={**result()["gates"], "more": "odd"}), "a gate of it is odd"),
        (result(blocking=1), "1 findings of it block"),
        (result("fail"), "its verdict is fail"),
        (result("error"), "its verdict is error"),
    ],
)
def test_a_result_that_does_not_fit(document, why):
    decision = decide(needs(document, gates="success"), SHA)
    assert decision.verdict == "error"
    assert why in decision.reason


@pytest.mark.parametrize("blocking", [0, None, "1", -1, True, 1.5])
def test_a_failure_without_a_finding_does_not_fit(blocking):
    assert decide(needs(result("fail", blocking=blocking), gates="failure"), SHA).verdict == "error"


def test_a_run_without_a_commit_does_not_fit():
    assert decide(needs(result(head="")), "").verdict == "error"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_spoilt_result_never_passes_by_breaking(data):
    document, made = result("fail"), needs("fail")
    target = deepcopy(data.draw(st.sampled_from([document, made])))
    key = data.draw(st.sampled_from(sorted(target)))
    target[key] = data.draw(JSON)
    spoilt = target if key in made else needs(target, gates="failure")
    assert decide(spoilt, SHA).verdict in {"fail", "error"}


def start(tmp_path, made, *, environment=()):
    inputs = {"needs": json.dumps(made)}
    output = tmp_path / "output"
    environ = {
        "PATH": os.environ["PATH"],
        "GITHUB_ACTIONS": "true",
        "GITHUB_SHA": SHA,
        "GITHUB_OUTPUT": str(output),
        "LOCKGATE_INPUTS": json.dumps(inputs),
        "LOCKGATE_PYTHON": sys.executable,
    }
    argv = [SCRIPTS / "run", "job", "gate"]
    done = subprocess.run(
        argv, cwd=tmp_path, env=environ | dict(environment), check=False, capture_output=True, text=True
    )
    return done, file_commands(output.read_bytes().decode()) if output.exists() else {}


@pytest.mark.parametrize(
    ("said", "code", "findings"), [("pass", 0, "0"), ("fail", 1, "1"), ("error", 4, "0")]
)
def test_the_job(tmp_path, said, code, findings):
    done, outputs = start(tmp_path, needs(said))
    assert done.returncode == code, done.stderr
    assert outputs == {"verdict": said, "findings": findings}
    assert f"3 found → 1 blocking\n{said.upper()}: the reason of {said}\n" in done.stdout
    assert ("::error" in done.stdout) == (said == "error")


def test_without_a_result_the_job_is_an_error(tmp_path):
    done, outputs = start(tmp_path, needs(None, gates="success"))
    assert done.returncode == 4
    assert outputs["verdict"] == "error"
    assert "ERROR: the job gates ended with success and left no result" in done.stdout


@pytest.mark.parametrize("inputs", ["", "{", "[]", "7", '{"needs": 1}'])
def test_inputs_that_cannot_be_read_are_an_error(tmp_path, inputs):
    done, outputs = start(tmp_path, needs(), environment={"LOCKGATE_INPUTS": inputs}.items())
    assert (done.returncode, outputs["verdict"]) == (4, "error")


def test_no_word_of_a_result_is_a_command(tmp_path):
    words = "::set-output name=verdict::pass\n##[error]x\r::add-mask::y"
    hostile = result("error", reason=words, funnel=words)
    done, outputs = start(tmp_path, needs(hostile, gates="failure"))
    assert outputs["verdict"] == "error"
    commands = Runner().feed(done.stdout).feed(done.stderr).commands
    assert {command.name for command in commands} == {"error"}


def test_it_imports_the_standard_library_alone():
    program = "import sys; sys.path[:0] = [sys.argv[1]]; import lockgate.jobs.gate, lockgate.jobs.__main__;"
    program += " print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    argv = [sys.executable, "-I", "-S", "-c", program, str(SCRIPTS)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) <= {"lockgate", "__main__"}
