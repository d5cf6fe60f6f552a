from fractions import Fraction
from itertools import combinations
from math import comb, exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.gates.lighthouse.decisions.ranks import few, midranks, p_slower

VALUES = st.lists(st.integers(0, 6), min_size=1, max_size=6)


def enumerated(base, head):
    """Count the splits by hand, with ranks as their definition has them."""
    values = [*base, *head]
    ranks = [
        Fraction(sum(other < value for other in values) + sum(other <= value for other in values) + 1, 2)
        for value in values
    ]
    seen = sum(ranks[len(base) :])
    sums = [sum(chosen) for chosen in combinations(ranks, len(head))]
    return sum(each >= seen for each in sums) / len(sums)


@pytest.mark.parametrize(
    ("base", "head", "p"),
    [
        ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 1 / 252),
        ([1, 2, 3, 4, 6], [5, 7, 8, 9, 10], 2 / 252),
        ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 1),
        ([3, 3, 3, 3, 3], [3, 3, 3, 3, 3], 1),
        ([0, 0], [0, 1], 1 / 2),  # the one that is slower is the head's in half of all splits
        ([1], [2], 1 / 2),
        (range(10), range(10, 20), 1 / comb(20, 10)),
        (range(20), range(20, 40), 1 / comb(40, 20)),
    ],
)
def test_known_values(base, head, p):
    assert p_slower(base, head) == pytest.approx(p, rel=1e-12)


@given(VALUES, VALUES)
def test_it_is_what_counting_all_splits_gives_with_ties_too(base, head):
    assert p_slower(base, head) == pytest.approx(enumerated(base, head), rel=1e-12)


@given(VALUES, VALUES)
def test_only_the_order_of_values_counts(base, head):
    p = p_slower(base, head)
    assert p_slower(base[::-1], sorted(head)) == p
    assert p_slower([exp(each) for each in base], [exp(each) for each in head]) == p


@given(VALUES, VALUES)
def test_both_sides_share_the_split_that_is_there(base, head):
    assert p_slower(base, head) + p_slower(head, base) > 1


@given(VALUES, VALUES)
def test_a_slower_head_never_has_a_greater_p(base, head):
    assert p_slower(base, [each + 1 for each in head]) <= p_slower(base, head)


def test_ties_share_the_middle_rank():
    assert midranks([30.0, 10.0, 10.0, 20.0]) == (8, 3, 3, 6)


@pytest.mark.parametrize(
    ("runs", "share", "critical"),
    # The greatest U that is significant, from the tables that textbooks print; -1 where none is.
    [
        (3, 0.05, 0), (3, 0.025, -1), (5, 0.05, 4), (5, 0.025, 2), (5, 0.01, 1), (5, 0.005, 0),
        (5, 0.0039, -1), (10, 0.05, 27), (10, 0.025, 23), (10, 0.01, 19), (10, 0.005, 16), (20, 0.05, 138),
        (20, 0.025, 127), (20, 0.01, 114), (20, 0.005, 105),
    ],
)  # fmt: skip
def test_the_places_of_the_interval_are_those_of_the_printed_tables(runs, share, critical):
    assert few(runs, runs, share) == critical + 1


def test_the_sides_need_not_be_equal():
    assert few(4, 6, 0.05) == few(6, 4, 0.05) == 3 + 1
    assert few(1, 1, 0.05) == 0
