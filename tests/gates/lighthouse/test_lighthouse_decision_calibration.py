from random import Random

import pytest

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.calibration import Calibration, Seen, Share, calibrate, table
from lockgate.gates.lighthouse.decisions.simulation import slower, through

EFFECT = MinimumEffect()
ANY = MinimumEffect(percent=0, ms=0, shift=0)


def noisy(deviation, seed=1, rounds=12, drift=0.0):
    chance = Random(seed)
    return [{"fcp": 1000 + chance.gauss(0, deviation) + drift * number} for number in range(rounds)]


def test_runs_that_never_differ_show_the_minimum_effect_itself():
    runs = [{"fcp": 2000.0, "lcp": 500.0, "cls": 0.0}] * 10
    found = calibrate(runs, runs, EFFECT)
    assert [seen.metric for seen in found.timings] == ["fcp", "lcp", "cls"]
    assert [seen.smallest for seen in found.timings] == pytest.approx([100, 50, 0.02], rel=1e-3)
    for share in (found.alarms, *(seen.alarms for seen in found.timings)):
        assert (share.value, share.low) == (0, pytest.approx(0))
        assert share.high == pytest.approx(1.96**2 / (2_000 + 1.96**2))


def test_the_more_runs_differ_the_larger_is_what_can_be_seen():
    smallest = [
        calibrate(noisy(deviation, 1), noisy(deviation, 2), EFFECT).timings[0].smallest
        for deviation in (5, 60, 240)
    ]
    assert smallest == sorted(smallest)
    assert smallest[0] < 60
    assert smallest[2] > 2 * smallest[1]


def test_what_can_be_seen_is_seen_in_new_runs_of_the_same_machine():
    chance = Random(5)
    measured = [[{"fcp": chance.gauss(1000, 60)} for _ in range(40)] for _ in range(2)]
    smallest = calibrate(*measured, EFFECT).timings[0].smallest
    failed = 0
    for _ in range(300):
        base, head = ([{"fcp": chance.gauss(1000, 60)} for _ in range(10)] for _ in range(2))
        failed += through(base, slower(head, {"fcp": smallest}), EFFECT)[0][0].answer == "fail"
    assert 0.65 <= failed / 300 <= 0.95


def test_a_drift_that_both_sides_share_is_no_false_alarm():
    base, again = (noisy(1, seed, rounds=20, drift=50) for seed in (1, 2))
    assert calibrate(base, again, ANY).alarms.value == 0


def test_equal_runs_alarm_as_rarely_as_the_design_says():
    share = calibrate(noisy(60, 1, rounds=60), noisy(60, 2, rounds=60), ANY).alarms
    assert share.low <= share.value <= share.high
    assert share.value < 0.02


def test_too_few_rounds_see_nothing():
    found = calibrate(noisy(5, 1, rounds=4), noisy(5, 2, rounds=4), EFFECT)
    assert [seen.smallest for seen in found.timings] == [None]


def test_timings_that_some_run_lacks_are_left_out():
    runs = [{"fcp": 2000.0, "lcp": 500.0}] * 10
    found = calibrate(runs, [*runs[:9], {"fcp": 2000.0}], EFFECT)
    assert [seen.metric for seen in found.timings] == ["fcp"]


def test_the_table_has_a_row_for_each_timing_and_one_for_all():
    share, none = Share(0.0125, 0.0085, 0.0184), Share(0, 0, 0.0019)
    seen = (Seen("tbt", 1200.0, 71.0, 3810.0, share, 156.4), Seen("cls", 0.0, 0.0, 0.0, none, None))
    found = table("This machine", Calibration(seen, share))
    assert found.title == "This machine"
    assert found.rows == (
        ("Total Blocking Time", "1,200 ms", "71 ms … 3,810 ms", "1.2 % (0.9 … 1.8 %)", "+156 ms"),
        ("Cumulative Layout Shift", "0.00", "0.00 … 0.00", "0.0 % (0.0 … 0.2 %)", "none"),
        ("any timing", "", "", "1.2 % (0.9 … 1.8 %)", ""),
    )
    assert {len(row) for row in found.rows} == {len(found.columns)}
