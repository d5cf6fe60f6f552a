"""What of a run is kept between runs, and the files that the report gets."""

import gzip
import os
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from gates.lighthouse.judged_site import Chrome, Project, html, told
from lockgate.cache import Cache
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.measuring import Measuring, Opener
from lockgate.gates.lighthouse.model import Build, Page, Site
from lockgate.gates.lighthouse.serving import BothSides, Served
from lockgate.gates.lighthouse.sites.pages import Choice
from lockgate.gates.lighthouse.sites.static import serve

NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,59}/){3}(?:base|head)-[0-9]{1,2}\.json\.gz")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).change({"out/index.html": html("<p>changed</p>")})


def test_a_build_that_was_measured_is_not_measured_again(project: Project) -> None:
    first = project.judge()
    loaded = len(project.chrome.loaded)
    again = project.judge()
    assert loaded == 3
    assert len(project.chrome.loaded) == loaded
    assert again == first, "with the same documents, tools and tables"
    assert again.documents


@pytest.mark.parametrize("what", ["settings", "chrome", "bytes", "fallback"])
def test_another_run_is_one_more(project: Project, what: str) -> None:
    project.judge()
    keys: dict[str, object] = {}
    if what == "settings":
        keys["form_factor"] = "desktop"
    elif what == "chrome":
        project.chrome.chrome = "151.0"
    elif what == "fallback":
        keys["fallback"] = "about/index.html"
    else:
        project.change({"out/other.txt": "it may be fetched by a script"})
    project.chrome.loaded.clear()
    project.judge(base="", **keys)
    assert sorted(project.chrome.paths) == ["/", "/about/"]


def test_what_others_send_is_never_taken_for_known(project: Project) -> None:
    for _ in range(2):
        project.chrome.loaded.clear()
        project.judge(third_parties=("cdn.example.com",))
        assert len(project.chrome.loaded) == 3


def test_a_spoiled_cache_is_a_miss(project: Project) -> None:
    project.judge()
    loaded = len(project.chrome.loaded)
    project.cache.put(dict.fromkeys(project.cache.everything(), b"\xc1 no message"))
    assert told(project.judge(), "error") == []
    assert len(project.chrome.loaded) == 2 * loaded


def test_the_report_gets_the_results(project: Project) -> None:
    output = project.judge()
    assert sorted(output.documents) == [
        "lighthouse/out/1/base-1.json.gz",
        "lighthouse/out/1/head-1.json.gz",
        "lighthouse/out/2-about/head-1.json.gz",
    ]
    assert {gzip.decompress(each) for each in output.documents.values()} == {project.chrome.lhr}


def test_each_run_of_a_timing_is_kept(project: Project) -> None:
    documents = project.judge(timings="compare").documents
    assert len([name for name in documents if name.startswith("lighthouse/out/1/")]) == 10
    assert "lighthouse/out/1/base-5.json.gz" in documents


def test_at_most_ten_megabytes_are_kept(project: Project) -> None:
    project.chrome.lhr = os.urandom(4_000_000)
    assert len(project.judge().documents) == 2


HOSTILE = (
    "/../../etc/passwd", "/a/../../b", "/-rf", "/.ssh", "/" + "x" * 5_000, "/%2e%2e/", "/caf\udce9",
    "/\n::error::x", "/C:\\con", "/", "//", "/日本/", "/a\0b", "https://user.example/<script>",
)  # fmt: skip


def measuring(stack: ExitStack, folder: Path, pages: tuple[Page, ...], site: str) -> Measuring:
    folder.joinpath("index.html").write_text(html())
    folder.joinpath("app.js").write_text("")
    origin = stack.enter_context(serve(Build(folder, "1", ("app.js", "index.html"))))
    chrome = Chrome()
    chrome.run = lambda url, page: Chrome.run(chrome, f"{origin}/", page)
    sides = BothSides(Site("plain", site, "", "x"), Choice(pages), Served(origin))
    opener = Opener(stack, folder, Settings(), chrome.start)
    return Measuring(sides, opener, Cache(None))


@pytest.mark.parametrize("site", ["", "..", "../..", "/etc", "-", "日本", "a" * 300, "caf\udce9", "out/x"])
def test_no_name_of_a_stranger_leads_anywhere(tmp_path: Path, site: str) -> None:
    pages = tuple(map(Page, HOSTILE))
    with ExitStack() as stack:
        it = measuring(stack, tmp_path, pages, site)
        for page in pages:
            it.exact("head", page)
            it.fresh("head", page)
    assert len(it.documents) == 2 * len(pages), "each has a name of its own"
    assert all(map(NAME.fullmatch, it.documents))


def test_a_page_without_a_known_build_is_always_run(tmp_path: Path) -> None:
    with ExitStack() as stack:
        it = measuring(stack, tmp_path, (Page("/"),), "")
        it.exact("head", Page("/"))
        it.exact("head", Page("/"))
    assert it.cache.everything() == {}
    assert len(it.documents) == 2


def test_the_browser_is_opened_once_and_only_when_it_is_needed(tmp_path: Path) -> None:
    chrome = Chrome()
    with ExitStack() as stack:
        opener = Opener(stack, tmp_path, Settings(), chrome.start)
        assert (chrome.opened, opener.notes) == (0, ())
        assert opener() is opener()
        assert chrome.opened == 1
    assert chrome.opened == 0


def test_what_people_should_know_of_the_browser_is_told(tmp_path: Path) -> None:
    project = Project(tmp_path).change({"out/index.html": html("<p>changed</p>")})
    project.chrome.notes = ("Chrome runs without its sandbox",)
    assert told(project.judge(), "note") == ["Chrome runs without its sandbox"]
