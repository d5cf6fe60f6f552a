import re
from html.parser import HTMLParser
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from lockgate.finding import Notification, Severity, State
from lockgate.github import SUMMARY_LIMIT
from lockgate.reports.summary import render
from lockgate.verdict import Answer, FunnelStep, Outcome
from verdicts import HOSTILE, finding, gate, rule, verdict, verdicts

ELEMENTS = {"h2", "h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "a", "b", "br",
            "details", "summary"}  # fmt: skip


class Row(NamedTuple):
    """What the row of a finding with a path says; each is a line, but `words` are all that are left."""

    severity: str
    rule: str
    marks: str
    where: str
    words: str


class Page(HTMLParser):
    """Read the HTML that the Markdown becomes: its elements, links and rows of cells, each cell by lines."""

    def __init__(self, markdown):
        super().__init__()
        self.elements, self.links, self.rows, self.text = set(), [], [], ""
        self.in_cell = False
        # GitHub's tables and bare links, so that what it would turn into a link is seen here too.
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self.in_cell = True
        elif tag == "br" and self.in_cell:
            self.rows[-1][-1] += "\n"
        self.links += [value for name, value in attrs if name in {"href", "src"}]
        assert {name for name, _ in attrs} <= {"href"}

    def handle_data(self, data):
        self.text += data
        if self.in_cell:
            assert "\n" not in data  # only <br> begins a line
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.in_cell = False

    def findings(self):
        """Take the rows of findings apart; each has two cells, and three lines in the first."""
        for first, second in (row for row in self.rows if len(row) == 2 and row != ["rule", "finding"]):
            severity, name, marks = first.split("\n")
            where, _, words = second.partition("\n")
            yield Row(severity, name, marks, where, words)


def test_says_all_that_matters():
    words = "Why: Input can become a command. (CWE-78)\nMend: Pass a list and no shell."
    page = Page(
        render(
            verdict(
                finding(blocking=True),
                finding(severity=Severity.LOW, path="b.py", line=0, waived=True, waiver="W-1"),
                funnel=(FunnelStep("found", 2), FunnelStep("new", 1)),
                gates=(gate(counts={"findings": 2, "new": 2, "fixed": 3, "waived": 1}),),
            )
        )
    )
    assert "Lockgate: ❌ fail" in page.text
    assert "1 finding blocks" in page.text
    assert "2 found → 1 new → FAIL" in page.text
    assert "base aaaaaaaaaaaa · head bbbbbbbbbbbb" in page.text
    assert [
        "sast",
        "❌ failed",
        "2",
        "3",
        "1",
        "1.0",
        "1 finding at high or above",
        "bandit 1.9.4",
    ] in page.rows
    assert [
        "high\nsast · B602\nblocking, new",
        f"src/app.py:3\nsubprocess call with shell=True\n{words}",
    ] in page.rows
    assert any(row.where == "b.py" and row.marks == "new, waived: W-1" for row in page.findings())
    assert "https://bandit.readthedocs.io/x.html#b602" in page.links


def test_blocking_findings_are_not_folded_and_others_are():
    text = render(verdict(finding(blocking=True, path="first.py"), finding(path="second.py")))
    assert (
        text.index("first.py") < text.index("<details>") < text.index("second.py") < text.index("</details>")
    )
    assert "Blocking: 1" in text
    assert "Other findings: 1" in text


def test_paths_can_be_copied():
    text = render(verdict(finding(path="node_modules/@types/#1.ts")))
    assert any(row.where == "node_modules/@types/#1.ts:3" for row in Page(text).findings())
    assert "@" not in text  # only ever as an entity, and inside <code>


def test_nothing_found():
    text = render(
        verdict(answer=Answer.PASS, base=None, head="", gates=(), funnel=(), reason="nothing blocks")
    )
    assert "✅ pass" in text
    assert "no base · no commit" in text
    assert "<details>" not in text


def test_an_incomplete_gate_stands_out_with_its_notes():
    note = Notification(level="error", message="half a file", path="a|b.py")
    broken = gate(outcome=Outcome.INCOMPLETE, reason="bandit died", notifications=(note,))
    page = Page(render(verdict(gates=(broken,), answer=Answer.ERROR)))
    assert ["sast", "⚠️ incomplete", "", "", "", "1.0", "bandit died", "bandit 1.9.4"] in page.rows
    assert ["sast", "error", "a|b.py half a file"] in page.rows


def test_names_all_tools_that_found_it():
    page = Page(render(verdict(finding(sources=("bandit/B602", "semgrep/shell")))))
    assert any("Found by: bandit/B602, semgrep/shell" in row.words.split("\n") for row in page.findings())


def test_marks():
    page = Page(
        render(
            verdict(
                finding(path="a", state=State.ABSENT, in_change=False),
                finding(path="b", in_change=False, state=State.UNCHANGED),
            )
        )
    )
    assert {row.where: row.marks for row in page.findings() if row.rule.startswith("sast ·")} == {
        "a:3": "fixed",
        "b:3": "unchanged, not in the change",
    }


