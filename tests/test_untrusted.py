import unicodedata

import pytest
from hypothesis import given

from lockgate.untrusted import cut, markdown, one_line, shown, visible, web_link
from verdicts import HOSTILE, hostile


@given(hostile)
def test_visible_leaves_nothing_unseen_and_is_stable(text):
    seen = visible(text)
    seen.encode("utf-8")
    assert all(
        unicodedata.category(c) not in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} or c in "\n\t" for c in seen
    )
    assert visible(seen) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\tb\r\nc\rd", "a\tb\nc\nd"),
        ("naïve 漢字 🎉", "naïve 漢字 🎉"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("caf\udce9\x00\x7f\x85", "caf\\xe9\\x00\\x7f\\x85"),
        ("\ud800\ufe0f\U000e0001", "\\ud800\\ufe0f\\U000e0001"),
        ("\x1b[1;31mred\x1b[m", "red"),
    ],
)
def test_visible(text, seen):
    assert visible(text) == seen


def test_one_line():
    assert one_line(" a\n\n b\t\u2028c ") == "a b \\u2028c"


def test_a_word_that_is_shown_cannot_end_its_quotes_or_its_line():
    assert shown("a`b\n::error::c\u202e") == "`a'b ::error::c\\u202e`"
    assert shown("x" * 9, 5) == "`xxxx…`"


def test_cut_counts_as_github_does():
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
    assert cut("😀😀", 4) == "😀😀"
    assert cut("😀😀", 3) == "😀…"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://docs.example/a_b?x=1&y=2#z", "https://docs.example/a_b?x=1&y=2#z"),
        ("HTTP://docs.example", "http://docs.example"),
        ("javascript:alert(1)", ""),
        ("JAVASCRIPT://docs.example/%0aalert(1)", ""),
        ("//docs.example", ""),
        ("https:///nowhere", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_web_link(url, safe):
    assert web_link(url) == safe


@given(hostile)
def test_web_links_cannot_leave_quotes_brackets_or_cells(text):
    link = web_link("https://docs.example/" + text)
    assert link.startswith("https://docs.example/")
    assert not set("\"'<>()|`\\ \n\r") & set(link)


@given(hostile)
def test_markdown_has_no_character_with_a_meaning(text):
    escaped = markdown(text)
    assert not set("<>\"'|`*_[]!~\\$@\n\r") & set(escaped)
    assert "://" not in escaped
    for at, character in enumerate(escaped):
        if character == "#":
            assert escaped[at - 1] == "&"  # only as part of an entity
        if character == "&":
            assert escaped[at + 1] == "#"


@pytest.mark.parametrize("text", ["plain words, (even) these: 1.5 = a+b; ü", *HOSTILE[:1]])
def test_markdown_leaves_ordinary_text_alone(text):
    assert markdown(text) == text


def test_markdown_breaks_references_for_good():
    assert markdown("@octocat #1 GH-7") == "&#64;&#8203;octocat &#35;&#8203;1 GH&#45;&#8203;7"
