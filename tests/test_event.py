import json

import pytest

from lockgate.event import EventBase, base_of_event

SHA, HEAD = "ab" * 20, "cd" * 20
BRANCH = "where the branch left the default one"


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
    more = {**content, "repository": {"default_branch": "trunk"}}
    assert event(tmp_path, "push", more) == EventBase("", BRANCH, branch=True, default="trunk")
    assert event(tmp_path, "push", content) == EventBase("", BRANCH, branch=True)


def test_a_run_by_hand_is_compared_as_its_branch_is(tmp_path):
    content = {"repository": {"default_branch": "trunk"}}
    made = event(tmp_path, "workflow_dispatch", content)
    assert made == EventBase("", BRANCH, branch=True, default="trunk")


@pytest.mark.parametrize("name", ["schedule", "workflow_call", "release"])
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
