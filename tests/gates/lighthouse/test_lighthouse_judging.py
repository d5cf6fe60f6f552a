"""The gate as a whole, with a double of the browser: what it looks at, what blocks, what it says."""

from pathlib import Path
from random import Random

import pytest

from gates.lighthouse.judged_site import IMAGE, SITE, THIRD, Project, fresh, html, told
from lockgate.config.lighthouse import Growth, PageBudget
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Build
from lockgate.gates.lighthouse.sites.static import serve
from lockgate.share import Share

LARGE = f"console.log(1);\n// {Random(7).randbytes(10_000).hex()}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_what_a_change_adds_to_pages_blocks_where_it_stands(project: Project) -> None:
    project.change({
        "out/index.html": html(f"<p>\n{IMAGE}\n</p>", THIRD),
        "out/about/index.html": html("<p>About</p>", '<script src="/blocks.js"></script>'),
        "out/blocks.js": "1;",
    })  # fmt: skip
    output = project.judge()
    assert sorted(fresh(output)) == [
        ("blocking-added", "out/about/index.html", 1),
        ("image-alt", "out/index.html", 4),
        ("third-party-added", "out/index.html", 1),
    ]
    assert told(output, "error") == []
    assert output.counts == {"files": 5, "pages": 2}
    assert {tool.name for tool in output.tools} == {"chrome", "lockgate"}
    assert {rule.id for rule in output.rules} >= {"blocking-added", "image-alt", "third-party-added"}
    assert project.told == [1, 1]
    assert project.chrome.opened == 0, "it has ended"


def test_what_the_base_has_does_not_block(tmp_path: Path) -> None:
    project = Project(tmp_path, {**SITE, "out/index.html": html(IMAGE, THIRD)})
    output = project.change({"out/index.html": html(f"<p>More</p>{IMAGE}", THIRD)}).judge()
    assert {each.rule for each in output.findings} == {"image-alt", "third-party-added"}
    assert fresh(output) == []


def test_what_is_mended_is_credited(tmp_path: Path) -> None:
    project = Project(tmp_path, {**SITE, "out/index.html": html(IMAGE)})
    output = project.change({"out/index.html": html()}).judge()
    assert output.findings == ()
    assert [each.rule for each in output.gone] == ["image-alt"]


def test_without_a_base_all_of_it_counts(tmp_path: Path) -> None:
    output = Project(tmp_path, {**SITE, "out/index.html": html(IMAGE)}).judge(base="")
    assert fresh(output) == [("image-alt", "out/index.html", 3)]


def test_addresses_without_a_base_count_too(tmp_path: Path) -> None:
    project = Project(tmp_path)
    page = tmp_path / "page.html"
    page.write_text(html(IMAGE).replace('<script src="/app.js"></script>', ""))
    build = Build(tmp_path, "", ("page.html",))
    with serve(build) as origin:
        for base, number in (("", 1), ("HEAD~1", 0)):
            project.change({"README.md": base})
            output = project.judge(base=base, directory="", urls=(f"{origin}/page.html",))
            assert len(fresh(output)) == number
            assert len(told(output, "warning")) == 1 - number


def test_a_page_that_is_the_bases_is_loaded_once(project: Project) -> None:
    project.change({"out/about/index.html": html("<p>About us</p>")}).judge()
    assert sorted(project.chrome.paths) == ["/", "/about/", "/about/"]
    project.chrome.loaded.clear()
    project.change({"out/app.js": "console.log(2);\n"}).judge()
    assert sorted(project.chrome.paths) == ["/", "/about/"], "the base's are known from before"


def test_a_script_that_grew_is_told_with_its_file(project: Project) -> None:
    output = project.change({"out/app.js": LARGE}).judge(growth=Growth(script="10 B"))
    assert ("grew", "out/app.js") in [(rule, path) for rule, path, _ in fresh(output)]


