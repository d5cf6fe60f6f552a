"""What a reader is shown of a stranger's code."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.reports.excerpt import LINES, WIDTH, Excerpt, clip, cut
from lockgate.text import split_lines

TEN = [*(f"line {n}" for n in range(1, 11)), ""]
ANYTHING = st.text(st.characters(exclude_categories=()))


def test_context_on_both_sides():
    assert cut(TEN, 5, 6, context=1) == Excerpt(4, ("line 4", "line 5", "line 6", "line 7"))


def test_context_stops_at_the_ends_of_the_file():
    assert cut(TEN, 1, 1) == Excerpt(1, ("line 1", "line 2", "line 3"))
    assert cut(TEN, 10, 10) == Excerpt(8, ("line 8", "line 9", "line 10"))


def test_an_unknown_end_line_means_one_line():
    assert cut(TEN, 5, 0, context=0) == Excerpt(5, ("line 5",))


@pytest.mark.parametrize("line", [0, 11, 1000])
def test_no_code_for_a_line_that_is_not_there(line):
    assert cut(TEN, line, line).lines == ()


@pytest.mark.parametrize("lines", [[], [""]])
def test_an_empty_file_has_no_code(lines):
    assert cut(lines, 1, 1).lines == ()


def test_long_findings_and_long_lines_are_cut():
    excerpt = cut(["x" * 1000, *["y"] * 100], 1, 90)
    assert len(excerpt.lines) == LINES
    assert excerpt.lines[0] == "x" * (WIDTH - 1) + "…"


def test_blank_lines_around_a_finding_are_no_context_and_those_inside_stay():
    assert cut(["", "a", "", "b", "", " ", "c", ""], 2, 4) == Excerpt(2, ("a", "", "b"))
    assert cut(["x", "", "", "y"], 2, 2) == Excerpt(1, ("x", "", "", "y"))


def test_tabs_keep_their_width():
    assert cut(["\tx"], 1, 1).lines == ("    x",)


def test_what_cannot_be_seen_is_named():
    lines = split_lines("a\r\nb\rc\x0cd\u2028e\n\u202e\x1b[\udc80")
    assert cut(lines, 3, 4, context=0) == Excerpt(3, (r"c\x0cd\u2028e", r"\u202e\x1b[\x80"))


def test_a_clipped_name_is_one_line():
    assert clip("a\nb\tc", 99) == r"a\nb\tc"


@given(ANYTHING, st.integers(min_value=1, max_value=50))
def test_clipped_text_is_short_visible_and_stable(text, limit):
    shown = clip(text, limit)
    assert len(shown) <= limit
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert clip(shown, limit) == shown
