"""A waiver written into any configuration: it stands there, and nothing else has changed."""

from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checkouts import Checkout
from lockgate.config import Waiver, load
from lockgate.config.writing import add_waiver
from lockgate.errors import ConfigurationError

DAY = date(2030, 6, 20)
ENTRY = "- rule: B602\n  owner: me\n  reason: why\n  expires: 2030-06-20\n"


def waiver(rule="B602", **changes):
    return Waiver(**({"owner": "me", "reason": "why", "expires": DAY, "rule": rule} | changes))


def added(text, entry=None):
    return add_waiver(text.encode(), "c.yml", entry or waiver()).decode()


def named(rule):
    return f"- {{rule: {rule}, owner: a, reason: b, expires: 2030-01-01}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "waivers:\n" + ENTRY),
        ("# words\n", "# words\nwaivers:\n" + ENTRY),
        ("fail-on: low", "fail-on: low\nwaivers:\n" + ENTRY),
        ("waivers: []  # none yet\n", "waivers:  # none yet\n" + ENTRY),
        ("waivers:\n  # none\n  []\nexclude: [a]\n", "waivers:\n  # none\n\n" + ENTRY + "exclude: [a]\n"),
        ("waivers: []\nexclude: [a]\n", "waivers:\n" + ENTRY + "exclude: [a]\n"),
        ("waivers:\n" + named("B1"), "waivers:\n" + named("B1") + ENTRY),
        ("waivers:\n" + named("Z"), "waivers:\n" + ENTRY + named("Z")),
        ("waivers:\n" + named("B1") + named("Z"), "waivers:\n" + named("B1") + ENTRY + named("Z")),
        (
            "waivers:\n" + named("B1") + "# of Z\n\n# too\n" + named("Z"),
            "waivers:\n" + named("B1") + "# of Z\n\n" + ENTRY + "# too\n" + named("Z"),
        ),
        (
            "waivers:\n" + named("B1") + "\n# the end\nfail-on: low\n",
            "waivers:\n" + named("B1") + ENTRY + "\n# the end\nfail-on: low\n",
        ),
    ],
)
def test_where_it_goes(before, after):
    assert added(before) == after


def test_a_component_and_until_when_are_written_where_they_are_said():
    entry = waiver("", id="CVE-2024-1", package="pkg:npm/lodash@<4.17.21", until_fixed=True)
    assert added("", entry) == (
        "waivers:\n- id: CVE-2024-1\n  package: pkg:npm/lodash@<4.17.21\n  owner: me\n  reason: why\n"
        "  expires: 2030-06-20\n  until-fixed: true\n"
    )
    assert added(f"waivers:\n{named('Z')}", entry).count("\n- ") == 2


def test_the_indentation_is_that_of_the_others():
    rows = "waivers:\n    -\n      rule: Z\n      owner: a\n      reason: b\n      expires: 2030-01-01\n"
    indented = "".join(f"    {line}\n" for line in ENTRY.splitlines())
    assert added(rows) == rows.replace("waivers:\n", "waivers:\n" + indented)


@pytest.mark.parametrize("style", ["|", ">", "|-", ">-"])
def test_a_block_of_text_is_not_cut(style):
    text = (
        f"waivers:\n- rule: B1\n  owner: a\n  expires: 2030-01-01\n  reason: {style}\n    one\n    # two\n\n"
        "    three\n\n"
    )
    made = added(text + named("Z"))
    assert made.index("three") < made.index("rule: B602") < made.index("rule: Z")
    assert text.rstrip("\n") in made


def test_a_list_on_one_line_stays_one():
    one = "{rule: B1, owner: a, reason: b, expires: 2030-01-01}"
    entry = "{rule: B602, owner: me, reason: why, expires: 2030-06-20}"
    assert added(f"waivers: [{one}] # x\n") == f"waivers: [{one}, {entry}] # x\n"
    last = one.replace("B1", "Z")
    assert added(f"waivers: [{one}, {last}]\n") == f"waivers: [{one}, {entry}, {last}]\n"


