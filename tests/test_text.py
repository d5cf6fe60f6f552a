import codecs

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lockgate.text import column, decode, split_lines


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"plain\n", "plain\n"),
        ("naïve 漢字".encode(), "naïve 漢字"),
        ("naïve".encode("latin-1"), "naïve"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        (codecs.BOM_UTF8 + b"a\xff", "a\ufffd"),
        ("é🎉".encode("utf-16"), "é🎉"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
        ("é🎉".encode("utf-32"), "é🎉"),
        (codecs.BOM_UTF32_BE + "é".encode("utf-32-be"), "é"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "\ufffd"),
        (b"a\0b", None),
        ("utf-16 without a mark".encode("utf-16-le"), None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
        (b"x" * 8192 + b"\0", "x" * 8192 + "\0"),
    ],
)
def test_decode(data, text):
    assert decode(data) == text


@given(st.binary(max_size=200))
def test_what_is_decoded_can_be_encoded_again(data):
    text = decode(data)
    assert text is None or isinstance(text.encode(), bytes)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))  # fmt: skip
@example("\ufeffx", "utf-8-sig")
def test_unicode_comes_back(text, encoding):
    assume(encoding != "utf-8" or not text.startswith("\ufeff"))
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\nb\rc\r\nd\n", ["a", "b", "c", "d", ""]),
        ("\n\r\n\r", ["", "", "", ""]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g", ["a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g"]),
    ],
)
def test_lines_end_where_editors_end_them(text, lines):
    assert split_lines(text) == lines


@given(st.text(st.sampled_from("a\r\n\x0c\u2028")))
def test_lines_are_those_of_universal_newlines(text):
    assert "\n".join(split_lines(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_column_of_a_character(line, data):
    index = data.draw(st.integers(0, len(line)))
    assert column(line, len(line[:index].encode())) == index + 1


@given(st.text(), st.integers(-5, 500))
def test_a_column_is_in_the_line_or_right_behind_it(line, offset):
    assert 1 <= column(line, offset) <= len(line) + 1


def test_a_column_within_a_character_is_that_character():
    assert [column("é🎉x", offset) for offset in range(8)] == [1, 1, 2, 2, 2, 2, 3, 4]
