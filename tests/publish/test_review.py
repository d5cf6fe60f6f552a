"""One review for what can be fixed, and nothing twice, whatever fails on the way."""

import threading

import pytest

from fake_github import FakeGitHub, Fault, client, pull_request, run
from fake_github.state import BOT
from lockgate.api import ApiError, UnclearError
from lockgate.finding import Edit
from lockgate.publish.review import put
from publish.samples import failing, statement
from verdicts import finding


def fixable(line, **changes):
    fix = (Edit(line, 5, line, 14, "yaml.load", "yaml.safe_load"),)
    return finding(rule="B506", path="a.py", line=line, fingerprint=f"f{line}", fix=fix, **changes)


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        served.state.pulls = [pull_request()]
        served.state.files = [
            {"filename": "large.py"},
            {"filename": "a.py", "patch": "@@ -0,0 +1,3 @@\n" + "+a = yaml.load(x)\n" * 3},
        ]
        yield served


def do(github, *findings):
    said = statement(failing(*findings))
    return put(client(github), 12, said)


def lines(github):
    return [each["line"] for each in github.state.review_comments]


def test_there_is_one_review_on_the_lines_of_the_change(github):
    assert do(github, fixable(1), fixable(3), fixable(9), finding()) == 2
    assert (lines(github), len(github.state.reviews)) == ([1, 3], 1)
    (first, _) = github.state.review_comments
    assert first["body"].startswith("<!-- lockgate: fix ")
    assert "```suggestion\na = yaml.safe_load(x)\n```" in first["body"]


def test_nothing_is_asked_where_nothing_can_be_fixed(github):
    assert do(github, finding()) == 0
    assert github.state.requests == []


def test_the_same_again_writes_nothing_and_a_new_one_is_added(github):
    do(github, fixable(1))
    before = len(github.state.requests)
    assert do(github, fixable(1)) == 0
    assert {each.split()[0] for each in github.state.requests[before:]} == {"GET"}
    assert do(github, fixable(1), fixable(2)) == 1
    assert lines(github) == [1, 2]


def test_nobody_can_keep_us_from_it(github):
    do(github, fixable(1))
    for each in github.state.review_comments:
        each["user"] = {"login": "stranger", "type": "User"}
    assert do(github, fixable(1)) == 1
    assert lines(github) == [1, 1]


@pytest.mark.parametrize("request_number", range(1, 5))
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("cut", [True, False])
def test_a_failure_at_any_request_leaves_nothing_twice(github, request_number, done, cut):
    github.state.faults[request_number] = Fault(done=done, cut=cut)
    do(github, fixable(1), fixable(2))
    assert lines(github) == [1, 2]


def test_a_failure_that_stays_is_raised(github):
    github.state.faults = dict.fromkeys(range(3, 20), Fault(status=500))
    with pytest.raises((ApiError, UnclearError)):
        do(github, fixable(1))


def test_of_two_runs_at_once_one_suggestion_stays(github):
    said = [fixable(1), fixable(2)]
    threads = [threading.Thread(target=do, args=(github, *said)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lines(github)) == [1, 2]


def test_a_token_that_may_not_is_told(github):
    github.state.permissions["pull_requests"] = "read"
    with pytest.raises(ApiError) as raised:
        do(github, fixable(1))
    assert raised.value.status == 403
    assert github.state.review_comments == []


def test_the_oldest_of_two_stays(github):
    do(github, fixable(1))
    (first,) = github.state.review_comments
    github.state.review_comments.append(first | {"id": 5000, "user": BOT})
    do(github, fixable(1), fixable(2))
    assert next((each["id"], each["line"]) for each in github.state.review_comments) == (first["id"], 1)
    assert sorted(lines(github)) == [1, 2]
