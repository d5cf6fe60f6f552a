import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.finding import Edit
from lockgate.fixes import Fixer, apply, is_known
from lockgate.fixes.edits import Text


@given(st.text(st.sampled_from("a é\r\n\t🦜"), max_size=30), st.data())
def test_an_edit_changes_what_it_names_and_nothing_else(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if text[start - 1 : start + 1] == "\r\n" or text[end - 1 : end + 1] == "\r\n":
        return  # between CR and LF there is no place
    edit = Text(text).edit(start, end, "new")
    assert edit.old == text[start:end]
    assert apply(text, [edit]) == text[:start] + "new" + text[end:]


ALLOC, RANDOM = "@microsoft/sdl/no-unsafe-alloc", "security/detect-pseudoRandomBytes"
TEXT = "one two\r\nthree\n"


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ([], TEXT),
        ([Edit(1, 1, 1, 4, "one", "1"), Edit(2, 1, 2, 6, "three", "3")], "1 two\r\n3\n"),
        ([Edit(2, 1, 2, 6, "three", "3"), Edit(1, 1, 1, 4, "one", "1")], "1 two\r\n3\n"),
        ([Edit(1, 1, 1, 4, "One", "1")], None),
        ([Edit(1, 1, 1, 5, "one ", "1"), Edit(1, 4, 1, 8, " two", "2")], None),
        ([Edit(1, 4, 1, 4, "", "!"), Edit(1, 4, 1, 4, "", "?")], None),
        ([Edit(9, 1, 9, 1, "", "x")], None),
        ([Edit(0, 1, 1, 1, "", "x")], None),
        ([Edit(1, 0, 1, 1, "", "x")], None),
        ([Edit(1, 99, 1, 99, "", "x")], None),
        ([Edit(1, 4, 1, 1, "", "x")], None),
    ],
)
def test_edits_that_overlap_or_do_not_fit_are_refused(edits, after):
    assert apply(TEXT, edits) == after


@pytest.mark.parametrize(
    ("tool", "rule", "old", "new", "known"),
    [
        ("bandit", "B506", "yaml.load", "yaml.safe_load", True),
        ("bandit", "B506", "yaml.load", "other.safe_load", False),
        ("bandit", "B506", ", Loader=yaml.Loader", "", True),
        ("bandit", "B506", "check(user)", "", False),
        ("bandit", "B506", ", Loader=yaml.SafeLoader", "", False),
        ("bandit", "B501", ", verify=False", "", True),
        ("bandit", "B501", ", verify=True", "", False),
        ("bandit", "B501", ", verify=False", "; import os", False),
        ("bandit", "B614", "False", "True", False),
        ("bandit", "B602", ", shell=True", "", False),
        ("oxlint", "B506", "yaml.load", "yaml.safe_load", False),
        (
            "oxlint",
            "security/detect-pseudoRandomBytes",
            "crypto.pseudoRandomBytes",
            "crypto.randomBytes",
            True,
        ),
        ("oxlint", RANDOM, "crypto.pseudoRandomBytes", "eval", False),
        ("osv", "GHSA-aaaa-bbbb-cccc", "2.19.0", "2.20.0", True),
        ("osv", "GHSA-aaaa-bbbb-cccc", "1!1.0+x", "1!1.1", True),
        ("osv", "GHSA-aaaa-bbbb-cccc", "2.19.0", "2.20.0 --index-url x", False),
        ("osv", "GHSA-aaaa-bbbb-cccc", "yes", "2.20.0", False),
        ("osv", "GHSA-aaaa-bbbb-cccc", "2.19.0", "latest", False),
        ("osv", "GHSA-aaaa-bbbb-cccc", "2.19.0", "1" * 101, False),
    ],
)
def test_a_report_cannot_bring_a_fix_of_its_own(tool, rule, old, new, known):
    edit = Edit(1, 1, 1, 1 + len(old), old, new)
    assert is_known(tool, rule, [edit]) is known
    assert not is_known(tool, rule, [])
    assert not is_known(tool, rule, [edit] * 4)


@pytest.mark.parametrize(
    ("rule", "text", "place", "after"),
    [
        (ALLOC, "a(Buffer.allocUnsafe(9));\n", (1, 1, 3, 24), "a(Buffer.alloc(9));\n"),
        (ALLOC, "Buffer.allocUnsafeSlow(9);\n", (1, 1, 1, 26), "Buffer.alloc(9);\n"),
        (ALLOC, "x = allocUnsafe(9);\n", (1, 1, 5, 19), None),
        (RANDOM, "crypto.pseudoRandomBytes(9)", (1, 1, 1, 25), "crypto.randomBytes(9)"),
        (RANDOM, "crypto.pseudoRandomBytes(9)", (0, 0, 0, 0), None),
        (RANDOM, "crypto.pseudoRandomBytes(9)", (1, 9, 1, 99), None),
        ("eslint/no-eval", "eval(x)", (1, 1, 1, 8), None),
    ],
)  # fmt: skip
def test_javascript_is_renamed_where_the_finding_is(rule, text, place, after):
    edits = Fixer(text).fix("oxlint", rule, place)
    assert (apply(text, edits) if edits else None) == after


@pytest.mark.parametrize("text", ["import yaml\nyaml.load(", "\0", "(" * 5000, "yaml.load(x)\n"])
def test_what_is_no_python_or_not_the_module_has_no_fix(text):
    assert Fixer(text).fix("bandit", "B506", (1, 1, 1, 13)) == ()
