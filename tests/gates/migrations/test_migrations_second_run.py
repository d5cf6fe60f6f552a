"""The second run of a migration that stopped half-way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gates.migrations.told_session import Told, migration
from lockgate.gates.migrations.model import Failure, Migration
from lockgate.gates.migrations.rehearsals.second_run import second_run, stays


@pytest.mark.parametrize(
    ("up", "atomic", "cuts"),
    [
        ("SELECT 1; SELECT 2; SELECT 3", True, []),
        ("SELECT 1; SELECT 2; SELECT 3", False, [1, 2]),
        ("SELECT 1", False, []),
        ("SELECT 1; COMMIT; SELECT 2; SELECT 3", True, [2]),
        ("SELECT 1; COMMIT", True, []),
        ("BEGIN; SELECT 1; COMMIT; SELECT 2; SELECT 3", False, [3, 4]),
        ("START TRANSACTION; SELECT 1; END; SELECT 2", False, [3]),
        ("BEGIN; SAVEPOINT s; ROLLBACK TO s; SELECT 1; COMMIT; SELECT 2", False, [5]),
        ("BEGIN; SELECT 1; ROLLBACK; SELECT 2; SELECT 3", False, [4]),
    ],
)
def test_where_what_was_done_stays_done(up: str, atomic: bool, cuts: list[int]) -> None:
    assert stays(migration("m", up, atomic=atomic)) == cuts


def opened(session: Told) -> "Callable[[], contextmanager]":
    @contextmanager
    def copy() -> Iterator[Callable[[Migration], Failure | None]]:
        session.asked.append("copy")
        yield session.replay

    return copy


def test_a_migration_in_a_transaction_is_never_copied() -> None:
    session = Told()
    assert list(second_run(migration("m", "SELECT 1; SELECT 2"), opened(session))) == []
    assert session.asked == []


def test_each_place_gets_a_copy_and_two_runs() -> None:
    session = Told()
    assert (
        list(second_run(migration("m", "SELECT 1; SELECT 2; SELECT 3", atomic=False), opened(session))) == []
    )
    assert session.asked == ["copy", "up m", "up m"] * 2


def test_at_most_ten_places_are_tried_the_first_and_the_last_among_them() -> None:
    counts: list[int] = []

    @contextmanager
    def copy() -> Iterator[Callable[[Migration], Failure | None]]:
        yield lambda one: counts.append(len(one.up))

    assert list(second_run(migration("m", "SELECT 1;" * 100, atomic=False), copy)) == []
    halves = counts[::2]
    assert len(halves) == len(set(halves)) == 10
    assert (halves[0], halves[-1]) == (1, 99)
    assert set(counts[1::2]) == {100}


def test_what_fails_by_itself_is_told_elsewhere() -> None:
    session = Told({"up m": Failure("no")})
    assert list(second_run(migration("m", "SELECT 1; SELECT 2", atomic=False), opened(session))) == []