def test_a_page_that_cannot_be_measured_leaves_the_others_judged(project: Project) -> None:
    project.change({
        "out/about/index.html": html("<p data-fails></p>"), "out/index.html": html(IMAGE),
    })  # fmt: skip
    output = project.judge()
    assert [each.splitlines()[0] for each in told(output, "error")] == [
        "the page `/about/`: it did not come to rest"
    ]
    assert fresh(output) == [("image-alt", "out/index.html", 3)]
    assert output.counts["pages"] == 1
    assert project.told == [1, 1]


def test_a_base_that_cannot_be_measured_is_named(tmp_path: Path) -> None:
    project = Project(tmp_path, {**SITE, "out/index.html": html("<p data-fails></p>")})
    output = project.change({"out/index.html": html()}).judge()
    assert [each.splitlines()[0] for each in told(output, "error")] == [
        "in the base: the page `/`: it did not come to rest"
    ]


def test_no_chrome_is_said_once_and_tried_once(project: Project) -> None:
    project.chrome.missing = True
    output = project.change({"out/app.js": LARGE}).judge(growth=Growth(script="10 B"))
    assert [each.splitlines()[0] for each in told(output, "error")] == ["there is no Chrome"]
    assert len(project.chrome.asked) == 1
    assert [rule for rule, *_ in fresh(output)] == ["grew"], "what needs none is judged"


def test_a_site_without_a_page_is_no_success(project: Project) -> None:
    project.change({"out/index.html": None, "out/about/index.html": None, "out/404.html": html()})
    (told_,) = told(project.judge(), "error")
    assert told_.startswith("`out` has no page that a visitor goes to")
    assert "what to do: " in told_
    assert project.chrome.loaded == []


def test_only_the_job_that_judges_does_it(project: Project) -> None:
    project.change({"out/index.html": html(IMAGE)})
    output = project.judge(share=Share(2, 3))
    assert (output.findings, output.counts, project.chrome.asked) == ((), {}, [])


def test_a_site_that_the_change_does_not_touch_is_left_alone(project: Project) -> None:
    project.change({"README.md": "x"})
    project.judge()
    assert project.chrome.paths, "its root is the whole repository here"
    apart = Project(project.folder / "apart", {f"web/{name}": text for name, text in SITE.items()})
    apart.change({"README.md": "x"})
    assert apart.judge(directory="web/out").counts == {}
    assert apart.chrome.asked == []


def test_a_budget_blocks_and_not_where_the_base_breaks_it_too(project: Project) -> None:
    project.change({"out/app.js": LARGE})
    output = project.judge(budgets={"/": PageBudget(script="10 KB")}, growth=Growth(script="1 MB"))
    assert [rule for rule, *_ in fresh(output)] == ["over-budget"]
    output = project.judge(budgets={"/": PageBudget(script="1 B")}, growth=Growth(script="1 MB"))
    assert "over-budget" in {each.rule for each in output.findings}
    assert fresh(output) == []


@pytest.mark.parametrize(("timings", "runs"), [("budgets", 5), ("compare", 5), ("never", 1)])
def test_budgets_for_time_take_runs(tmp_path: Path, timings: str, runs: int) -> None:
    project = Project(tmp_path).change({"out/index.html": html("<p>x</p>")})
    budgets = {"/": PageBudget(fcp="900 ms")}
    output = project.judge(base="", timings=timings, pages=("/",), budgets=budgets)
    assert len(project.chrome.paths) == runs
    assert [rule for rule, *_ in fresh(output)] == (["over-budget"] if runs > 1 else [])


def test_a_time_over_its_budget_in_the_base_too_does_not_block(tmp_path: Path) -> None:
    project = Project(tmp_path).change({"out/index.html": html("<p>x</p>")})
    asked = {"timings": "budgets", "pages": ("/",)}
    output = project.judge(**asked, budgets={"/": PageBudget(fcp="900 ms")})
    assert [each.rule for each in output.findings] == ["over-budget"]
    assert fresh(output) == []
    assert len(project.chrome.paths) == 10
    project.chrome.loaded.clear()
    assert project.judge(**asked, budgets={"/": PageBudget(fcp="2 s")}).findings == ()
    assert len(project.chrome.paths) == 6, "one of the base's is enough where the budget is kept"


