"""What goes wrong, through the whole engine: a clear answer, never a pass, and nothing that is left."""

import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from e2e.engine import write
from gates.lighthouse.browser import processes, site, wait_until
from gates.lighthouse.engine_runs import Judged, Place
from lockgate.process import which

HTML = '<!doctype html><html lang="en"><head><title>T</title></head><body><h1>Hello</h1></body></html>\n'
ENDLESS = HTML.replace("</body>", "<script>setTimeout(() => { while (true); }, 50)</script></body>")
RESTLESS = HTML.replace(
    "</body>", "<script>setInterval(() => fetch('/?' + Math.random()), 9)</script></body>"
)
SITE = {"out/index.html": HTML, "package.json": "{}"}


def place(folder: Path, settings: str = "directory: out", files: "dict[str, str] | None" = None) -> Place:
    return Place(folder, {**SITE, **(files or {})}, f"{settings}, timings: never").change(
        {"out/index.html": HTML.replace("Hello", "Hi")}
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short path: Chrome's sockets lie in the folder for temporary files."""
    with TemporaryDirectory(prefix="t-", dir="/tmp") as made:
        yield Path(made)


def only(judged: Judged, pattern: str) -> None:
    (error,) = judged.errors
    assert re.search(pattern, error), error


def test_an_empty_build_folder(folder: Path) -> None:
    there = place(folder)
    (there.path / "out" / "index.html").unlink()
    only(there.fails(), r"^`out` is empty\n  likely cause: the build failed")


def test_a_folder_without_html(folder: Path) -> None:
    there = place(folder).change({"out/app.js": "1;"})
    (there.path / "out" / "index.html").unlink()
    only(there.fails(), r"^`out` has no HTML page")


def test_a_build_folder_that_is_not_there(folder: Path) -> None:
    only(place(folder, "directory: dist").fails(), r"^`dist` is not there\n.*the site has not been built")


MALFORMED = {
    "budget": ("budget-file: b.json", {"b.json": "[{]"}, r"`b\.json`, line 1"),
    "budget-unknown": (
        "budget-file: b.json",
        {"b.json": '[{\n"resourceSizes": [{"resourceType": "scripts", "budget": 1}]}]'},
        r"`b\.json`, line 2: .*did you mean `script`",
    ),
    "assertions": ("assertions-file: rc.json", {"rc.json": "{"}, r"`rc\.json`, line 1"),
    "missing": ("budget-file: b.json", {}, r"budget-file` names `b\.json`, which cannot be read"),
    "page": ("pages: [/abuot/]", {}, r"`/abuot/`, and the site has no such page"),
    "key": ("timing: never", {}, r"timing"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(MALFORMED))
def test_bad_configuration(folder: Path, name: str) -> None:
    settings, files, words = MALFORMED[name]
    judged = place(folder, f"directory: out, {settings}", files).judge()
    assert judged.code == 3, judged.said
    assert re.search(words, " ".join(judged.said.split())), judged.said
    assert "likely cause: " in judged.said
    assert "what to do: " in judged.said


def start(program: str, port: str = "{port}") -> str:
    ready = f"ready: 'http://127.0.0.1:{port}/', start-seconds: 2"
    return f"start: '{sys.executable} -c \"{program}\" {port}', {ready}"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit(7)", r"of `gates\.lighthouse\.start` ended with code 7"),
        ("import time; time.sleep(99)", r"did not answer at `http://127\.0\.0\.1:\d+/` within 2 seconds"),
    ],
)
def test_a_server_that_dies_or_never_answers(folder: Path, program: str, words: str) -> None:
    only(place(folder, start(program)).fails(), words)


def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        only(
            place(folder, start("", port)).fails(),
            rf"something answers at `http://127\.0\.0\.1:{port}/` already",
        )


def test_a_build_that_fails_on_the_base(folder: Path) -> None:
    settings = f"directory: dist, build: ['{sys.executable} build.py']"
    files = {"build.py": "import sys; sys.exit('no such module')", ".gitignore": "dist\n"}
    there = place(folder, settings, files)
    write(there.path, {"dist/index.html": HTML})
    there.change({"build.py": "pass"})
    judged = there.judge()
    assert judged.code == 4
    only(judged, r"^in the base: .* of `gates\.lighthouse\.build` failed with code 1: no such module")


