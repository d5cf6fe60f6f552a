"""Which pages are timed, in which order, and what a page that is slower or unclear does."""

from pathlib import Path
from random import Random

import pytest

from gates.lighthouse.judged_site import SITE, Chrome, Project, fresh, html, told
from lockgate.config.lighthouse import Growth, MinimumEffect, PageBudget
from lockgate.finding import Severity

SLOW = '<p data-fcp="1900">slow</p>'
BLOCK = '<script src="/blocks.js"></script>'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def sides(chrome: Chrome, path: str, new: str) -> str:
    """Write the order of a page's runs, `h` where the HTML is the change's."""
    return "".join("h" if new in text else "b" for page, text in chrome.loaded if page == path)


def test_a_page_that_is_slower_blocks_and_is_shown(project: Project) -> None:
    project.change({"out/index.html": html(SLOW)})
    output = project.judge(timings="compare")
    assert fresh(output) == [("slower", "out/index.html", 0)]
    (finding,) = output.findings
    assert finding.message.startswith("`/` is slower than in the base: First Contentful Paint")
    assert "over 5 runs of each in turns" in finding.message
    assert sides(project.chrome, "/", "slow") == "bhhbbhhbbh", "base and head in turns, ABBA"
    (table,) = [each for each in output.tables if each.strips]
    assert table.title.startswith("Time of /: base and head in turns, 5 runs of each")
    ((name, *_, runs, answer),) = [row for row in table.rows if row[0] == "First Contentful Paint"]
    assert (runs, answer) == ("5", "fail")
    (strip,) = [each for each in table.strips if each.title == name]
    assert (len(strip.base), len(strip.head)) == (5, 5)
    assert min(strip.head) > max(strip.base)


def test_it_is_shown_at_what_may_be_the_cause(project: Project) -> None:
    project.change({"out/index.html": html(SLOW, f"\n{BLOCK}"), "out/blocks.js": "1;"})
    output = project.judge(timings="compare")
    assert sorted(fresh(output)) == [("blocking-added", "out/index.html", 2), ("slower", "out/index.html", 2)]


def test_a_file_that_grew_by_what_is_allowed_is_not_taken_for_the_cause(project: Project) -> None:
    project.change({
        "out/app.js": f"{SITE['out/app.js']} // {Random(7).randbytes(10_000).hex()}\n",
        "out/blocks.js": "1;",
        "out/index.html": html(SLOW, f"\n{BLOCK}"),
    })  # fmt: skip
    output = project.judge(timings="compare", growth=Growth(script="1 MB"))
    assert "grew" in {each.rule for each in output.findings}
    assert ("slower", "out/index.html", 2) in fresh(output)


def test_ten_runs_where_five_do_not_tell(project: Project) -> None:
    project.change({"out/index.html": html('<p data-fcp="1100">slow</p>')})
    project.chrome.noise = lambda number: 40.0 * (number * 3 % 5)
    output = project.judge(timings="compare")
    assert sides(project.chrome, "/", "slow") == "bhhb" * 5, "the second look goes on where the first ended"
    assert any("10 runs of each" in table.title for table in output.tables)


def test_the_same_times_pass(project: Project) -> None:
    project.change({"out/index.html": html('<p data-fcp="1000">as fast</p>')})
    output = project.judge(timings="compare")
    assert fresh(output) == []
    assert told(output, "note") == []
    assert len(project.chrome.paths) == 10 + 1, "and the other page once"


def unclear(project: Project, **keys: object) -> tuple[object, Project]:
    project.change({"out/index.html": html('<p data-fcp="1300">x</p>')})
    project.chrome.noise = lambda number: 997.0 * (number * 7 % 11)
    return project.judge(timings="compare", **keys), project


def test_runs_that_do_not_tell_are_a_note(project: Project) -> None:
    output, _ = unclear(project)
    assert fresh(output) == []
    (note,) = told(output, "note")
    assert note.startswith("nobody can say whether `/` has become slower: First Contentful Paint: the runs")


def test_and_block_where_that_is_wanted(project: Project) -> None:
    output, _ = unclear(project, inconclusive="block")
    assert [rule for rule, *_ in fresh(output)] == ["inconclusive"]
    assert output.findings[0].severity is Severity.HIGH
    assert told(output, "error") == []


def test_a_machine_that_is_too_slow_is_believed_nothing(project: Project) -> None:
    project.chrome.benchmark = 100.0
    project.change({"out/index.html": html(SLOW)})
    output = project.judge(timings="compare")
    assert fresh(output) == []
    (note,) = told(output, "note")
    assert "the machine is too slow" in note


def test_a_smaller_effect_can_be_asked_for(project: Project) -> None:
    project.change({"out/index.html": html('<p data-fcp="1020">slow</p>')})
    assert fresh(project.judge(timings="compare")) == []
    least = MinimumEffect(percent=0.1, ms=5.0)
    output = project.judge(timings="compare", minimum_effect=least)
    assert [rule for rule, *_ in fresh(output)] == ["slower"]


MANY = {f"out/p{number}/index.html": html(f"<p>{number}</p>") for number in range(3)}


@pytest.mark.parametrize(("most", "timed"), [(0, 0), (1, 1), (2, 2), (9, 2)])
def test_so_many_pages_are_timed_and_none_that_is_new_or_the_bases(
    tmp_path: Path, most: int, timed: int
) -> None:
    project = Project(tmp_path, {**SITE, **MANY})
    project.change({
        "out/index.html": html("<p>changed</p>"),
        "out/p2/index.html": html("<p>changed</p>"),
        "out/new/index.html": html("<p>changed</p>"),
    })  # fmt: skip
    project.judge(timings="compare", timed_pages=most, most_pages=9)
    paths = project.chrome.paths
    often = {path for path in paths if paths.count(path) >= 10}
    assert often <= {"/", "/p2/"}
    assert len(often) == timed
    assert paths.count("/new/") == 1, "the base lacks it"
    assert paths.count("/p0/") == 1, "it is the base's, and not run twice"


def test_pages_with_budgets_for_time_fill_what_is_left(project: Project) -> None:
    project.change({"out/index.html": html("<p>changed</p>")})
    asked = {"timings": "compare", "budgets": {"*": PageBudget(fcp="9 s")}}
    project.judge(**asked, timed_pages=2)
    assert project.chrome.paths.count("/") == 10
    assert project.chrome.paths.count("/about/") == 5
    project.chrome.loaded.clear()
    project.judge(**asked, timed_pages=1)
    assert project.chrome.paths == [*["/"] * 10, "/about/"]


def test_a_budget_for_time_that_is_not_taken_says_nothing(project: Project) -> None:
    project.change({"out/index.html": html("<p>changed</p>")})
    output = project.judge(timings="never", budgets={"/": PageBudget(fcp="1 ms")})
    assert (output.findings, told(output, "error")) == ((), [])
    assert "1 ms" not in str(output.tables)
