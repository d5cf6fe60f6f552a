"""What is said of a page's times: words, rows and strips."""

from collections.abc import Iterator

import pytest

from lockgate.config.lighthouse import MinimumEffect
from lockgate.finding import Severity
from lockgate.gates.lighthouse.decisions.looks import Side
from lockgate.gates.lighthouse.model import Page, Sample
from lockgate.gates.lighthouse.rule_book import Place
from lockgate.gates.lighthouse.timing import Timed, findings, table, timed

HERE = Place("out/index.html", 3)


def taken(base: "dict[str, float]", head: "dict[str, float]", order: "list[Side] | None" = None) -> Timed:
    """Time a page whose runs are these values, each run a millisecond or a thousandth more than the last."""
    counts = iter(range(1_000))

    def take(side: Side) -> Sample:
        if order is not None:
            order.append(side)
        number = next(counts) % 5
        values = base if side == "base" else head
        more = {name: each + number * (0.001 if name == "cls" else 1) for name, each in values.items()}
        return Sample(more, benchmark=1_500)

    return timed(take, MinimumEffect())


def said(told: Timed, *, blocks: bool = False) -> Iterator[str]:
    return (each.finding.message for each in findings(Page("/a`b"), told, HERE, "out#/", blocks=blocks))


def test_the_difference_and_how_sure_it_is() -> None:
    order: list[Side] = []
    (message,) = said(taken({"fcp": 1_000.0, "tbt": 90.0}, {"fcp": 1_400.0, "tbt": 90.0}, order))
    assert message == (
        "`/a'b` is slower than in the base: First Contentful Paint 1,003 ms → 1,401 ms,"
        " by +396 ms at least, over 5 runs of each in turns"
    )
    assert order == ["base", "head", "head", "base"] * 2 + ["base", "head"]


def test_a_layout_shift_has_no_unit() -> None:
    told = taken({"cls": 0.0, "fcp": 1_000.0}, {"cls": 0.2, "fcp": 1_000.0})
    (message,) = said(told)
    assert "Cumulative Layout Shift 0.003 → 0.20, by +0.20 at least" in message
    assert [strip.unit for strip in table(Page("/"), told).strips] == ["ms", ""]


def test_each_timing_has_a_finding_of_its_own() -> None:
    told = taken({"fcp": 1_000.0, "lcp": 1_000.0}, {"fcp": 1_400.0, "lcp": 1_400.0})
    found = list(findings(Page("/"), told, HERE, "out#/", blocks=False))
    assert len({each.key for each in found}) == 2
    assert {(each.finding.path, each.finding.line, each.origin) for each in found} == {
        ("out/index.html", 3, "out#/")
    }


def test_a_row_and_a_strip_for_each_timing() -> None:
    made = table(Page("/x\n" + "y" * 500), taken({"fcp": 1_000.0}, {"fcp": 1_400.0}))
    assert made.title.startswith("Time of /x")
    assert len(made.title) < 300
    assert "\n" not in made.title
    (row,) = made.rows
    assert (row[0], row[1], row[2], row[-2:]) == (
        "First Contentful Paint", "1,003 ms", "1,401 ms", ("5", "fail"),
    )  # fmt: skip
    assert row[3].startswith("+")
    assert len(made.columns) == len(row)
    (strip,) = made.strips
    assert len(strip.base) == len(strip.head) == 5


def test_what_is_called_a_shift_is_that_of_all_pairs() -> None:
    base, head = iter([1_000.0, 1_010.0, 1_020.0, 1_030.0, 1_900.0]), iter([2_000.0] * 3 + [2_800.0] * 2)
    told = timed(
        lambda side: Sample({"fcp": next(base if side == "base" else head)}, benchmark=1_500), MinimumEffect()
    )
    made = table(Page("/"), told)
    (row,) = made.rows
    # 990 is the 13th of the 25 differences; the medians differ by 980.
    assert dict(zip(made.columns, row, strict=True)) | {"interval of the shift": ""} == {
        "timing": "First Contentful Paint", "base": "1,020 ms", "head": "2,000 ms", "shift": "+990 ms",
        "interval of the shift": "", "runs": "5", "verdict": "fail",
    }  # fmt: skip
    assert made.title.endswith("; shift: the middle of the differences of all pairs")


def test_runs_that_are_all_the_same_are_not_drawn() -> None:
    told = timed(lambda _: Sample({"cls": 0.0, "tbt": 90.0}, benchmark=1_500), MinimumEffect())
    made = table(Page("/"), told)
    assert [row[0] for row in made.rows] == ["Total Blocking Time", "Cumulative Layout Shift"]
    assert made.strips == ()


@pytest.mark.parametrize("blocks", [True, False])
def test_what_nobody_can_say(blocks: bool) -> None:
    noise = iter([1_000.0, 9_000.0, 3_000.0, 2_000.0, 8_000.0, 1_500.0, 6_000.0] * 20)
    told = timed(lambda _: Sample({"fcp": next(noise)}, benchmark=1_500), MinimumEffect())
    assert told.unclear == ("First Contentful Paint",)
    found = list(findings(Page("/"), told, HERE, "out#/", blocks=blocks))
    assert [(each.finding.rule, each.finding.severity) for each in found] == (
        [("inconclusive", Severity.HIGH)] if blocks else []
    )


def test_a_machine_that_changes_its_pace_is_told() -> None:
    told = timed(
        lambda side: Sample({"fcp": 1_000.0}, benchmark=1_500 if side == "base" else 900), MinimumEffect()
    )
    assert len(told.head) == 10, "the second look may tell more"
    assert "another pace for each side" in told.doubt
    (message,) = said(told, blocks=True)
    assert message.endswith("its benchmark is 900 and 1,500")