def test_an_address_that_nobody_serves(folder: Path) -> None:
    judged = place(folder, "urls: ['http://127.0.0.1:1023/']").fails()
    only(judged, r"^the page `http://127\.0\.0\.1:1023/`: nothing listens there")


@pytest.mark.full
def test_pages_that_go_in_circles_or_never_come_to_rest(folder: Path) -> None:
    with site() as origin:
        paths = {
            "/circle": "it is redirected in a circle", "/broken": "the server answered with an error",
            "/gone": "the server answered with an error",
            "/busy": "it did not come to rest", "/restless": "it did not come to rest",
        }  # fmt: skip
        urls = ", ".join(f"{origin}{path}" for path in ("/", *paths))
        judged = place(folder, f"urls: [{urls}], most-pages: 9").fails()
    assert f"Page {origin}/" in judged.tables, "the one that can be is judged"
    for error, (path, words) in zip(judged.errors, paths.items(), strict=True):
        assert error.startswith(f"the page `{origin}{path}`: {words}"), error


@pytest.mark.full
def test_a_page_of_the_change_that_never_ends_and_one_that_never_settles(folder: Path) -> None:
    there = place(folder, files={"out/two/index.html": HTML}).change({
        "out/index.html": ENDLESS,
        "out/two/index.html": RESTLESS,
    })  # fmt: skip
    judged = there.judge()
    assert judged.code == 4
    assert [each.splitlines()[0].partition(" (")[0] for each in judged.errors] == [
        "the page `/`: it did not come to rest",
        "the page `/two/`: it did not come to rest",
    ]
    assert there.left() == []


def commands(folder: Path, *programs: str) -> str:
    """Make a folder with these programs alone."""
    folder.mkdir()
    for program in programs:
        found = which(program)
        assert found, program
        (folder / program).symlink_to(Path(found).resolve())
    return str(folder)


@pytest.mark.full
def test_no_chrome_and_no_registry(folder: Path) -> None:
    there = place(folder)
    for each in there.machine.home.glob("*chromium*"):
        each.unlink()
    judged = there.fails(
        PATH=commands(folder / "bin", "git", "node", "npm"),
        npm_config_registry="http://127.0.0.1:1/",
        HTTPS_PROXY="",
        HTTP_PROXY="",
    )
    only(
        judged,
        r"^there is no Chrome: .*\n.*none of these is here: google-chrome-stable, .*\n.*apt-get install",
    )


@pytest.mark.full
def test_a_node_that_is_too_old_and_no_index(folder: Path) -> None:
    there = place(folder)
    for each in there.machine.home.glob("env-*"):
        each.unlink()
    old = Path(commands(folder / "bin", "git")) / "node"
    old.write_text("#!/bin/sh\necho v18.20.0\n")
    old.chmod(0o755)
    judged = there.fails(
        PATH=str(old.parent), PIP_INDEX_URL="http://127.0.0.1:1/simple", UV_INDEX_URL="http://127.0.0.1:1/"
    )
    only(
        judged,
        r"^there is no node from 22\.19 with npm: could not install .*\n.*this machine has node 18\.20\.0,",
    )


@pytest.mark.full
@pytest.mark.parametrize("words", ["--type=renderer", "--user-data-dir"])
def test_a_chrome_that_is_killed_again_and_again(folder: Path, words: str) -> None:
    there = place(folder)
    mark = str(there.machine.temp)
    stop = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        while not stop.wait(0.05):
            found = processes(mark)
            if any("--type=renderer" in line for line in found.values()):
                for pid in [pid for pid, line in found.items() if words in line]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        judged = there.fails()
    finally:
        stop.set()
        killer.join()
    assert len(killed) >= 2, "the second try, too"
    only(judged, r"^(in the base: )?the page `/`: Chrome (crashed on it|could not be started)")


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.full)])
def test_an_engine_that_ends_leaves_nothing(folder: Path, number: signal.Signals) -> None:
    there = place(folder).change({
        "out/index.html": ENDLESS
    })  # fmt: skip
    mark = str(there.machine.temp)
    child = there.machine.popen(*there.argv())
    assert wait_until(lambda: any("--type=renderer" in line for line in processes(mark).values()), 60)
    child.send_signal(number)
    assert child.wait(30) != 0
    assert wait_until(lambda: not processes(mark) and not there.machine.processes())
    if number == signal.SIGTERM:
        assert not list(there.machine.temp.iterdir())
    assert not list(there.machine.temp.glob("**/Default")), "no profile"
