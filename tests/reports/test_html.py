"""The HTML report: whole, harmless, and the same every time."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from html_samples import HOSTILE, SHELL, Page, clean, finding, gate, incomplete, saying, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.finding import Notification, Severity, State
from lockgate.reports.code import MOST, illustrated
from lockgate.reports.excerpt import Excerpt
from lockgate.reports.html import EXPANDED, FEW, NOTIFICATIONS, SHOWN, TEXT, render
from lockgate.verdict import FunnelStep, Timing

SAMPLES = {
    "clean": (clean(), {}),
    "failing": (verdict(finding(blocking=True), finding(1, waived=True, waiver="W-1")), {}),
    "incomplete": (incomplete(), {}),
    "hostile": saying(HOSTILE),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_is_whole_and_loads_nothing(name):
    page = Page(render(*SAMPLES[name]))
    assert {e.tag for e in page.elements}.isdisjoint(
        {"link", "img", "iframe", "object", "embed", "base", "image"}
    )
    for element in page.elements:
        assert not {"src", "srcset", "style", "xlink:href", "action"} & set(element.attributes)
        assert not [attribute for attribute in element.attributes if attribute.startswith("on")]
    for link in page.all("a"):
        assert re.match(r"https?://|#(findings|tables)$", link.attributes["href"])
    assert not re.search(r"url\(|@import", page.one("style").text)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_policy_allows_exactly_the_pages_own_script_and_style(name):
    page = Page(render(*SAMPLES[name]))
    (policy,) = [e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes]

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'none'", "base-uri": "'none'", "form-action": "'none'",
        "style-src": digest(page.one("style").text), "script-src": digest(page.one("script").text),
    }  # fmt: skip


def test_equal_verdicts_give_equal_bytes():
    findings = [finding(n, blocking=n % 3 == 0) for n in range(30)]
    slow = Timing(seconds=99.5, gates={"sast": 99.0})
    assert render(verdict(*findings), {}) == render(verdict(*reversed(findings), timing=slow), {})


def test_the_answer_and_what_it_is_about():
    page = Page(render(verdict(finding(), dirty=True), {}))
    assert page.one("h1").text == "fail"
    assert page.one("title").text.startswith("FAIL: 1 new finding at high or above.")
    assert facts(page) == {
        "Scope": "the change", "Base": "b" * 12, "Head": "a" * 12 + " with uncommitted changes",
        "Fails on": "high or worse", "Exit code": "1",
    }  # fmt: skip


def test_without_a_base_or_git():
    about = facts(Page(render(verdict(base=None, head=""), {})))
    assert about["Base"] == "none: every finding counts"
    assert about["Head"] == "not in git"


def facts(page: Page) -> dict[str, str]:
    inside = page.one("dl", "facts")
    terms, values = page.inside(inside, "dt"), page.inside(inside, "dd")
    return {term.text: value.text for term, value in zip(terms, values, strict=True)}


def test_every_finding_is_there_with_its_marks():
    findings = [finding(n, message=f"unique {n}!", severity=list(Severity)[n % 5]) for n in range(40)]
    findings[3] = replace(findings[3], waived=True, waiver="W-7", state=State.UNCHANGED, in_change=False)
    page = Page(render(verdict(*findings), {}))
    entries = {page.inside(e, "bdi", "message")[0].text: e for e in page.all("details", "finding")}
    assert entries.keys() == {f.message for f in findings}
    for found in findings:
        entry = entries[found.message]
        assert f"line {found.line}:{found.column}" in entry.text
        assert found.fingerprint in entry.text
        assert entry.attributes["data-severity"] == str(int(found.severity))
        assert page.inside(entry, "span", "severity")[0].text == str(found.severity)
    marks = page.inside(entries["unique 3!"], "span", "marks")[0].text.split("\n")
    assert [mark for mark in marks if mark] == ["unchanged", "outside the change", "waived by W-7"]


def test_the_rule_says_why_and_how_to_mend_it():
    page = Page(render(verdict(finding(cwe=(77,))), {}))
    entry = page.one("details", "finding")
    assert [(e.tag, e.text) for e in page.elements if e.tag in {"dt", "dd"} and entry in e.ancestors] == [
        ("dt", "What"), ("dd", SHELL.what), ("dt", "Why"), ("dd", SHELL.why),
        ("dt", "Mend"), ("dd", SHELL.mend),
    ]  # fmt: skip
    assert {e.text: e.attributes["href"] for e in page.inside(entry, "a")} == {
        "B602": SHELL.help,
        "CWE-77": "https://cwe.mitre.org/data/definitions/77.html",
        "CWE-78": "https://cwe.mitre.org/data/definitions/78.html",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [("Pass `a <b>` or `c`.", ["a <b>", "c"]), ("one ` only", []), ("```", []), ("`<i>", []), ("", [])],
)
def test_advice_shows_what_stands_between_backticks_as_code(text, code):
    page = Page(render(verdict(finding(rule="X1"), rules=(replace(SHELL, id="X1", mend=text),)), {}))
    advice = page.all("dd", "mend")
    assert [e.text for each in advice for e in page.inside(each, "code")] == code
    assert [each.text for each in advice] == ([text.replace("`", "") if code else text] if text else [])


def test_a_finding_of_several_tools_names_them():
    page = Page(render(verdict(finding(sources=("bandit/B602", "x/<y>")), finding(1, sources=("a/b",))), {}))
    assert [p.text.count("found by") for p in page.all("p", "foot")] == [1, 0]
    assert "found by bandit/B602, x/<y>" in page.all("p", "foot")[0].text


def test_a_finding_of_an_unknown_rule_and_of_no_line():
    page = Page(render(verdict(finding(rule="X1", line=0, column=0, path="")), {}))
    entry = page.one("details", "finding")
    assert "X1" in entry.text
    assert "line 0" not in entry.text
    assert page.one("h4").text == "no file"


def test_a_score_is_shown_and_zero_is_a_score():
    page = Page(render(verdict(finding(security_severity=0.0)), {}))
    assert page.one("span", "severity").text == "high 0.0"


def test_blocking_findings_stand_first_and_open_and_the_many_others_are_closed():
    page = Page(render(verdict(*(finding(n, blocking=n >= FEW + 1) for n in range(FEW + 4))), {}))
    entries = page.all("details", "finding")
    assert [("data-blocking" in e.attributes, "open" in e.attributes) for e in entries] == (
        [(True, True)] * 3 + [(False, False)] * (FEW + 1)
    )
    assert [h.text for h in page.all("h2")][-2:] == ["Blocking findings 3", f"Other findings {FEW + 1}"]


def test_a_few_others_are_open():
    page = Page(render(verdict(*(finding(n) for n in range(FEW))), {}))
    assert all("open" in e.attributes for e in page.all("details", "finding"))


def test_findings_are_grouped_by_gate_then_file():
    findings = [finding(n, gate=name, path=path) for n, (name, path) in enumerate(
        [("secrets", "b.py"), ("sast", "b.py"), ("secrets", "A.py"), ("sast", "a.py"), ("sast", "b.py")]
    )]  # fmt: skip
    page = Page(render(verdict(*findings), {}))
    assert [e.text.strip() for e in page.elements if e.tag in {"h3", "h4"}] == [
        "sast", "a.py", "b.py", "secrets", "A.py", "b.py",
    ]  # fmt: skip


def test_what_blocks_stands_in_the_order_of_what_matters_most():
    old = {"state": State.UNCHANGED, "blocking": True}
    findings = (
        finding(0, blocking=True, path="a.py"),
        finding(1, blocking=True, path="z.py", gate="secrets", severity=Severity.CRITICAL),
        finding(2, path="a.py", **old),
        finding(3, blocking=True, path="b.py", in_diff=False),
        finding(4, blocking=True, path="c.py"),
    )
    page = Page(render(verdict(*findings), {}))
    assert [e.text for e in page.all("bdi", "message")] == [f"message {n}." for n in (1, 0, 4, 3, 2)]
    assert [e.text.strip() for e in page.elements if e.tag in {"h3", "h4"}] == [
        "critical · secrets", "z.py", "high · sast", "a.py", "c.py", "b.py", "a.py",
    ]  # fmt: skip


def test_what_the_change_fixed_is_told_apart():
    gone = tuple(finding(n, state=State.ABSENT) for n in (1, 2))
    page = Page(render(verdict(finding(), fixed=gone), {}))
    assert [h.text for h in page.all("h2")][-2:] == ["Fixed by this change 2", "Other findings 1"]
    entries = page.all("details", "finding")
    assert [e.attributes["data-state"] for e in entries] == ["absent", "absent", "new"]
    assert ["open" in e.attributes for e in entries] == [False, False, True]
    assert [e.text.strip() for e in page.all("span", "marks")] == ["fixed", "fixed", "new"]
    assert [e.text for e in page.all("option") if e.attributes.get("value") == "absent"] == ["fixed"]


def test_a_finding_outside_the_diff_says_why_it_is_shown():
    page = Page(render(verdict(finding(), finding(1, in_diff=False)), {}))
    (shown,) = page.all("dd", "shown")
    assert shown.text == "on no line of this change, but the change touches its file, and the base lacks it"


def test_code_is_numbered_and_the_findings_lines_are_marked():
    found = finding(line=11, end_line=12)
    code = Excerpt(10, ("def f():", "  a <b>", "  c", ""))
    page = Page(render(verdict(found), {found.fingerprint: code}))
    rows = [(e.tag, e.attributes["data-line"], e.text) for e in page.elements if "data-line" in e.attributes]
    assert rows == [
        ("span", "10", "def f():"), ("mark", "11", "  a <b>"), ("mark", "12", "  c"), ("span", "13", ""),
    ]  # fmt: skip
    assert page.one("pre").text == "def f():  a <b>  c", "no stray blanks between the lines"


def test_the_funnel_is_drawn_to_scale():
    steps = (
        FunnelStep("found", 4000),
        FunnelStep("new", 1000),
        FunnelStep("waived not", 1),
        FunnelStep("≥ high", 0),
    )
    page = Page(render(verdict(funnel=steps), {}))
    assert [" ".join(e.text.split()) for e in page.all("li") if e.ancestors[-1].has("funnel")] == [
        "4,000 found", "1,000 new", "1 waived not", "0 ≥ high", "fail",
    ]  # fmt: skip
    widths = [int(e.attributes["width"]) for e in page.all("rect", "level")]
    assert widths[:2] == [1000, 250]
    assert widths[2] > 0, "one finding is not none"
    assert widths[3] == 0


def test_an_incomplete_gate_stands_out_and_its_silence_is_not_called_clean():
    page = Page(render(incomplete(), {}))
    assert page.one("p", "warning").text.startswith("Incomplete is not clean. sast ")
    (row,) = page.all("tr", "incomplete")
    assert "bandit was killed" in row.text
    assert "bandit printed half a JSON document" in row.text
    assert "None, as far as the gates got: incomplete is not clean." in page.one("body").text


def test_a_clean_run_warns_of_nothing():
    page = Page(render(clean(), {}))
    assert not page.all("p", "warning")
    assert "None." in page.one("body").text
    assert not page.all("form")


def test_gates_name_their_tools_and_counts():
    row = Page(render(verdict(), {})).all("tr")[1]
    assert " ".join(row.text.split()) == "sast failed new findings bandit 1.9.4 12 files"


def test_counts_of_nothing_are_left_out_and_one_is_no_plural():
    counts = {"files": 2, "waived": 0, "findings": 1, "not_scanned": 1}
    row = Page(render(verdict(gates=(gate("passed", counts=counts),)), {}))
    shown = [li.text for li in row.inside(row.one("td", "counts"), "li")]
    assert shown == ["2 files", "1 finding", "1 not scanned"]


def test_many_notifications_are_capped_aloud():
    notes = tuple(Notification(level="note", message=f"note {n}") for n in range(NOTIFICATIONS + 5))
    noisy = gate("passed", notifications=notes)
    text = Page(render(verdict(gates=(noisy,)), {})).one("ul", "notifications").text
    assert f"{NOTIFICATIONS} of {NOTIFICATIONS + 5} notifications shown, all of them in verdict.json" in text


def test_thousands_of_findings_are_capped_aloud_and_the_worst_are_kept():
    findings = [finding(n, blocking=n % 20 == 0, severity=Severity(n % 5)) for n in range(6000)]
    code = {f.fingerprint: Excerpt(1, ("x",) * 12) for f in illustrated(findings)}
    source = render(verdict(*findings), code)
    page = Page(source)
    entries = page.all("details", "finding")
    assert len(entries) == SHOWN
    assert page.one("p", "cap").text == "1,000 of 6,000 findings shown, all of them in verdict.json."
    assert len([e for e in entries if "data-blocking" in e.attributes]) == 300
    assert {e.attributes["data-severity"] for e in entries if "data-blocking" not in e.attributes} == {"4"}
    assert len([e for e in entries if "open" in e.attributes]) == EXPANDED
    assert len(page.all("pre")) == MOST
    assert len(source) < 4_000_000
    assert [h.text for h in page.all("h2")][-2:] == ["Blocking findings 300", "Other findings 700 of 5,700"]


def test_one_endless_string_does_not_fill_the_page():
    source = render(verdict(finding(message="m" * 1_000_000)), {})
    assert "m" * (TEXT - 1) + "…" in source
    assert len(source) < 100_000


def test_hostile_text_is_only_text():
    source = render(*saying(HOSTILE))
    source.encode("utf-8")
    page = Page(source)
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("head")) == 1
    assert [e.ancestors[-1].tag for e in page.all("title")] == ["head", "svg"]
    assert "alert" not in page.one("script").text
    assert page.comments == []
    assert "<script>alert(2)</script>" in page.one("h1").ancestors[-1].text
    assert not [c for c in source if c != "\n" and not c.isprintable()]
    assert [a.attributes["href"] for a in page.all("a")] == ["#findings", "#tables"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=(), exclude_characters="`"), min_size=1, max_size=30))
def test_no_text_changes_the_shape_of_the_page(text):
    source = render(*saying(text))
    source.encode("utf-8")
    assert Page(source).shape == Page(render(*saying("x"))).shape


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
    "//evil.example/x", "file:///etc", "https://", "https:///x", "http:evil", "https://a.example/ b", "https://a.example/\n",
    "https://a.example/\u202ex", "x",
])  # fmt: skip
def test_what_is_no_web_address_is_no_link(address):
    page = Page(render(verdict(finding(help=address), rules=()), {}))
    assert not page.inside(page.one("details"), "a")


@pytest.mark.parametrize(
    "address", ["https://a.example/x?y=1&z=2#q", "HTTP://A.example", 'https://a.example/">']
)
def test_a_web_address_is_a_link(address):
    page = Page(render(verdict(finding(help=address), rules=()), {}))
    (link,) = page.inside(page.one("details"), "a")
    assert link.attributes["href"] == address
    assert link.attributes["rel"] == "noopener noreferrer"


def test_text_has_enough_contrast_in_both_themes():
    style = Page(render(clean(), {})).one("style").text
    bodies = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", body)) for body in bodies[:2])

    def luminance(colour: str) -> float:
        channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    texts = light.keys() - {"paper", "card", "sunk", "hit", "line", "water", "deep"}
    pairs = [("ink", "hit"), *((text, ground) for text in texts for ground in ("paper", "card", "sunk"))]
    assert len(texts) == 11
    for theme in (light, dark):
        for text, ground in pairs:
            low, high = sorted((luminance(theme[text]), luminance(theme[ground])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, f"{text} on {ground} (WCAG 2.2, 1.4.3)"
