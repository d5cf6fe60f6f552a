"""A check run with every annotation once, however often it is interrupted."""

import pytest

from fake_github import FakeGitHub, Fault, client, run
from fake_github.rules import Refusal, annotation_fields
from lockgate.api import ApiError, UnclearError
from lockgate.finding import State
from lockgate.publish.check_run import put
from lockgate.verdict import Answer, Outcome
from publish.samples import failing, many, passing, statement
from verdicts import HOSTILE, finding, gate, rule, verdict


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        yield served


def only(github):
    (check,) = github.state.check_runs
    return check


def paths(github):
    return [each["path"] for each in only(github)["all"]]


def test_it_says_it_all(github):
    found = finding(blocking=True, column=5, message="subprocess call with shell=True")
    assert put(client(github), statement(failing(found))) == 1
    check = only(github)
    assert check["name"] == "lockgate"
    assert check["head_sha"] == "5f" * 20
    assert (check["status"], check["conclusion"]) == ("completed", "failure")
    assert check["output"]["title"] == "fail: 1 finding blocks"
    assert "❌ fail" in check["output"]["summary"]
    assert check["all"] == [
        {
            "path": "src/app.py", "start_line": 3, "end_line": 3, "start_column": 5, "end_column": 5,
            "annotation_level": "failure", "title": "sast · B602 · high",
            "message": "subprocess call with shell=True\nWhy: Input can become a command. (CWE-78)\n"
            "Mend: Pass a list and no shell.\nhttps://bandit.readthedocs.io/x.html#b602",
        }
    ]  # fmt: skip


def test_a_pass_is_a_success(github):
    old = finding(state=State.UNCHANGED, in_change=False)
    assert put(client(github), statement(passing(old), conclusion="success")) == 0
    assert (only(github)["status"], only(github)["conclusion"]) == ("completed", "success")
    assert only(github)["all"] == []


@pytest.mark.parametrize("number", [49, 50, 51, 100, 101, 1000])
def test_every_finding_has_its_annotation(github, number):
    assert put(client(github), statement(many(number))) == number
    assert paths(github) == [f"src/{each:05}.py" for each in range(number)]
    assert only(github)["status"] == "completed"
    writes = [each for each in github.state.requests if not each.startswith("GET")]
    assert len(writes) == -(-number // 50)


def test_a_stranger_cannot_use_up_the_requests_of_a_repository(github):
    assert put(client(github), statement(many(20_000))) == 5_000
    assert paths(github)[-2:] == ["src/04998.py", ".github"]
    assert only(github)["all"][-1]["message"].startswith("4,999 of 20,000 annotations shown")
    assert len(github.state.requests) == 101


def test_an_incomplete_gate_has_one_too(github):
    made = verdict(
        answer=Answer.ERROR,
        gates=tuple(gate(name=f"g{each}", outcome=Outcome.INCOMPLETE, reason="died") for each in range(12)),
    )
    assert put(client(github), statement(made)) == 12
    assert paths(github) == [".github"] * 12
    assert only(github)["all"][0]["message"] == "died"


def test_the_same_again_writes_nothing(github):
    put(client(github), statement(many(120)))
    before = len(github.state.requests)
    put(client(github), statement(many(120)))
    assert [each.split()[0] for each in github.state.requests[before:]] == ["GET"]


def test_another_attempt_of_the_run_has_its_own(github):
    put(client(github), statement(many(2)))
    put(client(github), statement(passing(), run_attempt=2, conclusion="success"))
    assert [each["conclusion"] for each in github.state.check_runs] == ["failure", "success"]


def test_another_app_cannot_pretend_to_be_us(github):
    put(client(github), statement(many(2)))
    only(github)["app"] = {"slug": "stranger"}
    put(client(github), statement(many(2)))
    assert len(github.state.check_runs) == 2


@pytest.mark.parametrize("request_number", range(1, 22))
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("cut", [True, False])
def test_of_a_thousand_none_is_lost_or_doubled(github, request_number, done, cut):
    github.state.faults = {request_number: Fault(done=done, cut=cut)}
    assert put(client(github), statement(many(1000))) == 1000
    assert paths(github) == [f"src/{each:05}.py" for each in range(1000)]
    assert only(github)["status"] == "completed"


@pytest.mark.parametrize("last", range(1, 22))
@pytest.mark.parametrize("done", [True, False])
def test_a_job_that_was_killed_is_taken_up_by_the_next(github, last, done):
    github.state.faults = {last: Fault(403, message="no", done=done)}
    with pytest.raises(ApiError):
        put(client(github), statement(many(1000)))
    put(client(github), statement(many(1000)))
    assert paths(github) == [f"src/{each:05}.py" for each in range(1000)]
    assert only(github)["status"] == "completed"
    assert len(github.state.requests) <= 21 + last + 1


def test_killed_again_and_again_it_ends(github):
    asked = 0
    for _ in range(40):
        github.state.faults = {len(github.state.requests) + 2: Fault(403, message="no", done=True)}
        asked += 1
        try:
            put(client(github), statement(many(1000)))
            break
        except ApiError:
            continue
    assert paths(github) == [f"src/{each:05}.py" for each in range(1000)]
    assert asked == 21


def test_it_gives_up_when_no_write_is_answered(github):
    github.state.faults = {number: Fault() for number in range(2, 99, 2)}
    with pytest.raises(UnclearError):
        put(client(github), statement())
    assert sum(each.startswith("POST") for each in github.state.requests) == 3


def test_limits_of_rate_only_slow_it_down(github):
    secondary = Fault(403, {"Retry-After": "30"}, "You have exceeded a secondary rate limit.")
    github.state.faults = {3: secondary, 4: secondary}
    github.state.remaining = 5
    put(client(github), statement(many(300)))
    assert len(paths(github)) == 300
    assert {30.0, 1.0} <= set(github.state.clock.naps)


def test_a_missing_permission_is_said(github):
    github.state.permissions["checks"] = "read"
    with pytest.raises(ApiError) as caught:
        put(client(github), statement())
    assert "`checks: write`" in caught.value.todo


@pytest.mark.parametrize("words", [*HOSTILE, "", " ", "/", "//etc", "a" * 1_000_000, "\n", "-", "é" * 9000])
def test_any_text_is_taken(github, words):
    found = finding(path=words, message=words, rule=words, line=4, end_line=4, column=2, blocking=True)
    put(client(github), statement(failing(found, rules=(rule(why=words, mend=words),))))
    assert len(only(github)["all"]) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        {"line": -5, "end_line": -9, "column": -1},
        {"line": 10**15, "end_line": 10**16, "column": 10**17},
        {"line": 9, "end_line": 3, "column": 4},
        {"line": 9, "end_line": 12, "column": 4},
        {"line": 0, "column": 4},
    ],
)
def test_any_number_is_taken(github, numbers):
    put(client(github), statement(failing(finding(blocking=True, **numbers))))
    assert len(only(github)["all"]) == 1


def test_the_fake_refuses_what_github_refuses():
    good = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
    annotation_fields(good)
    for change in (
        {"path": ""}, {"start_line": 0}, {"end_line": 0}, {"annotation_level": "error"}, {"message": ""},
        {"title": "x" * 256}, {"message": "x" * 65_537}, {"end_line": 2, "start_column": 1}, {"line": 1},
    ):  # fmt: skip
        with pytest.raises(Refusal):
            annotation_fields(good | change)
