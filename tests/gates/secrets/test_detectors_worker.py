from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates.running import write
from gates.secrets.tokens import MAKERS
from lockgate.finding import Severity
from lockgate.gates.secrets.content import text_of
from lockgate.gates.secrets.detectors_worker import analyse
from lockgate.text import split_lines

NPM = MAKERS["npm-token"](Random(7)).value
KEY = MAKERS["private-key"](Random(7)).text


def found(folder, data):
    write(folder, {"f": data})
    return analyse(str(folder), "f").findings


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (f"token = {NPM}\n", 1, 9),
        (f"é = 日本🦜\r\n\ttoken = {NPM}\r\n", 2, 10),
        (f"a\rb {NPM}", 2, 3),
        (f"a\x0c\u2028\x85\n{NPM}\n", 2, 1),
        (f"\ufeff{NPM}\n", 1, 1),
        (f"é {NPM}\n".encode("latin-1"), 1, 3),
        (f"é {NPM}\n".encode("utf-16"), 1, 3),
        (f"é {NPM}\n".encode("utf-32"), 1, 3),
        (f"\0\n{NPM}\n", 2, 1),
    ],
)
def test_a_token_is_found_with_its_place(tmp_path, data, line, column):
    (raw,) = found(tmp_path, data)
    assert (raw.rule, raw.line, raw.end_line, raw.column) == ("npm-token", line, line, column)
    assert raw.end_column == column + len(NPM)
    assert raw.secrets == ((line, column, column + len(NPM)),)
    assert NPM not in f"{raw.message}{raw.key}"


def test_a_binary_file_has_nothing(tmp_path):
    assert found(tmp_path, b"\0\xff\xfe\x01" * 9 + NPM.encode()) == ()


def test_a_wrong_checksum_is_medium_at_most_and_says_so(tmp_path):
    damaged = NPM[:-1] + ("1" if NPM[-1] == "0" else "0")
    (raw,) = found(tmp_path, damaged)
    assert raw.severity == Severity.MEDIUM
    assert "checksum" in raw.message
    (right,) = found(tmp_path, NPM)
    assert right.severity == Severity.CRITICAL


def test_a_key_over_lines_is_marked_on_each(tmp_path):
    text = f"# a\nkey = '''{KEY}'''\n"
    (raw,) = found(tmp_path, text)
    lines = split_lines(text)
    assert (raw.line, raw.end_line) == (2, 1 + len(split_lines(KEY)))
    assert [line for line, _, _ in raw.secrets] == list(range(raw.line, raw.end_line + 1))
    shown = [lines[line - 1][: start - 1] + lines[line - 1][end - 1 :] for line, start, end in raw.secrets]
    assert "".join(shown) == "key = ''''''"


def test_a_larger_file_and_a_link_are_refused(tmp_path):
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(25_000_000)
    (tmp_path / "link").symlink_to("large")
    for name in ("large", "link", "gone"):
        with pytest.raises(OSError, match=r"larger than 20 MB|Too many levels|No such file"):
            analyse(str(tmp_path), name)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("ab é日🦜\t\n\r\x0c"), max_size=20), st.text(st.sampled_from(" \n\r"), min_size=1)
)
def test_the_place_marks_the_value_whatever_stands_before(tmp_path_factory, before, gap):
    folder = tmp_path_factory.getbasetemp()
    text = before + gap + NPM
    (raw,) = found(folder, text)
    assert split_lines(text)[raw.line - 1][raw.column - 1 : raw.end_column - 1] == NPM


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_binary(data):
    text = text_of(data)
    assert text is None or isinstance(text, str)
    if b"\0" not in data:
        assert text is not None
