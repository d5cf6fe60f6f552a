"""Both sides while they are served: what answers where, what is the same, what the base lacks."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from gates.lighthouse.judged_site import SITE, Project, fetched, html
from lockgate.errors import ConfigurationError, ToolError
from lockgate.gates.lighthouse.serving import BothSides, Served, served
from lockgate.gates.lighthouse.sites.both_sides import Checkout
from lockgate.gates.lighthouse.sites.find import find_in, own

SERVER = """import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="out")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
"""
START = {"directory": "", "start": f"{sys.executable} serve.py {{port}}", "ready": "http://127.0.0.1:{port}/"}


@contextmanager
def sides(project: Project, **keys: object) -> Iterator[BothSides]:
    task = project.task(**keys)
    beside = task.tree.beside
    assert beside
    (site,) = find_in(task.tree, task.configuration).sites
    workspace = project.folder / "workspace"
    workspace.mkdir()
    checkout = Checkout(project.checkout.root, "", task.home, workspace, 60.0, beside.git, beside.commit)
    with served(site, checkout, own(task.configuration)) as both:
        yield both


def base_of(both: BothSides) -> Served:
    assert both.base
    return both.base


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, {**SITE, "serve.py": SERVER})


def test_both_builds_are_served_and_then_no_more(project: Project) -> None:
    project.change({"out/index.html": html("new"), "out/new/index.html": html(), "out/app.js": None})
    with sides(project) as both:
        assert "new" in fetched(f"{both.head.origin}/")
        assert "new" not in fetched(f"{base_of(both).origin}/")
        assert both.lacking == {"/new/"}
        assert both.same == frozenset(), "a script is not the base's"
        assert [page.path for page in both.choice.pages] == ["/new/", "/", "/about/"]
    for side in (both.head, base_of(both)):
        with pytest.raises(requests.ConnectionError):
            requests.get(side.origin, timeout=5)


def test_a_page_is_the_bases_where_nothing_but_other_pages_differs(project: Project) -> None:
    project.change({"out/index.html": html("new"), "README.md": "x"})
    with sides(project) as both:
        assert both.same == {"/about/"}


def test_without_a_base_there_is_one_side(project: Project) -> None:
    with sides(project, base="") as both:
        assert (both.base, both.unknown, both.same, both.lacking) == (None, "", frozenset(), frozenset())


def test_a_fallback_that_the_base_lacks_answers_in_the_head_alone(project: Project) -> None:
    project.change({"out/app.html": html("fallback")})
    with sides(project, fallback="app.html", pages=("/", "/cart")) as both:
        assert "fallback" in fetched(f"{both.head.origin}/cart")
        assert requests.get(f"{base_of(both).origin}/cart", timeout=5).status_code == 404
        assert (both.head.fallback, base_of(both).fallback) == ("app.html", "")
        assert both.lacking == {"/cart"}


def test_a_page_that_the_fallback_answers_on_both_sides_is_compared(project: Project) -> None:
    project.change({"out/index.html": html("new")})
    with sides(project, fallback="index.html", pages=("/", "/cart")) as both:
        assert [page.path for page in both.choice.pages] == ["/", "/cart"]
        assert (both.lacking, both.same) == (frozenset(), frozenset())


def test_a_program_serves_both_and_is_asked_what_the_base_lacks(project: Project) -> None:
    project.change({"out/index.html": html("new"), "out/new/index.html": html()})
    with sides(project, **START, pages=("/", "/new/")) as both:
        assert "new" in fetched(f"{both.head.origin}/")
        assert "new" not in fetched(f"{base_of(both).origin}/")
        assert both.lacking == {"/new/"}
    with pytest.raises(requests.ConnectionError):
        requests.get(both.head.origin, timeout=5)


def test_a_program_with_one_port_is_not_compared(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    project.change({"out/index.html": html("new")})
    keys = {name: value.replace("{port}", port) for name, value in START.items()}
    with sides(project, **keys) as both:
        assert "new" in fetched(f"{both.head.origin}/")
        assert both.base is None
        assert both.unknown.startswith("head and base cannot use one port at once")


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (
            {"directory": "dist"},
            r"^in the base: .* of `gates\.lighthouse\.build` failed with code 1: .*FATAL",
        ),
        (START, r"^in the base: .* of `gates\.lighthouse\.build` failed with code 1: .*FATAL"),
    ],
)
def test_a_build_that_fails_on_the_base_alone_says_so(
    tmp_path: Path, keys: dict[str, object], what: str
) -> None:
    fails = "import sys; sys.exit('FATAL')"
    project = Project(tmp_path, {"build.py": fails, "serve.py": SERVER, "package.json": "{}"})
    project.checkout.write("dist/index.html", html())
    project.checkout.write(".gitignore", "dist\n")
    project.change({"build.py": "pass"})
    with pytest.raises(ToolError, match=what), sides(project, build=(f"{sys.executable} build.py",), **keys):
        pass


def test_a_program_that_fails_on_the_base_alone_says_so(project: Project) -> None:
    project.change({"serve.py": "raise SystemExit('FATAL')"}).change({"serve.py": SERVER})
    with (
        pytest.raises(
            ToolError, match=r"^in the base: .*`gates\.lighthouse\.start` ended with code 1: FATAL"
        ),
        sides(project, **START),
    ):
        pass


def test_a_fallback_that_the_head_lacks_is_bad_configuration(project: Project) -> None:
    project.change({"out/index.html": html("new")})
    said = pytest.raises(ConfigurationError, match=r"`gates\.lighthouse\.fallback` names `app\.html`")
    with said, sides(project, fallback="app.html"):
        pass
