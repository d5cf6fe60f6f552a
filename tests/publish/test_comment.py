"""One comment, whoever else writes there."""

import threading
from itertools import combinations

import pytest
import requests

from fake_github import FakeGitHub, Fault, client, pull_request, run
from fake_github.state import BOT
from lockgate.api import ApiError, UnclearError
from lockgate.publish.comment import MARKER, put
from publish.samples import failing, many, passing, statement

PERSON = {"login": "stranger", "type": "User"}


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        served.state.pulls = [pull_request()]
        yield served


def bodies(github):
    return [each["body"] for each in github.state.comments]


def add(github, body, user=PERSON):
    made = {"id": github.state.new_id(), "issue": 12, "user": user, "body": body}
    github.state.comments.append(made)
    return made


def test_it_is_written_once_and_then_edited(github):
    put(client(github), 12, statement(failing()))
    put(client(github), 12, statement(passing(), conclusion="success"))
    (text,) = bodies(github)
    assert text.startswith(MARKER + "Lockgate: <b>✅ pass</b> · no finding · From the <a ")
    assert text.count("\n") == 2
    assert "✅ pass" in text
    assert "❌" not in text


def test_the_same_again_writes_nothing(github):
    put(client(github), 12, statement())
    before = len(github.state.requests)
    put(client(github), 12, statement())
    assert [each.split()[0] for each in github.state.requests[before:]] == ["GET"]


def test_nobody_can_pretend_to_be_us(github):
    add(github, MARKER + "fake")
    add(github, MARKER + "fake", {"login": "github-actions[bot]", "type": "User"})
    add(github, MARKER + "fake", {"login": "other[bot]", "type": "Bot"})
    add(github, MARKER + "fake", None)
    add(github, "quoting " + MARKER, BOT)
    put(client(github), 12, statement())
    assert bodies(github)[:5] == [*[MARKER + "fake"] * 4, "quoting " + MARKER]
    assert "❌ fail" in bodies(github)[5]
    assert len(bodies(github)) == 6


def test_it_is_found_behind_many_others(github):
    for number in range(230):
        add(github, f"comment {number}")
    add(github, MARKER + "old", BOT)
    put(client(github), 12, statement())
    assert len(bodies(github)) == 231
    assert "❌ fail" in bodies(github)[-1]


def test_of_several_the_oldest_stays(github):
    first = add(github, MARKER + "one", BOT)
    add(github, MARKER + "two", BOT)
    put(client(github), 12, statement())
    assert [each["id"] for each in github.state.comments] == [first["id"]]
    assert "❌ fail" in bodies(github)[0]


@pytest.mark.parametrize("request_number", range(1, 6))
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("cut", [True, False])
def test_whatever_request_fails_there_is_one_comment(github, request_number, done, cut):
    add(github, "first")
    github.state.faults = {request_number: Fault(done=done, cut=cut)}
    put(client(github), 12, statement())
    put(client(github), 12, statement(passing(), conclusion="success"))
    assert len(bodies(github)) == 2
    assert "✅ pass" in bodies(github)[1]


def test_it_gives_up_when_no_write_is_answered(github):
    github.state.faults = {number: Fault() for number in range(2, 99, 2)}
    with pytest.raises(UnclearError):
        put(client(github), 12, statement())
    assert sum(each.startswith("POST") for each in github.state.requests) == 3


def test_two_at_once_leave_one(github):
    asked = [client(github) for _ in range(2)]
    for _ in range(5):
        github.state.comments.clear()
        threads = [
            threading.Thread(target=put, args=(each, 12, statement(made)))
            for each, made in zip(asked, (failing(), many(3)), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(bodies(github)) == 1


class Turns:
    """Let two sessions ask in a given order; one that is at its end is passed over."""

    def __init__(self, order):
        self.order, self.ended, self.changed = list(order), set(), threading.Condition()

    def wait(self, name):
        with self.changed:
            while [each for each in self.order if each not in self.ended][:1] not in ([name], []):
                assert self.changed.wait(20), "nobody went on"

    def over(self, name, *, ended=False):
        with self.changed:
            if ended:
                self.ended.add(name)
            elif name in self.order:
                self.order.remove(name)
            self.changed.notify_all()


class InTurns(requests.Session):
    def __init__(self, turns, name):
        super().__init__()
        self.turns, self.name = turns, name

    def request(self, *words, **more):
        self.turns.wait(self.name)
        try:
            return super().request(*words, **more)
        finally:
            self.turns.over(self.name)


def in_turns(github, turns, name, made):
    try:
        put(client(github, session=InTurns(turns, name)), 12, statement(made))
    finally:
        turns.over(name, ended=True)


def orders(one, other):
    """Give each order in which two can ask so often."""
    for places in combinations(range(one + other), one):
        yield "".join("a" if number in places else "b" for number in range(one + other))


def test_in_whatever_order_two_ask_they_leave_one(github):
    for order in orders(5, 5):
        github.state.comments.clear()
        turns = Turns(order)
        threads = [
            threading.Thread(target=in_turns, args=(github, turns, name, made))
            for name, made in (("a", failing()), ("b", many(3)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(bodies(github)) == 1, order
        assert "❌ fail" in bodies(github)[0], order


def test_a_long_verdict_fits(github):
    put(client(github), 12, statement(many(3000)))
    (text,) = bodies(github)
    assert 60_000 < len(text.encode()) <= 65_536
    assert "of 3000 findings shown" in text


def test_a_missing_permission_is_said(github):
    github.state.permissions["pull_requests"] = "read"
    with pytest.raises(ApiError) as caught:
        put(client(github), 12, statement())
    assert "`pull-requests: write`" in caught.value.todo
