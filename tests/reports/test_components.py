"""What a finding knows of a component is told wherever the finding is shown, and so are a gate's tables."""

import io
import json
import re

import pytest
from html_samples import Page
from rich.console import Console

from lockgate.finding import Related
from lockgate.reports import annotations, html, summary, tables, terminal, verdict_json
from lockgate.reports.explanation import render as explain
from lockgate.verdict import Strip, Table
from verdicts import finding, gate, verdict

PRINT = "89abcdef" * 4
FOUND = finding(
    gate="sca", tool="osv", rule="GHSA-p6mc-m468-83gw", message="lodash 4.17.15: prototype pollution",
    path="package-lock.json", line=40, mend="Run `npm update lodash`.", aliases=("CVE-2020-8203", "SNYK-1"),
    package="pkg:npm/lodash@4.17.15", fixed_in="4.17.19", anyway="it is known to be exploited",
    related=(Related("package.json", 12, "wants ^4.17.0"),), blocking=True, fingerprint=PRINT,
)  # fmt: skip
TABLE = Table("What changed", ("component", "from", "to"), (("lodash", "4.17.15", "4.17.19"), ("a|b",)))


def lines(made):
    console = Console(file=io.StringIO(), color_system=None)
    terminal.show(made, console)
    return console.file.getvalue()


def explained(made):
    return explain(verdict_json.read(verdict_json.render(made)), PRINT[:12])