def test_what_the_change_mended_is_folded_and_behind_what_blocks():
    gone = finding(path="old.py", state=State.ABSENT)
    text = render(verdict(finding(blocking=True), finding(path="other.py"), fixed=(gone,)))
    order = [
        "Blocking: 1",
        "src/app.py",
        "Fixed by this change: 1",
        "old.py",
        "Other findings: 1",
        "other.py",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("<details>") == text.count("</details>") == 2
    assert [row.marks for row in Page(text).findings() if row.where == "old.py:3"] == ["fixed"]


def test_a_finding_outside_the_diff_says_why_it_is_shown():
    outside, past = finding(path="a", in_diff=False), finding(path="b", in_diff=False, commit="c" * 40)
    rows = Page(render(verdict(outside, past, finding(path="c")))).findings()
    said = {row.where: row.words.partition("Shown: ")[2] for row in rows if row.rule.startswith("sast ·")}
    assert said == {
        "a:3": "on no line of this change, but the change touches its file, and the base lacks it",
        "b:3": f"on no line of this change, but commit {'c' * 12} of the change added it",
        "c:3": "",
    }


def test_a_line_is_linked_where_its_page_is_known():
    page = Page(render(verdict(finding(path='a"b.py')), link=lambda each: f"https://h.example/{each.path}"))
    assert page.links == ["https://bandit.readthedocs.io/x.html#b602", "https://h.example/a%22b.py"]
    assert "javascript" not in render(verdict(finding()), link=lambda _: "javascript:alert(1)")


def test_a_skipped_gate_took_no_time():
    skipped = gate(outcome=Outcome.SKIPPED, reason="no file", tools=(), counts={})
    rows = Page(render(verdict(gates=(skipped,)))).rows
    assert ["sast", "⏭️ skipped", "", "", "", "", "no file", ""] in rows


@given(verdicts())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_text_from_outside_is_only_ever_text(made):
    text = render(made)
    text.encode("utf-8")
    page = Page(text)
    assert page.elements <= ELEMENTS
    assert all(re.match("https?://", link) for link in page.links)
    assert sum(" · " in row.rule for row in page.findings()) >= len(made.findings)
    assert {len(row) for row in page.rows} <= {2, 3, 8}
    assert text == render(made)
    # Mentions, references and bare links are found in the finished text: only a broken form may be there.
    outside = re.sub(r'href="[^"]*"', "", text)
    assert "@" not in outside
    assert "://" not in outside
    assert not re.search(r"#[\w]", re.sub(r"&#\d+;", "", outside))


def test_each_hostile_text_can_still_be_read():
    for words in HOSTILE:
        page = Page(render(verdict(finding(message=words, path="p.py", rule="R"), rules=())))
        (row,) = [row for row in page.findings() if row.rule == "sast · R"]
        assert row.where == "p.py:3"
        assert "\n" not in row.words  # nor does it make a line of its own
        assert all(word in row.words for word in re.findall("[a-z]{5,}", words))


def test_fits_the_limit_by_leaving_out_the_least_important():
    findings = [
        finding(path=f"{number}.py", message="é|" * 200, severity=Severity.LOW) for number in range(3000)
    ]
    worst = finding(path="worst.py", blocking=True)
    text = render(verdict(*findings, worst, rules=(rule(),)))
    size = len(text.encode())
    assert SUMMARY_LIMIT * 0.9 < size <= SUMMARY_LIMIT
    assert text.index("worst.py") < text.index("<details>")
    assert text.rstrip().endswith("all are in verdict.json.")
    shown, total = re.search(r"(\d+) of (\d+) findings shown", text).groups()
    assert int(total) == 3001
    assert int(shown) == text.count("\n| <b>low</b><br>") + 1
    assert text.count("</details>") == 1


def test_what_mends_it_is_whole_up_to_several_statements():
    statements = "; ".join(f"`ALTER TABLE users VALIDATE CONSTRAINT c{number:03}`" for number in range(18))
    (row,) = Page(render(verdict(finding(path="p.py", mend=statements), rules=()))).findings()
    assert 800 < len(statements) < 1000
    assert statements in row.words
    (row,) = Page(render(verdict(finding(path="p.py", mend=statements * 2), rules=()))).findings()
    assert row.words.endswith("…")


def test_fits_a_smaller_limit_too():
    text = render(verdict(*(finding(path=f"{number}.py") for number in range(3000))), 65_535)
    assert 60_000 < len(text.encode()) <= 65_535


def test_what_the_change_does_to_the_policy_stands_above_the_gates() -> None:
    words = "This change adds 1 waivers: they excuse nothing here."
    about = finding(
        gate="policy", tool="lockgate", rule="waivers-changed", message=words, severity=Severity.NOTE
    )
    text = render(verdict(about))
    assert "adds 1 waivers" in text.partition("| gate | outcome |")[0].replace("&#8203;", "")
    assert "adds 1 waivers" not in render(verdict(finding())).partition("| gate |")[0]


def test_many_words_about_the_policy_are_counted() -> None:
    many = [finding(gate="policy", rule="waiver-unused", message=f"unused {number}") for number in range(60)]
    top = render(verdict(*many)).partition("| gate | outcome |")[0]
    assert top.count("\n- unused") == 50
    assert "\n- 10 more below\n" in top
