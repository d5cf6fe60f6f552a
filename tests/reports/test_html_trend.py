import re

from html_samples import HOSTILE, Page, clean, finding, incomplete, verdict

from lockgate.reports.history import History, Past
from lockgate.reports.html import render


def runs(count, name="run {}"):
    made = [verdict(*(finding(n, blocking=True) for n in range(number % 4))) for number in range(count)]
    return tuple(Past(name.format(number), one) for number, one in enumerate(made))


def columns(page):
    figure = page.one("figure", "trend")
    return [e.attributes for e in page.inside(figure, "rect", "column")]


def test_without_a_history_nothing_is_drawn():
    assert Page(render(verdict(finding()), {})).all("figure", "trend") == []


def test_a_column_a_run_and_the_last_is_this_one():
    history = History(runs(4), unread=2, older=7)
    page = Page(render(verdict(finding(0, blocking=True)), {}, history))
    assert [float(column["height"]) for column in columns(page)] == [3, 33, 66, 100, 33]
    places = [float(column["x"]) for column in columns(page)]
    assert places == sorted(set(places))
    assert all(float(column["x"]) + float(column["width"]) <= 1000 for column in columns(page))
    titles = [e.text for e in page.inside(page.one("figure", "trend"), "title")]
    assert titles[1] == "run 1: fail, 1 blocking"
    assert titles[-1] == "this run: fail, 1 blocking"
    svg = page.inside(page.one("figure", "trend"), "svg")[0]
    assert svg.attributes["aria-label"] == "Blocking findings of 5 runs, the oldest first: 0, 1, 2, 3, 1"
    text = re.sub(r"\s+", " ", page.one("figcaption").text)
    assert "from run 0 to this run" in text
    assert "7 older runs left out" in text
    assert "2 files that cannot be read as a verdict" in text


def test_the_answer_colours_a_column():
    history = History((Past("1", clean()), Past("2", incomplete())))
    page = Page(render(verdict(finding(0, blocking=True)), {}, history))
    groups = page.inside(page.one("figure", "trend"), "g")
    assert [group.attributes["class"] for group in groups] == ["pass", "error", "fail"]


def test_hostile_names_are_only_ever_text():
    plain = Page(render(verdict(finding()), {}, History(runs(2, "name {}"))))
    hostile = Page(
        render(verdict(finding()), {}, History(runs(2, HOSTILE.replace("{", "").replace("}", ""))))
    )
    assert hostile.shape == plain.shape


def test_same_input_same_bytes():
    history = History(runs(60))
    assert render(verdict(finding()), {}, history) == render(verdict(finding()), {}, history)
    assert len(columns(Page(render(verdict(finding()), {}, history)))) == 61
