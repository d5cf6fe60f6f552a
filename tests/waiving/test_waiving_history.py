"""How often a waiver was extended, from real git histories."""

from datetime import date

import pytest

from checkouts import Checkout
from lockgate.config import load
from lockgate.git import Git
from lockgate.waiving.history import MOST, extensions, past

NAME = "app folder/.lockgate.yml"
KEY = ("B602", "", "", "**", "")


def text(*days, rule="B602"):
    rows = [f"- {{rule: {rule}, owner: a, reason: b, expires: 2030-06-{day:02}}}\n" for day in days]
    return "waivers:\n" + "".join(rows) if rows else ""


def counted(*versions):
    return dict(extensions(load(version.encode(), "c.yml").configuration.waivers for version in versions))


@pytest.mark.parametrize(
    ("versions", "times"),
    [
        ([text(1)], 0),
        ([text(1), text(1)], 0),
        ([text(1), text(2)], 1),
        ([text(1), text(2), text(2), text(9)], 2),
        ([text(9), text(1)], 0),  # brought nearer
        ([text(1), text(), text(2)], 1),  # taken out and put back
        ([text(1), text(1, 2)], 1),  # a second one for the same
        ([text(1), text(2), text(1), text(2)], 2),
        ([text(1), text(2, rule="B1")], 0),
    ],
)
def test_an_end_that_is_later_counts(versions, times):
    assert counted(*versions).get(KEY, 0) == times


def test_another_owner_and_reason_are_the_same_waiver():
    assert counted(text(1), text(2).replace("owner: a", "owner: c").replace("reason: b", "reason: d")) == {
        KEY: 1
    }


def past_of(checkout, name=NAME):
    return [[waiver.expires.day for waiver in waivers] for waivers in past(Git(checkout.root), name)]


def test_the_versions_come_oldest_first_and_broken_ones_are_left_out(tmp_path):
    checkout = Checkout(tmp_path / "repo")
    assert past_of(checkout) == []  # no commit yet
    for content in (text(1), "waivers: [", b"\xff", text(2), None, text(3)):
        checkout.commit({NAME: content, "other": str(content)})
    checkout.commit({"other": "x"})
    assert past_of(checkout) == [[1], [2], [], [3]]
    assert past_of(checkout, "app*/.lockgate.yml") == []  # a name is no pattern


def test_a_branch_that_was_merged_counts_once_as_what_it_brought(tmp_path):
    checkout = Checkout(tmp_path / "repo")
    checkout.commit({NAME: text(1)})
    checkout.git("checkout", "-q", "-b", "side")
    checkout.commit({NAME: text(5)})
    checkout.commit({NAME: text(7)})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"other": "x"})
    checkout.git("merge", "-q", "--no-ff", "-m", "x", "side")
    assert past_of(checkout) == [[1], [7]]


def test_only_the_newest_versions_are_looked_at(tmp_path):
    checkout = Checkout(tmp_path / "repo")
    stream = "".join(
        f"commit refs/heads/main\ncommitter a <a@example.org> {number + 1} +0000\ndata 1\nx\n"
        f"M 644 inline c.yml\ndata {len(body)}\n{body}\n"
        for number in range(MOST + 5)
        for body in [f"waivers: [{{rule: B602, owner: a, reason: b{number}, expires: {date(2030, 1, 1)}}}]\n"]
    )
    checkout.git("fast-import", "--quiet", stdin=stream.encode())
    reasons = [waivers[0].reason for waivers in past(Git(checkout.root), "c.yml")]
    assert (len(reasons), reasons[0], reasons[-1]) == (MOST, "b5", f"b{MOST + 4}")
