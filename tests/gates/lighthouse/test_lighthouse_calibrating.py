"""The mode `calibrate`: a site against itself, in turns."""

from pathlib import Path

import pytest

from gates.lighthouse.judged_site import IMAGE, SITE, Project, html, told
from lockgate.gates.lighthouse.calibrating import ROUNDS


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, {**SITE, "out/index.html": html("<p>before</p>")}).change({
        "out/index.html": html(f"<p>after</p>{IMAGE}"), "out/new/index.html": html(),
    })  # fmt: skip


def test_the_base_is_compared_with_itself_and_nothing_is_judged(project: Project) -> None:
    output = project.judge(mode="calibrate")
    assert project.chrome.paths == ["/"] * 2 * ROUNDS
    assert not any("after" in text for _, text in project.chrome.loaded)
    assert (output.findings, output.counts) == ((), {"pages": 1})
    (table,) = output.tables
    assert table.title == "What this machine sees of /, base against itself, 20 runs"
    assert table.rows[0][0] == "First Contentful Paint"
    assert project.told == [1]
    assert {tool.name for tool in output.tools} == {"chrome"}
    assert len(output.documents) == 2 * ROUNDS
    assert told(output, "warning") == ["`mode: calibrate` judges nothing: it tells what this machine can see"]
    (summary,) = told(output, "note")
    assert summary.startswith("`/` beside itself: 0.0% false alarms; seen in 80 % of cases: First Contentful")


def test_without_a_base_the_head_is(project: Project) -> None:
    project.judge(mode="calibrate", base="")
    assert all("after" in text for _, text in project.chrome.loaded)


def test_as_many_pages_as_are_timed_and_none_that_is_new(project: Project) -> None:
    output = project.judge(mode="calibrate", timed_pages=9)
    assert [table.title.partition(",")[0] for table in output.tables] == [
        "What this machine sees of /",
        "What this machine sees of /about/",
    ]


def test_a_page_that_cannot_be_measured_is_an_error(tmp_path: Path) -> None:
    project = Project(tmp_path, {**SITE, "out/index.html": html("<p data-fails></p>")})
    output = project.change({"out/app.js": "2"}).judge(mode="calibrate")
    assert [each.splitlines()[0] for each in told(output, "error")] == [
        "in the base: the page `/`: it did not come to rest"
    ]
