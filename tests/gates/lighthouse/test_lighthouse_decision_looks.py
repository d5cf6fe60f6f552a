from itertools import combinations
from math import inf
from random import Random

import pytest

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.looks import LOOKS, decide, decide_page, go_on, minimum, order
from lockgate.gates.lighthouse.decisions.simulation import through
from lockgate.gates.lighthouse.metrics import COMPARED

EFFECT = MinimumEffect(percent=5, ms=50, shift=0.02)
ANY = MinimumEffect(percent=0, ms=0, shift=0)
FIRST, LAST = LOOKS
EVEN = [1000.0, 1004.0, 1008.0, 1012.0, 1016.0]


def more(values, by):
    return [each + by for each in values]


def answer(base, head, look=FIRST, effect=EFFECT, metric="lcp"):
    return decide(metric, base, head, effect, look).answer


def runs(**values):
    return [dict(zip(values, each, strict=True)) for each in zip(*values.values(), strict=True)]


def test_base_and_head_run_in_turns():
    assert order(4) == ("base", "head", "head", "base", "base", "head", "head", "base")
    assert order(5).count("head") == order(5).count("base") == 5
    assert order(5) + order(10, after=5) == order(10)


def test_all_looks_at_all_timings_together_spend_5_percent():
    assert [look.runs for look in LOOKS] == [5, 10]
    assert 1 / 252 <= FIRST.alpha < 2 / 252
    assert len(COMPARED) * (1 / 252 + LAST.alpha) <= 0.05
    assert 4 / 252 <= FIRST.miss < 7 / 252
    assert FIRST.miss + LAST.miss <= 0.05


def test_of_all_splits_of_equal_runs_the_first_look_fails_one():
    values = {float(2**power) for power in range(10)}
    answers = [
        answer(sorted(values - set(head)), head, effect=ANY) for head in combinations(sorted(values), 5)
    ]
    assert answers.count("fail") == 1


def test_a_fail_tells_by_how_much():
    found = decide("lcp", EVEN, more(EVEN, 100), EFFECT, FIRST)
    assert (found.answer, found.estimate, found.base, found.head) == ("fail", 100, 1008, 1108)
    assert (found.low, found.least) == (84, 50.4)
    assert found.p == pytest.approx(1 / 252)


@pytest.mark.parametrize(
    ("base", "by", "expected"),
    [
        (EVEN, 0, "pass"),
        (EVEN, -500, "pass"),
        (EVEN, 20, "pass"),  # it is slower beyond chance, and not by enough
        (EVEN, 45, "undecided"),
        (more(EVEN, 1000), 60, "pass"),  # 50 ms and less than 5 %
        (more(EVEN, -900), 30, "pass"),  # 5 % and less than 50 ms
        (EVEN, 60, "fail"),
    ],
)
def test_the_minimum_effect_is_a_share_and_a_time(base, by, expected):
    assert answer(base, more(base, by)) == expected


def test_layout_shifts_have_a_minimum_effect_of_their_own():
    assert minimum("cls", 3.0, EFFECT) == 0.02
    assert minimum("fcp", 3000.0, EFFECT) == 150
    assert minimum("fcp", 300.0, EFFECT) == 50
    assert answer([0.0] * 5, [0.05] * 5, metric="cls") == "fail"
    assert answer([0.0] * 5, [0.01] * 5, metric="cls") == "pass"


@pytest.mark.parametrize("effect", [EFFECT, ANY])
@pytest.mark.parametrize("look", LOOKS)
def test_what_is_always_the_same_passes(effect, look):
    assert answer([0.0] * look.runs, [0.0] * look.runs, look, effect, "cls") == "pass"
    assert answer([750.0] * look.runs, [750.0] * look.runs, look, effect) == "pass"


WILD = [100.0, 900.0, 300.0, 1500.0, 500.0]
WILDER = [120.0, 880.0, 1400.0, 700.0, 540.0]


def test_wild_runs_that_are_no_slower_are_given_up_at_the_first_look():
    assert answer(WILD, more(WILD, -1)) == "inconclusive"
    assert answer(WILD, more(WILD, 500)) == "undecided"


def test_a_timing_that_may_pass_with_more_runs_is_not_given_up():
    noisy = [1000.0, 1030.0, 1060.0, 1090.0, 1040.0]
    found = decide("lcp", noisy, noisy, EFFECT, FIRST)
    assert found.p > 0.3
    assert found.high >= found.least
    assert found.answer == "undecided"


