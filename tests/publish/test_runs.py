"""Which pull request a run was for: as the API says."""

import pytest

from fake_github import FakeGitHub, client, pull_request, run
from fake_github.state import FORK, SHA
from lockgate.errors import InputError
from lockgate.publish.runs import find, pull_requests

OTHER_FORK = {"id": 78, "owner": {"login": "stranger"}}


@pytest.fixture
def github():
    with FakeGitHub() as served:
        yield served


def pulls_of(github, **changes):
    github.state.runs = [run(**changes)]
    asked = client(github)
    return pull_requests(asked, find(asked, 9_000_000_001))


def test_the_pull_request_of_a_fork_is_found_by_its_branch(github):
    github.state.pulls = [
        pull_request(11, head={"sha": "0" * 40, "ref": "mend", "repo": FORK}),
        pull_request(12),
        pull_request(13, head={"sha": SHA, "ref": "other", "repo": FORK}),
        pull_request(14, head={"sha": SHA, "ref": "mend", "repo": OTHER_FORK}),
        pull_request(15, head={"sha": SHA, "ref": "mend", "repo": None}),
        pull_request(16, state="closed"),
    ]
    assert pulls_of(github) == [12]


def test_two_pull_requests_of_one_branch_are_both_given(github):
    github.state.pulls = [pull_request(12), pull_request(13)]
    assert pulls_of(github) == [12, 13]


def test_one_of_many_is_found(github):
    stale = {"sha": "0" * 40, "ref": "mend", "repo": FORK}
    github.state.pulls = [pull_request(each, head=stale) for each in range(100, 250)] + [pull_request(12)]
    assert pulls_of(github) == [12]


@pytest.mark.parametrize("branch", ["a&state=all", "a#b", "a b", "../x", "\u00e4\u202e", "%2e"])
def test_any_name_of_a_branch_is_only_a_name(github, branch):
    head = {"sha": SHA, "ref": branch, "repo": FORK}
    github.state.pulls = [pull_request(11, head=head, state="closed"), pull_request(12, head=head)]
    assert pulls_of(github, head_branch=branch) == [12]


@pytest.mark.parametrize(
    "changes",
    [{"event": "push"}, {"event": "schedule"}, {"head_repository": None}, {"head_branch": None}],
)
def test_a_run_without_a_pull_request(github, changes):
    github.state.pulls = [pull_request()]
    assert pulls_of(github, **changes) == []


def test_a_run_that_still_goes_on_is_refused(github):
    github.state.runs = [run(status="in_progress", conclusion=None)]
    with pytest.raises(InputError, match="not at its end"):
        find(client(github), 9_000_000_001)
