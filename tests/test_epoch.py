from datetime import UTC, datetime, timedelta

import pytest

from checkouts import Checkout
from lockgate.epoch import time_of
from lockgate.errors import InputError
from lockgate.git import Git

LONG_AGO = datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


@pytest.fixture
def git(tmp_path):
    checkout = Checkout(tmp_path / "r")
    checkout.commit({"a": "x"})
    return Git(checkout.root)


def committed(git, revision="HEAD"):
    return datetime.fromtimestamp(int(git.ask("log", "-1", "--format=%ct", revision)), UTC)


def test_what_is_said_goes_before_the_commit(git):
    assert time_of(git, "1000000000") == LONG_AGO
    assert time_of(git, "") == committed(git)


def test_a_commit_can_be_named_and_may_be_missing(git):
    assert time_of(git, "", git.resolve("HEAD")) == committed(git)
    for commit in ("0" * 40, "", "--output=x"):
        assert datetime.now(UTC) - time_of(git, "", commit) < timedelta(minutes=1)


def test_outside_git_it_is_now():
    assert datetime.now(UTC) - time_of(None, "") < timedelta(minutes=1)


@pytest.mark.parametrize("epoch", ["x", "1.5", "9" * 30, " ", "::error::x"])
def test_another_word_is_an_error(git, epoch):
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        time_of(git, epoch)
