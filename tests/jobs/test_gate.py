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
from lockgate.reports.verdict_document import SCHEMA
from runner_port import Runner, file_commands

SHA = "ab" * 20
RESULTS = ("success", "failure", "cancelled", "skipped", "", None)
SCRIPTS = Path(gate.__file__).parents[2]
SKIPPED = {"name": "sast", "outcome": "skipped"}
CELLS = [{"gate": "sast", "number": 1, "count": 1}]


def needs(plan="success", shards="skipped", gates="success", *, cells=(), planned=None):
    outputs = {
        "shards": json.dumps(list(cells)),
        "gates": json.dumps(planned or {"sast": True, "secrets": True, "extra": False}),
    }
    return {
        "plan": {"result": plan, "outputs": outputs},
        "shards": {"result": shards, "outputs": {}},
        "gates": {"result": gates, "outputs": {}},
    }


def verdict(said="pass"):
    outcome = {"pass": "passed", "fail": "failed", "error": "incomplete"}[said]
    return {
        "schema": SCHEMA,
        "verdict": said,
        "reason": f"the reason of {said}",
        "head": SHA,
        "gates": [
            {"name": "sast", "outcome": outcome},
            {"name": "secrets", "outcome": "passed"},
            {"name": "extra", "outcome": "skipped"},
        ],
        "funnel": [{"stage": "found", "count": 3}, {"stage": "blocking", "count": 1}],
        "findings": [{"blocking": said == "fail"}, {"blocking": False}],
    }


def test_it_passes_when_all_is_well():
    decision = decide(needs(), verdict(), SHA)
    assert (decision.verdict, decision.findings, decision.reason) == ("pass", 0, "the reason of pass")


def test_it_passes_when_several_jobs_shared_the_work():
    assert decide(needs(shards="success", cells=CELLS), verdict(), SHA).verdict == "pass"


def test_it_fails_with_the_verdict():
    decision = decide(needs(gates="failure"), verdict("fail"), SHA)
    assert (decision.verdict, decision.findings, decision.reason) == ("fail", 1, "the reason of fail")


def test_an_incomplete_gate_is_an_error_with_its_reason():
    decision = decide(needs(gates="failure"), verdict("error"), SHA)
    assert (decision.verdict, decision.reason) == ("error", "the reason of error")


@pytest.mark.parametrize("said", ["pass", "fail", "error", None])
@pytest.mark.parametrize("cells", [[], CELLS], ids=["alone", "shared"])
def test_every_combination_of_results(said, cells):
    """Only success of all (and skipped shards where there are none) may pass; only one way each may fail."""
    fine = "success" if cells else "skipped"
    for plan, shards, gates in product(RESULTS, repeat=3):
        document = said and verdict(said)
        decided = decide(needs(plan, shards, gates, cells=cells), document, SHA).verdict
        if (plan, shards, gates, said) == ("success", fine, "success", "pass"):
            assert decided == "pass"
        elif (plan, shards, gates, said) == ("success", fine, "failure", "fail"):
            assert decided == "fail"
        else:
            assert decided == "error", (plan, shards, gates, said)


@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("value", [None, {}, [], "success", {"result": ["success"]}])
def test_a_job_without_a_result(name, value):
    assert decide({**needs(), name: value}, verdict(), SHA).verdict == "error"


def test_the_jobs_must_be_the_very_ones():
    assert (
        decide({name: each for name, each in needs().items() if name != "shards"}, verdict(), SHA).verdict
        == "error"
    )
    assert decide({**needs(), "more": {"result": "success"}}, verdict(), SHA).verdict == "error"
    for nothing in (None, [], {}, "", 7):
        assert decide(nothing, verdict(), SHA).verdict == "error"


@pytest.mark.parametrize(
    "outputs",
    [None, {}, [], {"shards": "[]"}, {"gates": '{"sast": true}'}, {"shards": "[]", "gates": "{}"},
     {"shards": "", "gates": '{"sast": true}'}, {"shards": "{}", "gates": '{"sast": true}'},
     {"shards": "[]", "gates": "["}, {"shards": [], "gates": {"sast": True}}],
)  # fmt: skip
def test_a_plan_that_cannot_be_read(outputs):
    made = needs()
    made["plan"]["outputs"] = outputs
    assert decide(made, verdict(), SHA).verdict == "error"


