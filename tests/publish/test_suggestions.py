"""What is suggested: only known fixes, only on lines that the change shows, and nothing invisible."""

import pytest

from lockgate.finding import Edit, State
from lockgate.publish.suggestions import MOST, candidates, chosen, shown_lines, suggest
from verdicts import HOSTILE, finding, rule, verdict

PATCH = """@@ -1,3 +1,4 @@ def f():
 import yaml
-old = 1
+a = yaml.load(x)
+b = 2
 c = 3
@@ -20,1 +21,3 @@
+d = yaml.load(
+    x,
+    Loader=yaml.Loader)
\\ No newline at end of file"""
LINES = shown_lines(PATCH)
RENAME = Edit(2, 5, 2, 14, "yaml.load", "yaml.safe_load")
LOADER = (Edit(21, 5, 21, 14, "yaml.load", "yaml.safe_load"),
          Edit(22, 6, 23, 23, ",\n    Loader=yaml.Loader", ""))  # fmt: skip


def fixable(*fix, **changes):
    values = {"rule": "B506", "message": "Unsafe load.", "path": "a.py", "line": 2, "fix": fix or (RENAME,)}
    return finding(**(values | changes))


def made(one, lines=LINES):
    return suggest(verdict(one, rules=(rule(id="B506", mend="Use yaml.safe_load()."),)), one, lines)


def test_the_lines_of_a_patch_have_the_numbers_of_the_new_file():
    assert LINES == {
        1: "import yaml", 2: "a = yaml.load(x)", 3: "b = 2", 4: "c = 3",
        21: "d = yaml.load(", 22: "    x,", 23: "    Loader=yaml.Loader)",
    }  # fmt: skip
    assert shown_lines("") == shown_lines("no patch\n+x") == {}


def test_a_suggestion_has_the_whole_new_lines():
    one, many = made(fixable()), made(fixable(*LOADER, line=21))
    assert (one.path, one.first, one.last) == ("a.py", 2, 2)
    assert one.body == (
        "**sast · B506 · high**\n\nUnsafe load.\n\nUse yaml.safe&#95;load().\n\n"
        "```suggestion\na = yaml.safe_load(x)\n```\n"
    )
    assert (many.first, many.last) == (21, 23)
    assert "```suggestion\nd = yaml.safe_load(\n    x)\n```\n" in many.body


@pytest.mark.parametrize(
    "lines",
    [
        {},
        {2: "a = json.load(x)"},
        {2: "a = yaml.load(x)  # \u202e"},
        {2: "a = yaml.load(x)\r"},
        {2: f"a = yaml.load(x)  # {'x' * 400}"},
        {3: "a = yaml.load(x)"},
    ],
)
def test_other_lines_than_the_fix_was_made_for_have_none(lines):
    assert made(fixable(), lines) is None


def test_a_fix_over_lines_that_are_not_all_shown_has_none():
    assert made(fixable(*LOADER), {row: text for row, text in LINES.items() if row != 22}) is None
    far = Edit(2, 5, 2_000_000_000, 1, "x", "")
    assert made(fixable(RENAME, far)) is None


def test_backticks_in_the_code_do_not_end_it():
    lines = {2: "a = yaml.load(x)  # ```` ```suggestion"}
    body = made(fixable(), lines).body
    assert body.endswith("`````suggestion\na = yaml.safe_load(x)  # ```` ```suggestion\n`````\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_stranger_says_is_only_ever_text(text):
    one = fixable(message=text, fingerprint=text, gate="sast", path="a.py")
    made_of_it = suggest(verdict(one, rules=(rule(id="B506", mend=text),)), one, LINES)
    words, fence, rest = made_of_it.body.partition("```suggestion\n")
    assert rest == "a = yaml.safe_load(x)\n```\n"
    assert fence
    assert not any(mark in words for mark in ("<", "@o", "](", "http:", "`", "\u202e"))
    assert made_of_it.key.isalnum()
    assert len(made_of_it.key) == 24


def test_only_what_is_new_not_waived_and_of_a_known_form_may_have_one():
    good = fixable()
    others = [
        fixable(state=State.UNCHANGED), fixable(waived=True), fixable(commit="c" * 40),
        fixable(Edit(2, 1, 2, 2, "a", "__import__('os')")), fixable(rule="B602"), finding(),
    ]  # fmt: skip
    assert candidates(verdict(good, *others)) == [good]


def test_a_version_is_suggested_where_the_change_pins_the_component_and_nowhere_else():
    lines = {2: "django==4.2.1", 3: "flask==4.2.1"}
    facts = {"tool": "osv", "rule": "GHSA-1", "package": "pkg:pypi/django@4.2.1", "path": "requirements.txt"}
    good = fixable(Edit(2, 9, 2, 14, "4.2.1", "4.2.16"), **facts)
    assert suggest(verdict(good), good, lines).body.endswith("```suggestion\ndjango==4.2.16\n```\n")
    other = fixable(Edit(3, 8, 3, 13, "4.2.1", "4.2.16"), **facts)
    assert suggest(verdict(other), other, lines) is None
    elsewhere = fixable(Edit(2, 9, 2, 14, "4.2.1", "4.2.16", "pyproject.toml"), **facts)
    here = fixable(Edit(2, 9, 2, 14, "4.2.1", "4.2.16", "requirements.txt"), **facts)
    assert candidates(verdict(good, here, elsewhere)) == [good, here]


def test_each_is_made_once_and_no_two_touch_the_same_lines():
    first, same = made(fixable()), made(fixable(fingerprint="f2"))
    far = made(fixable(*LOADER, fingerprint="f3"))
    assert chosen([first, same, far], frozenset()) == [first, far]
    assert chosen([first, same, far], frozenset({first.key})) == [far]
    each = [made(fixable(path=f"{number}.py", fingerprint=str(number))) for number in range(MOST + 5)]
    assert chosen(each, frozenset()) == each[:MOST]
