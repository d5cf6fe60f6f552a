"""What a reader is shown of a stranger's code."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.reports.excerpt import LINES, WIDTH, Excerpt, clip, cut, visible

TEN = "".join(f"line {n}\n" for n in range(1, 11))
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


def test_an_empty_file_has_no_code():
    assert cut("", 1, 1).lines == ()


def test_long_findings_and_long_lines_are_cut():
    excerpt = cut("x" * 1000 + "\n" + "y\n" * 100, 1, 90)
    assert len(excerpt.lines) == LINES
    assert excerpt.lines[0] == "x" * (WIDTH - 1) + "…"


def test_lines_are_counted_as_tools_count_them():
    assert cut("a\r\nb\rc\x0cd\u2028e\nf", 4, 4, context=1) == Excerpt(3, ("c␌d[U+2028]e", "f"))


def test_tabs_keep_their_width_and_a_byte_order_mark_is_no_code():
    assert cut("\ufeff\tx", 1, 1).lines == ("    x",)


def test_what_cannot_be_seen_is_named():
    assert visible("\x1b[31m\u202e\x7f\udc80\x00\u200b") == "␛[31m[U+202E]␡[U+DC80]␀[U+200B]"


def test_letters_of_every_script_stay():
    text = "größer 中文 עברית 😀 x\u00a0y"
    assert visible(text) == text


@given(ANYTHING, st.integers(min_value=1, max_value=50))
def test_clipped_text_is_short_visible_and_stable(text, limit):
    shown = clip(text, limit)
    assert len(shown) <= limit
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert clip(shown, limit) == shown
