from itertools import combinations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.gates.lighthouse.decisions.ranks import p_slower
from lockgate.gates.lighthouse.decisions.shift import Shift, median_interval, shift

RUNS = st.lists(st.integers(-50, 50), min_size=1, max_size=7)


def test_the_estimate_is_the_median_of_all_differences():
    assert shift([0, 1], [10, 20], 0.05, 0.05) == Shift(14.5, -inf, inf)  # 9, 10, 19, 20


def test_the_interval_ends_at_the_places_that_the_levels_give():
    base, head = [0, 100, 200, 300, 400], [1, 3, 7, 13, 21]
    differences = sorted(after - before for before in base for after in head)
    found = shift(base, head, 0.004, 0.016)
    assert (found.low, found.high) == (differences[0], differences[-3])
    assert shift(base, head, 0.0039, 0.0158) == Shift(found.estimate, -inf, differences[-2])


@given(RUNS, RUNS, st.integers(-1000, 1000))
def test_what_is_added_to_the_head_is_added_to_all(base, head, more):
    before, after = (shift(base, [each + add for each in head], 0.05, 0.1) for add in (0, more))
    assert after == Shift(before.estimate + more, before.low + more, before.high + more)


@given(RUNS, RUNS)
def test_swapped_sides_have_the_same_interval_the_other_way_round(base, head):
    found, turned = shift(base, head, 0.05, 0.1), shift(head, base, 0.1, 0.05)
    assert turned == Shift(-found.estimate, -found.high, -found.low)


@given(RUNS, RUNS, st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_the_estimate_lies_in_its_interval(base, head, below, above):
    found = shift(base, head, below, above)
    assert found.low <= found.estimate <= found.high


@given(
    st.lists(st.integers(0, 10_000), min_size=10, max_size=10, unique=True), st.sampled_from([0.004, 0.05])
)
def test_the_interval_lies_above_zero_just_where_the_test_says_slower(values, alpha):
    base, head = values[:5], values[5:]
    assert (shift(base, head, alpha, 0.05).low > 0) == (p_slower(base, head) <= alpha)


@pytest.mark.parametrize("share", [0.004, 0.016, 0.05, 0.2])
def test_of_all_splits_of_equal_runs_the_interval_misses_in_no_more_than_its_share(share):
    values = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}
    found = [
        shift(sorted(values - set(head)), head, share, share) for head in combinations(sorted(values), 5)
    ]
    assert 0 < sum(each.low > 0 for each in found) / 252 <= share
    assert sum(each.high < 0 for each in found) == sum(each.low > 0 for each in found)


@pytest.mark.parametrize(
    ("count", "places"),
    # The binomial's tails: 1/16; 1/32; 1/128; 9/256; 11/1024, and with the next one 56/1024.
    [(1, None), (4, None), (5, (1, 5)), (7, (1, 7)), (8, (2, 7)), (10, (2, 9))],
)
def test_the_interval_of_a_median(count, places):
    values = [float(each * each) for each in range(count, 0, -1)]
    ends = (-inf, inf) if places is None else tuple(float(each * each) for each in places)
    assert median_interval(values, 0.05) == ends


def test_of_no_run_nothing_is_said():
    assert median_interval([], 0.05) == (-inf, inf)