def test_after_the_last_look_nothing_is_undecided():
    assert answer(WILD + WILDER, more(WILD + WILDER, 300), LAST) == "inconclusive"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_too_few_runs_never_tell(count):
    found = decide("lcp", [1000.0] * count, [9000.0] * count, EFFECT, LAST)
    assert (found.answer, found.low) == ("inconclusive", -inf)


def test_a_page_is_judged_by_each_timing_that_both_sides_have():
    base = runs(tbt=WILD, fcp=EVEN, si=EVEN, inp=EVEN)
    head = runs(tbt=more(WILD, 500), fcp=EVEN, si=more(EVEN, 900), cls=[0.0] * 5)
    found = decide_page(base, head, EFFECT, FIRST)
    assert [(each.metric, each.answer) for each in found] == [("fcp", "pass"), ("tbt", "undecided")]
    assert go_on(found)


def test_a_timing_that_some_runs_lack_is_judged_by_the_others():
    base, head = runs(lcp=EVEN), [*runs(lcp=more(EVEN, 500))[:4], {}]
    found = decide_page(base, head, EFFECT, FIRST)
    assert found[0].p == pytest.approx(1 / 126)
    assert found[0].answer == "undecided"
    assert decide_page([{}] * 5, head, EFFECT, FIRST) == ()


def test_one_fail_ends_it():
    base, head = runs(fcp=EVEN, tbt=WILD), runs(fcp=more(EVEN, 100), tbt=more(WILD, 500))
    found = decide_page(base, head, EFFECT, FIRST)
    assert [each.answer for each in found] == ["fail", "inconclusive"]
    assert not go_on(found)


def test_a_machine_that_is_not_steady_fails_no_time_and_passes_none():
    base = runs(fcp=EVEN, lcp=EVEN, cls=[0.0] * 5)
    head = runs(fcp=more(EVEN, 100), lcp=EVEN, cls=[0.0] * 5)
    early, late = (decide_page(base, head, EFFECT, look, steady=False) for look in LOOKS)
    assert [each.answer for each in early] == ["undecided", "undecided", "pass"]
    assert [each.answer for each in late] == ["inconclusive", "inconclusive", "pass"]


def share(draw, by, effect, wanted, times=3_000):
    """Give the share of comparisons that end so, and how far chance may take it: four standard errors."""
    chance = Random(20)
    found = 0
    for _ in range(times):
        base, head = ([{"lcp": draw(chance) + add} for _ in range(10)] for add in (0, by))
        found += [each.answer for each in through(base, head, effect)[0]] == [wanted]
    return found / times


def within(nominal, times=3_000):
    return nominal + 4 * (nominal * (1 - nominal) / times) ** 0.5


DRAWS = {
    "normal": lambda chance: chance.gauss(1000, 45),
    "skewed": lambda chance: chance.lognormvariate(4.8, 0.5),
    "two humps": lambda chance: (
        chance.gauss(750, 20) if chance.random() < 0.3 else chance.uniform(1500, 1968)
    ),
    "coarse": lambda chance: float(chance.randrange(100, 140, 8)),
}


@pytest.mark.parametrize("name", DRAWS)
def test_equal_sides_fail_in_1_percent_at_most_even_with_no_minimum_effect(name):
    assert 0 < share(DRAWS[name], 0, ANY, "fail") <= within(0.01)


@pytest.mark.parametrize("name", ["normal", "skewed", "two humps"])
def test_what_is_slower_by_the_minimum_effect_passes_in_5_percent_at_most(name):
    assert share(DRAWS[name], 60, MinimumEffect(percent=0, ms=60), "pass") <= within(0.05)


def test_power_rises_with_the_shift_and_equal_sides_pass_more_often_than_slower_ones():
    fails = [share(DRAWS["normal"], by, EFFECT, "fail", 500) for by in (0, 50, 80, 120, 200)]
    assert fails == sorted(fails)
    assert fails[0] <= 0.01
    assert fails[-1] == 1
    passes = [share(DRAWS["normal"], by, EFFECT, "pass", 500) for by in (0, 50, 120)]
    assert passes == sorted(passes, reverse=True)
    assert passes[0] > 0.5