def test_line_ends_and_the_mark_of_utf_8_stay():
    data = "\ufefffail-on: low\r\n# \xe9\U0001f600\r\n".encode()
    fresh = f"waivers:\n{ENTRY}".replace("\n", "\r\n").encode()
    assert add_waiver(data, "c.yml", waiver()) == data + fresh


def test_it_is_sorted_by_what_it_names_and_then_by_path():
    text = ""
    for rule, path in (("Z", "**"), ("B", "b/"), ("B", "a/"), ("C", "**")):
        text = added(text, waiver(rule, path=path))
    assert [(one.rule, one.path) for one in load(text.encode(), "x").configuration.waivers] == [
        ("B", "a/"),
        ("B", "b/"),
        ("C", "**"),
        ("Z", "**"),
    ]


def test_git_merges_what_two_branches_add(tmp_path):
    checkout = Checkout(tmp_path / "repo")
    text = "waivers:\n" + "".join(named(rule) for rule in ("B1", "B3", "B5"))
    checkout.commit({"c.yml": text})
    checkout.git("checkout", "-q", "-b", "side")
    checkout.commit({"c.yml": added(text, waiver("B4"))})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"c.yml": added(text, waiver("B2"))})
    checkout.git("merge", "-q", "-m", "x", "side")
    merged = load((checkout.root / "c.yml").read_bytes(), "c.yml").configuration
    assert [one.rule for one in merged.waivers] == ["B1", "B2", "B3", "B4", "B5"]


@pytest.mark.parametrize("text", ["{fail-on: low}\n", "fail-on: low\n...\n", "{waivers: []}\n"])
def test_what_only_a_person_can_write_is_refused_and_the_entry_shown(text):
    with pytest.raises(ConfigurationError, match="without altering more") as caught:
        added(text)
    assert ENTRY in caught.value.todo


def test_an_invalid_configuration_is_refused():
    with pytest.raises(ConfigurationError, match="unknown key"):
        added("fail-onn: low\n")


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
hostile = st.one_of(
    words,
    st.sampled_from(["'a", "#x", "- b", "a: b", "@me", "*x", "&y", "!!int 3", "null", "yes", "1e3", "{",
                     "%", "`", "2030-01-01", "a #b", '"', "\\n", "=", "~", "| x", "> y", "::error::x"]),
)  # fmt: skip
rows = st.builds(
    lambda rule, owner, reason, day, path: Waiver(
        rule=rule, owner=owner, reason=reason, expires=day, path=path
    ),
    hostile, hostile, hostile, st.dates(date(2000, 1, 1), date(2999, 1, 1)),
    st.sampled_from(["**", "src/", "a b/*.py", "[x]", "é/"]),
)  # fmt: skip


def _written(entries, *, flow):
    if flow:
        return f"waivers: {yaml.safe_dump(entries, default_flow_style=True, allow_unicode=True)}"
    return yaml.safe_dump({"waivers": entries}, default_flow_style=False, allow_unicode=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(rows, max_size=4),
    rows,
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_waiver_goes_into_any_configuration(others, new, flow, newline, between):
    entries = [
        {name: getattr(one, name) for name in ("rule", "owner", "reason", "expires", "path")}
        for one in others
    ]
    parts = [
        "# words\nfail-on: low\n",
        _written(entries, flow=flow),
        "# more\nexclude: [vendor/]\n" if between else "",
    ]
    before = "".join(parts).replace("\n", newline).encode()
    after = add_waiver(before, "c.yml", new)
    was, now = (load(data, "c.yml").configuration for data in (before, after))
    without = [
        (*now.waivers[:at], *now.waivers[at + 1 :]) for at, one in enumerate(now.waivers) if one == new
    ]
    assert was.waivers in without
    assert (now.fail_on, now.exclude) == (was.fail_on, was.exclude)
    assert after.count(b"#") >= before.count(b"#")
