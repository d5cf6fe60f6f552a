"""What a finding knows of a component is told wherever the finding is shown, and so are a gate's tables."""

import io
import json
import re

import pytest
from rich.console import Console

from lockgate.finding import Related
from lockgate.reports import annotations, html, summary, tables, terminal, verdict_json
from lockgate.reports.explanation import render as explain
from lockgate.verdict import Table
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
    assert "<details><summary>sbom: What changed: 2</summary>" in text
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