UNKNOWN = {"package.json": '{"devDependencies": {"vite": "1"}}', "index.html": html(), ".gitignore": "dist\n"}


def test_where_the_bases_build_is_unknown_budgets_alone_block(tmp_path: Path) -> None:
    project = Project(tmp_path, UNKNOWN)
    for name in ("index.html", "app.js"):
        project.checkout.write(f"dist/{name}", {**SITE, "out/index.html": html(IMAGE, THIRD)}[f"out/{name}"])
    project.change({"README.md": "x"})
    output = project.judge(directory="dist", timings="compare", budgets={"*": PageBudget(script="1 B")})
    assert {each.rule for each in output.findings} == {"image-alt", "over-budget", "third-party-added"}
    assert [rule for rule, *_ in fresh(output)] == ["over-budget"]
    (warning,) = told(output, "warning")
    assert warning.startswith("`dist` is not compared with the base, so that budgets alone block: nothing")
    assert project.chrome.paths == ["/"]


def test_pages_that_are_left_out_are_told(project: Project) -> None:
    project.change({"out/index.html": html("x"), "out/about/index.html": html("y")})
    output = project.judge(most_pages=1)
    assert told(output, "note") == ["`out` has 1 more page than are judged: `most-pages` is 1"]
    assert output.counts["pages"] == 1


def test_budgets_are_the_bases(tmp_path: Path) -> None:
    strict = '[{"resourceSizes": [{"resourceType": "script", "budget": 0}]}]'
    project = Project(tmp_path, {**SITE, "budget.json": strict})
    project.change({"budget.json": "[]", "out/index.html": html("<p>x</p>")})
    output = project.judge(budget_file="budget.json")
    assert [(each.rule, each.path) for each in output.findings][:1] == [("over-budget", "budget.json")]


def test_a_malformed_budget_ends_the_run_before_any_page(tmp_path: Path) -> None:
    project = Project(tmp_path, {**SITE, "budget.json": "[{]"}).change({"out/index.html": html("<p>x</p>")})
    with pytest.raises(ConfigurationError, match=r"`budget\.json`, line 1"):
        project.judge(budget_file="budget.json")
    assert project.chrome.asked == []


def test_an_assertion_about_no_audit_leaves_the_gate_incomplete(tmp_path: Path) -> None:
    asserts = '{"ci": {"assert": {"assertions":\n{"unused-javscript": "error"}}}}'
    project = Project(tmp_path, {**SITE, "lighthouserc.json": asserts})
    output = project.change({"out/index.html": html("<p>x</p>")}).judge(assertions_file="lighthouserc.json")
    (error,) = told(output, "error")
    assert error.startswith("`lighthouserc.json`, line 2: `unused-javscript`: Lighthouse 13 has no audit")
    assert "did you mean `unused-javascript`?" in error


def test_two_sites_are_judged_with_one_browser(tmp_path: Path) -> None:
    files = {f"{app}/{name}": text for app in ("a-b", "a/b") for name, text in SITE.items()}
    made = {f"{app}/package.json": '{"devDependencies": {"vite": "1"}}' for app in ("a-b", "a/b")}
    renamed = {name.replace("/out/", "/dist/"): text for name, text in {**files, **made}.items()}
    project = Project(tmp_path, renamed)
    project.change({"a-b/dist/index.html": html(IMAGE), "a/b/dist/index.html": html(THIRD)})
    output = project.judge(directory="")
    assert sorted((rule, path) for rule, path, _ in fresh(output)) == [
        ("image-alt", "a-b/dist/index.html"),
        ("third-party-added", "a/b/dist/index.html"),
    ]
    assert len(project.chrome.asked) == 1
    assert len([name for name in output.documents if "/head-" in name]) == 4, "none takes another's name"
    assert output.counts["pages"] == 4


def test_each_page_that_differs_has_a_table(project: Project) -> None:
    output = project.change({"out/index.html": html(IMAGE)}).judge()
    titles = [table.title for table in output.tables]
    assert [title.partition(" (")[0] for title in titles if title.startswith("Page ")] == [
        "Page /",
    ]
