"""Strip plots: where the dots are, and what those hear who do not see them."""

import math
import re

import pytest
from html_samples import Page, gate
from html_samples import verdict as sample

from lockgate.reports import html, strips, summary
from lockgate.reports.strips import DOTS, plots, written
from lockgate.verdict import Strip, Table

FCP = Strip("First Contentful Paint", "ms", (700.0, 800.0, 750.0), (1_200.0, 1_100.0))


def page_of(*drawn, **changes):
    table = Table("/", ("metric", "base"), (("FCP", "750 ms"),), drawn)
    return html.render(sample(gates=(gate("passed", name="lighthouse", tables=(table,)),), **changes), {})


def test_dots_stand_on_one_scale_and_medians_among_them():
    (plot,) = plots([FCP])
    assert (plot.low, plot.high) == ("700 ms", "1,200 ms")
    assert [(row.side, row.dots, row.median, row.middle) for row in plot.rows] == [
        ("base", (0, 20, 10), 10, "750 ms"),
        ("head", (100, 80), 90, "1,150 ms"),
    ]
    assert plot.sentence == (
        "First Contentful Paint: base, 3 runs, 700 ms to 800 ms, median 750 ms; "
        "head, 2 runs, 1,100 ms to 1,200 ms, median 1,150 ms."
    )


@pytest.mark.parametrize(
    ("base", "head", "sides", "low", "high", "dots"),
    [
        ((), (5.0,), ["head"], "4.5", "5.5", [50]),
        ((0.0, 0.0), (0.0,), ["base", "head"], "0", "1", [0, 0, 0]),
        ((math.nan, math.inf), (1.0, 3.0), ["head"], "1", "3", [0, 100]),
    ],
)
def test_a_side_without_runs_and_a_scale_of_one_number(base, head, sides, low, high, dots):
    (plot,) = plots([Strip("x", "", base, head)])
    assert [row.side for row in plot.rows] == sides
    assert (plot.low, plot.high, [dot for row in plot.rows for dot in row.dots]) == (low, high, dots)


def test_a_strip_without_any_run_is_not_drawn():
    assert plots([Strip("x", "", (), (math.nan,))]) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1240.4, "1,240 ms"),
        (71.5, "71.5 ms"),
        (0.0213, "0.0213 ms"),
        (0.0, "0 ms"),
        (1e12, "1,000,000,000,000 ms"),
    ],
)
def test_numbers_are_written_as_they_are_read(number, text):
    assert written(number, "ms") == text
    assert written(number, "") == text.removesuffix(" ms")


def test_the_page_draws_every_run_below_its_table():
    page = Page(page_of(FCP))
    (figure,) = page.all("figure", "strip")
    (drawing,) = page.inside(figure, "svg")
    assert drawing.attributes["role"] == "img"
    assert page.inside(drawing, "title")[0].text == plots([FCP])[0].sentence
    assert [dot.attributes["cx"] for dot in page.inside(drawing, "circle")] == [
        "0.0%", "20.0%", "10.0%", "100.0%", "80.0%",
    ]  # fmt: skip
    ticks = [e.attributes["x1"] for e in page.inside(drawing, "line", "median")]
    assert ticks == ["10.0%", "90.0%"]
    assert [e.text for e in page.inside(drawing, "text")] == ["base", "head", "700 ms", "1,200 ms"]
    assert page.inside(figure, "figcaption")[0].text == (
        "First Contentful Paint median base 750 ms, head 1,150 ms"
    )
    places = [page.elements.index(e) for e in (page.one("table", "measured"), figure)]
    assert places == sorted(places)


def test_many_strips_and_many_runs_are_capped_aloud():
    many = Strip("t" * 9_999, "u" * 999, (1.0,) * 9_999, (2.0,) * 9_999)
    text = page_of(*[many] * 500)
    assert text.count("<circle") == html.STRIPS * DOTS * 2
    assert f"The runs of {html.STRIPS} of 500 rows are drawn, all of them are in verdict.json." in text
    assert len(text) < 1_000_000


def test_a_page_without_strips_has_no_place_for_them():
    assert not Page(page_of()).all("div", "strips")
    assert strips.plots([]) == []


def test_the_summary_shows_the_table_alone():
    table = Table("/", ("metric",), (("FCP 750",),), (FCP,))
    with_runs, without = (
        summary.render(sample(gates=(gate("passed", tables=(each,)),)))
        for each in (table, Table(table.title, table.columns, table.rows))
    )
    assert with_runs == without
    assert re.search("FCP 750", without)
