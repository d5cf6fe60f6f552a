import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.sast.oxlint_output import read, report
from lockgate.process import Completed
from lockgate.text import split_lines

RECORDINGS = Path(__file__).with_name("recordings")
FILES = json.loads((RECORDINGS / "dirty_files.json").read_bytes())
DIRTY = (RECORDINGS / "dirty.json").read_bytes()


def printed(data, code=1):
    return Completed(code, data, b"")


def recorded(name):
    return (RECORDINGS / name).read_bytes()


def dirty():
    found = read(printed(DIRTY), FILES)
    return {name: report(found.get(name, ()), text) for name, text in FILES.items()}


def marked(name):
    """Give (rule, line, the text that the columns mark) of each finding in a file."""
    lines = split_lines(FILES[name])
    return [
        (raw.rule, raw.line, lines[raw.line - 1][raw.column - 1 : raw.end_column - 1])
        for raw in dirty()[name].findings
    ]


def test_clean():
    assert read(printed(recorded("clean.json"), 0), ["0.js", "1.ts"]) == {}


def test_dirty_has_each_finding_at_its_text():
    assert marked("0.js") == [
        ("eslint/no-eval", 1, "eval"),
        ("security/detect-eval-with-expression", 1, "eval(code)"),
        ("@microsoft/sdl/no-inner-html", 2, "element.innerHTML = code"),
        ("no-unsanitized/property", 2, "element.innerHTML = code"),
        ("@microsoft/sdl/no-document-write", 3, "document.write(code)"),
        ("no-unsanitized/method", 3, "document.write(code)"),
    ]
    assert marked("1.tsx") == [("react/no-danger", 1, "dangerouslySetInnerHTML")]
    assert marked("3.vue") == [
        ("eslint/no-eval", 3, "eval"),
        ("security/detect-eval-with-expression", 3, "eval(this.code)"),
    ]
    assert marked("4.js") == []


def test_dirty_has_severity_cwe_and_help_of_our_table():
    raw = dirty()["0.js"].findings[0]
    assert (raw.severity, raw.cwe) == (Severity.HIGH, (95,))
    assert raw.help.endswith("/eslint/no-eval.html")
    assert raw.message == "eval can be harmful."


def test_a_syntax_error_is_a_problem_of_its_file_alone():
    reports = dirty()
    assert reports["2.ts"].findings == ()
    assert "cannot parse it (Unexpected token)" in reports["2.ts"].problem
    assert [name for name, each in reports.items() if each.problem] == ["2.ts"]


@pytest.mark.parametrize("name", ["crashed.txt", "unknown_rule.txt"])
def test_crashed(name):
    with pytest.raises(ToolError, match="no JSON"):
        read(printed(recorded(name)), FILES)


def test_truncated_at_any_length():
    whole = len(DIRTY.rstrip())
    for length in (*range(0, whole, 7), whole - 1):
        with pytest.raises(ToolError):
            read(printed(DIRTY[:length]), FILES)
    assert read(printed(DIRTY[:whole]), FILES)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 0),
        (b"", -9),
        (b"null", 0),
        (b"[]", 0),
        (b"{}", 0),
        (b"Segmentation fault", 139),
        (b"\xff\xfe\x00", 0),
        (b'{"diagnostics": [], "number_of_files": "5"}', 0),
        (b'{"diagnostics": [], "number_of_files": 4}', 0),
        (b'{"diagnostics": [], "number_of_files": 6}', 0),
        (b'{"diagnostics": [], "number_of_files": 5}', 2),
        (b'{"diagnostics": [], "number_of_files": 5}', -11),
        (b'{"diagnostics": [{"message": "x", "filename": "other.js"}], "number_of_files": 5}', 1),
        (b'{"diagnostics": [{"message": "x", "code": "a(b)"}], "number_of_files": 5}', 1),
        (b'{"diagnostics": [{"message": 1}], "number_of_files": 5}', 1),
    ],
)
def test_empty_and_alien_output_is_a_failure_with_three_parts(data, code):
    with pytest.raises(ToolError) as caught:
        read(printed(data, code), FILES)
    assert caught.value.what.startswith("oxlint failed: ")
    assert caught.value.cause
    assert caught.value.todo


keys = st.sampled_from(["diagnostics", "number_of_files", "message", "x"])
values = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner)
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_no_output_is_read_as_clean_by_chance(data):
    with pytest.raises(ToolError):
        read(printed(data, 0), FILES)


def diagnostic(offset, length, code="eslint(no-eval)"):
    span = {"span": {"offset": offset, "length": length}}
    return {"message": "m", "code": code, "filename": "a/0.js", "labels": [span]}


def one(item, text):
    data = json.dumps({"diagnostics": [item], "number_of_files": 1}).encode()
    return report(read(printed(data), ["0.js"])["0.js"], text).findings[0]


texts = st.text(
    st.sampled_from("ab\t é日🦜\x0c\u2028\x85\x1c") | st.sampled_from("\r\n"), min_size=1, max_size=40
)


@settings(max_examples=300, deadline=None)
@given(texts, st.data())
def test_any_span_of_characters_gets_their_lines_and_columns(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    if text[start] in "\r\n":
        return
    end = start
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    offset, length = len(text[:start].encode()), len(text[start:end].encode())
    raw = one(diagnostic(offset, length), text)
    assert raw.line == raw.end_line == len(split_lines(text[:start]))
    assert split_lines(text)[raw.line - 1][raw.column - 1 : raw.end_column - 1] == text[start:end]


def test_a_finding_without_a_place_is_about_the_file():
    item = diagnostic(0, 0) | {"labels": []}
    assert one(item, "x\n").line == 0


@pytest.mark.parametrize("offset", [-5, 3, 10**9])
def test_a_place_outside_the_file_is_no_crash(offset):
    assert one(diagnostic(offset, 5), "ab\n").line in {1, 2}


def test_a_rule_that_is_not_ours_is_medium():
    raw = one(diagnostic(0, 1, "new(rule)"), "ab\n")
    assert (raw.rule, raw.severity, raw.cwe, raw.help) == ("new/rule", Severity.MEDIUM, (), "")


def test_ten_thousand_findings_in_one_large_file_are_placed_in_seconds():
    text = "eval(a); // é\n" * 10_000
    size = len("eval(a); // é\n".encode())
    items = [diagnostic(size * number, 4) for number in range(10_000)]
    data = json.dumps({"diagnostics": items, "number_of_files": 1}).encode()
    raws = report(read(printed(data), ["0.js"])["0.js"], text).findings
    assert [raw.line for raw in raws] == list(range(1, 10_001))
