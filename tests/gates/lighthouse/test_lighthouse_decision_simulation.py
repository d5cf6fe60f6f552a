import json
import sys
from pathlib import Path
from random import Random

import pytest

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.simulation import Row, only, simulate, slower, table, through

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from lighthouse_simulation import main, modelled

EFFECT = MinimumEffect()


def rows(runs, times=50):
    return {(row.timing, row.change): row for row in simulate(runs, EFFECT, times, 1)}


def test_runs_that_never_differ_show_what_each_rule_says():
    found = rows([{"fcp": 1000.0, "cls": 0.0}] * 12, 5)
    same, ten, quarter = (found["First Contentful Paint", change] for change in ("none", "+5 %", "+25 %"))
    assert (same.medians, same.failed, same.passed, same.runs) == ((0,) * 4, 0, 1, 5)
    assert (ten.medians, ten.first, ten.failed) == ((0,) * 4, 1, 1)
    assert (quarter.medians, quarter.first, quarter.failed, quarter.passed) == ((1,) * 4, 1, 1, 0)
    assert found["Cumulative Layout Shift", "+0.01"].passed == 1
    assert found["Cumulative Layout Shift", "+0.03"].failed == 1
    assert found["any timing", "+100 ms"].failed == 1
    assert len(found) == 6 + 3 + 6


def test_the_common_rule_alarms_often_where_this_one_does_not_and_a_slow_page_is_found():
    found = rows(modelled(100, 2), 150)
    same, slow = found["any timing", "none"], found["any timing", "+25 %"]
    assert same.failed <= 0.05 < 0.4 < same.medians[2]
    assert slow.failed == 1
    for row in found.values():
        assert row.failed + row.passed + row.inconclusive == pytest.approx(1)
        assert row.first <= row.failed
        assert 5 <= row.runs <= 10


def test_the_second_look_adds_power():
    wide = Random(4)
    found = rows([{"lcp": 1000 + wide.gauss(0, 60)} for _ in range(60)], 150)
    row = found["Largest Contentful Paint", "+10 %"]
    assert 0 < row.first < row.failed - 0.2


def test_it_says_the_same_each_time():
    runs = modelled(30, 5)
    assert simulate(runs, EFFECT, 3, 9) == simulate(runs, EFFECT, 3, 9)


def test_runs_lose_timings_and_become_slower():
    runs = [{"fcp": 1.0, "lcp": 2.0, "si": 3.0}]
    assert slower(only(runs, ["fcp", "lcp"]), {"lcp": 40.0}) == [{"fcp": 1.0, "lcp": 42.0}]


def test_looks_are_taken_only_as_far_as_wanted():
    flat, steep = ([{"fcp": value}] * 10 for value in (1000.0, 2000.0))
    assert through(flat, flat, EFFECT)[1] == through(flat, steep, EFFECT)[1] == 5
    near = [{"fcp": 1000.0 + each} for each in (0, 90, 30, 75, 15, 45, 60, 8, 80, 40)]
    assert through(near, near, EFFECT)[1] == 10


ROW = Row(
    timing="Speed", change="+5 %", medians=(0.5, 0.25, 0.125, 0), first=0.01, failed=0.333, passed=1 / 6,
    inconclusive=0.5, runs=7.25,
)  # fmt: skip
LINE = "| Speed | +5 % | 50.0 % | 25.0 % | 12.5 % | 0.0 % | 1.0 % | 33.3 % | 16.7 % | 50.0 % | 7.2 |"


def test_the_table_is_markdown():
    title, rule, line = table([ROW]).splitlines()
    assert title.startswith("| timing | made slower by | one run, 10 % | median of 3, 10 % |")
    assert "| fails at 5 | fails at 5 or 10 |" in title
    assert line == LINE
    assert title.count("|") == rule.count("|") == line.count("|")


def test_the_program_takes_measured_runs_and_a_model(tmp_path, capsys):
    measured = tmp_path / "runs.json"
    measured.write_text(json.dumps({"shop": [{"fcp": 700.0 + each} for each in range(12)]}))
    assert main([str(measured)], times=3) == 0
    shop = capsys.readouterr().out
    assert "shop: 12 runs, 3 comparisons for each row" in shop
    assert "a model of a page whose times vary: 200 runs, 3 comparisons for each row" in shop
    assert shop.count("| First Contentful Paint |") == 2 * 6