def changed(**changes):
    return {**verdict(), **changes}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "there is no verdict"),
        ([], "there is no verdict"),
        (changed(schema="lockgate-verdict/2"), "there is no verdict"),
        (changed(head="cd" * 20), "another commit"),
        (changed(head=None), "another commit"),
        (changed(verdict="passed"), "its verdict is passed"),
        (changed(verdict=True), "its verdict is nothing"),
        (changed(gates=[]), "the plan has the gate sast"),
        (changed(gates="passed"), "the plan has the gate sast"),
        (changed(gates=verdict()["gates"][1:]), "the plan has the gate sast"),
        (changed(gates=[SKIPPED, *verdict()["gates"][1:]]), "the plan has the gate sast"),
        (changed(gates=verdict("error")["gates"]), "a gate of it is incomplete"),
        (changed(gates=verdict("fail")["gates"]), "a gate of it is failed"),
        (changed(gates=[*verdict()["gates"], {"name": "x", "outcome": "odd"}]), "a gate of it is odd"),
        (changed(findings=[{"blocking": True}]), "1 findings of it block"),
    ],
)  # fmt: skip
def test_a_verdict_that_does_not_fit(document, why):
    decision = decide(needs(), document, SHA)
    assert decision.verdict == "error"
    assert why in decision.reason


def test_a_failure_without_a_finding_does_not_fit():
    document = {**verdict("fail"), "findings": []}
    assert decide(needs(gates="failure"), document, SHA).verdict == "error"


def test_a_run_without_a_commit_does_not_fit():
    assert decide(needs(), changed(head=""), "").verdict == "error"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_spoilt_verdict_never_passes_by_breaking(data):
    document, made = verdict("fail"), needs(gates="failure")
    target = deepcopy(data.draw(st.sampled_from([document, made])))
    key = data.draw(st.sampled_from(sorted(target)))
    target[key] = data.draw(JSON)
    pair = (target, document) if key in made else (made, target)
    assert decide(*pair, SHA).verdict in {"fail", "error"}


def start(tmp_path, document, made, *, environment=()):
    report = tmp_path / "report"
    report.mkdir()
    if document is not None:
        (report / "verdict.json").write_text(json.dumps(document))
    inputs = {"needs": json.dumps(made), "report": str(report), "artifact": "lockgate-report"}
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
    ("said", "result", "code", "findings"),
    [("pass", "success", 0, "0"), ("fail", "failure", 1, "1"), ("error", "failure", 4, "0")],
)
def test_the_job(tmp_path, said, result, code, findings):
    done, outputs = start(tmp_path, verdict(said), needs(gates=result))
    assert done.returncode == code, done.stderr
    assert outputs == {"verdict": said, "findings": findings, "report-artifact": "lockgate-report"}
    assert f"3 found → 1 blocking\n{said.upper()}: the reason of {said}\n" in done.stdout
    assert ("::error" in done.stdout) == (said == "error")


def test_without_a_report_the_job_is_an_error(tmp_path):
    done, outputs = start(tmp_path, None, needs())
    assert done.returncode == 4
    assert outputs["verdict"] == "error"
    assert "ERROR: there is no verdict: the report is missing or cannot be read" in done.stdout


@pytest.mark.parametrize("inputs", ["", "{", "[]", "7", '{"needs": 1}'])
def test_inputs_that_cannot_be_read_are_an_error(tmp_path, inputs):
    done, outputs = start(tmp_path, verdict(), needs(), environment={"LOCKGATE_INPUTS": inputs}.items())
    assert (done.returncode, outputs["verdict"]) == (4, "error")


def test_no_word_of_a_verdict_is_a_command(tmp_path):
    words = "::set-output name=verdict::pass\n##[error]x\r::add-mask::y"
    hostile = verdict("error") | {"reason": words, "funnel": [{"stage": words, "count": words}]}
    done, outputs = start(tmp_path, hostile, needs(gates="failure"))
    assert outputs["verdict"] == "error"
    commands = Runner().feed(done.stdout).feed(done.stderr).commands
    assert {command.name for command in commands} == {"error"}


def test_it_imports_the_standard_library_alone():
    program = "import sys; sys.path[:0] = [sys.argv[1]]; import lockgate.jobs.gate, lockgate.jobs.__main__;"
    program += " print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    argv = [sys.executable, "-I", "-S", "-c", program, str(SCRIPTS)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) <= {"lockgate", "__main__"}