REPORTS = {
    "annotation": lambda made: annotations.choose(made).items[0].message,
    "explain": explained,
    "html": lambda made: html.render(made, {}),
    "summary": summary.render,
    "terminal": lines,
}
SAID = {
    "annotation": ("npm update lodash", "known to be exploited", "CVE-2020-8203", "package.json:12"),
    "explain": ("npm update lodash", "known to be exploited", "CVE-2020-8203", "4.17.19", "pkg:npm/lodash"),
    "html": (
        "npm update lodash", "known to be exploited", "CVE-2020-8203", "4.17.19", "package.json:12",
        "pkg:npm/lodash@4.17.15", "wants ^4.17.0",
    ),
    "summary": ("npm update lodash", "known to be exploited", "CVE-2020-8203", "package.json:12"),
    "terminal": (
        "npm update lodash", "known to be exploited", "CVE-2020-8203", "4.17.19", "package.json:12",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_says_what_a_finding_knows_of_a_component(name):
    text = re.sub(r"&#(\d+);", lambda entity: chr(int(entity[1])), REPORTS[name](verdict(FOUND)))
    assert [words for words in SAID[name] if words not in text] == []
    assert "at any threshold" in text


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_says_nothing_of_what_a_finding_does_not_know(name):
    text = REPORTS[name](verdict(finding(fingerprint=PRINT, blocking=True)))
    assert [words for words in ("Known as", "at any threshold", "ixed in", "omponent") if words in text] == []


def test_an_annotation_stays_on_the_findings_own_line():
    (item,) = annotations.choose(verdict(FOUND)).items
    assert (item.file, item.line) == ("package-lock.json", 40)


def test_many_names_and_lines_are_counted():
    many = finding(
        aliases=tuple(f"CVE-{number}" for number in range(20)),
        related=tuple(Related("package.json", number, "") for number in range(1, 9)),
    )
    text = annotations.choose(verdict(many)).items[0].message
    assert "CVE-7, and 12 more" in text
    assert "package.json:3, and 5 more" in text
    assert "CVE-8" not in text


def test_no_threshold_helps_what_blocks_at_any():
    text = explained(verdict(FOUND))
    assert "yes: it blocks at any threshold: it is known to be exploited" in text
    assert "mend it: Run `npm update lodash`." in text
    assert "raise the threshold" not in text


def test_a_table_is_folded_in_the_summary_and_its_rows_are_even():
    text = summary.render(verdict(gates=(gate(name="sbom", tables=(TABLE,)),)))
    assert "<details><summary>sbom: What changed: 2 rows</summary>" in text
    assert "| lodash | 4.17.15 | 4.17.19 |" in text
    assert "| a&#124;b |  |  |" in text


def test_a_table_is_whole_on_the_page():
    text = html.render(verdict(gates=(gate(name="sbom", tables=(TABLE,)),)), {})
    rows = re.findall(r"<tr role=\"row\">(<td role=\"cell\" data-label=.*?)</tr>", text)
    cells = [re.findall(r'data-label="(.*?)"><bdi>(.*?)</bdi>', row) for row in rows]
    assert cells == [
        [("component", "lodash"), ("from", "4.17.15"), ("to", "4.17.19")],
        [("component", "a|b"), ("from", ""), ("to", "")],
    ]


def test_a_huge_table_takes_its_part_and_no_more_and_says_so():
    huge = Table("t" * 9_999, ("c" * 9_999,) * 99, (("x" * 9_999,) * 99,) * 5_000)
    made = verdict(FOUND, gates=(gate(tables=(huge,) * 30),))
    parts = list(tables.render(made.gates, 20_000))
    assert len("\n".join(parts).encode()) <= 20_000
    assert any(re.fullmatch(r"\d+ more in verdict.json\.", part) for part in parts)
    assert len(summary.render(made, 65_535).encode()) <= 65_535
    assert "prototype pollution" in summary.render(made, 65_535)
    page = html.render(made, {})
    assert f"{html.ROWS} of 5,000 rows shown, all of them in verdict.json." in page
    assert page.count('data-label="') == tables.TABLES * html.ROWS * tables.COLUMNS
    assert f"{tables.TABLES} of 30 tables shown, all of them in verdict.json." in page


def test_tables_are_left_out_before_findings_and_counted():
    rows = tuple((f"{number} lodash {'x' * 30}",) for number in range(9))
    sbom = gate(name="sbom", tables=(Table("What changed", ("component",), rows),) * 9)
    found = [finding(path=f"{number}.py", message="long " * 50) for number in range(300)]
    text = summary.render(verdict(*found[:9], gates=(sbom,)), 20_000)
    assert text.index("0.py") < text.index("What changed")
    assert "findings shown" not in text
    shown = text.count("<summary>sbom: What changed: 9 rows</summary>")
    assert 2 < shown < 9
    assert f"\n{shown} of 9 tables shown; all are in verdict.json.\n" in text
    full = summary.render(verdict(*found, gates=(sbom,)), 20_000)
    alone = summary.render(verdict(*found), 20_000)
    pattern = r"(\d+) of 300 findings shown"
    assert re.findall(pattern, full) == re.findall(pattern, alone) != []
    assert full.count("What changed") < shown
    assert 18_000 < len(full.encode()) <= 20_000


def test_a_short_first_table_is_open_below_the_findings_and_so_are_runs():
    short, long = (Table(f"{count} rows", ("a",), (("x",),) * count) for count in (12, 13))
    runs = Table("runs", ("a",), (("x",),), (Strip("FCP", "ms", (1.0,), (2.0,)),))
    gates = (gate(name="sbom", tables=(short, short, runs)), gate(name="sca", tables=(long, short)))
    page = Page(html.render(verdict(FOUND, gates=gates), {}))
    sheets = [each for each in page.all("details") if each.has("sheet")]
    titles = [page.inside(each, "h3")[0].text for each in sheets]
    assert [(title, "open" in each.attributes) for title, each in zip(titles, sheets, strict=True)] == [
        ("sbom: 12 rows 12 rows", True), ("sbom: 12 rows 12 rows", False), ("sbom: runs 1 row", True),
        ("sca: 13 rows 13 rows", False), ("sca: 12 rows 12 rows", False),
    ]  # fmt: skip
    order = [page.one("ol", "funnel"), page.all("table")[0], page.one("details", "finding"), *sheets]
    places = [next(n for n, one in enumerate(page.elements) if one is each) for each in order]
    assert places == sorted(places)
    (target,) = [each for each in page.elements if each.attributes.get("id") == "tables"]
    assert all(target in each.ancestors for each in sheets)
    (link,) = [each for each in page.all("a") if each.attributes["href"] == "#tables"]
    assert link.text == "5 tables"


def test_a_table_without_rows_or_runs_is_not_shown():
    made = verdict(gates=(gate(tables=(Table("Page / (4 metrics as in the base)", ("a",), ()),)),))
    assert "as in the base" not in summary.render(made)
    assert "as in the base" not in html.render(made, {})
    assert '#tables"' not in html.render(made, {})


def test_a_table_without_columns_is_none():
    made = verdict(gates=(gate(tables=(Table("x", (), (("a",),)),)),))
    assert list(tables.render(made.gates, 9_999)) == []
    assert json.loads(verdict_json.render(made))["gates"][0]["tables"] == [
        {"title": "x", "columns": [], "rows": [["a"]], "strips": []}
    ]


def test_the_rules_own_name_is_not_said_twice():
    named = finding(rule="GHSA-1", aliases=("CVE-1", "GHSA-1"), package="pkg:npm/a@1", blocking=True)
    assert "Known as: CVE-1" in annotations.choose(verdict(named)).items[0].message.splitlines()
    assert "pkg:npm/a@1 · CVE-1\n" in lines(verdict(named))
