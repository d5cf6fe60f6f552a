"""Pages in the real Chrome of this machine, and what is left of it when somebody is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gates.lighthouse.browser import processes, site, visitors, wait_until
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers.chrome import NAMES, find
from lockgate.gates.lighthouse.browsers.driving import LEAST_NODE, SET, open_browser
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.metrics import METRICS
from lockgate.gates.lighthouse.model import Page
from lockgate.host import host
from lockgate.process import which
from lockgate.toolset import install_node_set

ROOT = Path(__file__).parents[3]
ENGINE = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from lockgate.gates.lighthouse.browsers.driving import open_browser
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.model import Page
from lockgate.process import end_with_signals
end_with_signals()
with open_browser(Path(sys.argv[1]), Settings()) as browser:
    browser.run(sys.argv[2], Page("/"))
"""


@pytest.fixture(scope="module")
def pages():
    with site() as address:
        yield address


@pytest.fixture
def temp(monkeypatch):
    """Let profiles lie in a folder of this test, which tells its processes; a short one, for sockets."""
    with TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Give a folder with the tools of this machine's, in which no other run takes turns."""
    if not any(map(which, NAMES)):
        pytest.skip(f"none of {', '.join(NAMES)} is on this machine's PATH")
    folder = tmp_path_factory.mktemp("home")
    real = host(os.environ).home
    install_node_set(SET, real, LEAST_NODE)
    for place in real.iterdir():
        if place.name.startswith(("chromium-", "env-", "node-")):
            (folder / place.name).symlink_to(place)
    return folder


def is_clean(folder):
    return not processes(str(folder)) and not list(folder.iterdir())


def test_one_run_tells_all_that_is_exact(pages, home, temp):
    with open_browser(home, Settings()) as browser:
        got = browser.run(f"{pages}/full", Page("/full"))
        assert browser.lhr.startswith(b'{"lighthouseVersion":"13.5.0"')
    assert wait_until(lambda: is_clean(temp))
    by_url = {request.url: request for request in got.requests}
    assert [url for url, each in by_url.items() if each.blocking] == [
        "/one.css", "/block.js", "https://stats.example/a.js",
    ]  # fmt: skip
    assert {request.host for request in got.requests} == {"", "stats.example", "192.0.2.7"}
    assert by_url["https://stats.example/a.js"].status < 0
    assert by_url["/missing.png"].status == 404
    assert "/icon.svg" not in by_url
    assert {name: got.values[name] for name in ("requests.total", "requests.script", "third-parties")} == {
        "requests.total": 14, "requests.script": 6, "third-parties": 2,
    }  # fmt: skip
    assert 0 < by_url["/block.js"].unused < by_url["/block.js"].size
    assert [each.rule for each in got.violations] == ["image-alt"]
    assert "/one.svg" in got.violations[0].snippet
    assert {"fcp", "lcp", "tbt", "cls", "inp", "dom"} <= set(got.values)
    assert "si" not in got.values
    assert got.benchmark > 0
    assert [tool.name for tool in browser.tools] == ["chrome", "lighthouse", "node"]


def engine(address, home, temp):
    """Start an engine that measures a page, and wait until Chrome is at it."""
    argv = [sys.executable, "-c", ENGINE, str(home), address]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "TMPDIR": str(temp)}
    child = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE)
    assert wait_until(lambda: any("--type=renderer" in line for line in processes(str(temp)).values()), 60)
    return child


@pytest.mark.parametrize(
    ("number", "left"), [(signal.SIGTERM, 0), (signal.SIGKILL, 1)], ids=["told-to-end", "killed"]
)
def test_no_chrome_and_no_profile_outlive_the_engine(pages, home, temp, number, left):
    child = engine(f"{pages}/busy", home, temp)
    child.send_signal(number)
    child.wait(30)
    child.stderr.close()
    assert wait_until(lambda: not processes(str(temp)))
    assert wait_until(lambda: len(list(temp.rglob("*"))) <= left), "but the killed engine's own empty folder"


def when_visited(kill):
    """Start a thread that kills something as soon as Chrome has asked for the page `/`, once."""
    before = visitors("/")
    thread = threading.Thread(target=lambda: wait_until(lambda: visitors("/") > before, 60) and kill())
    thread.start()
    return thread


@pytest.mark.full
@pytest.mark.parametrize("words", ["--type=renderer", "--user-data-dir"])
def test_a_crash_is_tried_once_more(pages, home, temp, words):
    def kill():
        for pid, line in processes(str(temp)).items():
            if words in line:
                os.kill(pid, signal.SIGKILL)

    before = visitors("/")
    with open_browser(home, Settings()) as browser:
        thread = when_visited(kill)
        assert browser.run(f"{pages}/", Page("/"), seconds=30).values["requests.total"] == 1
        thread.join()
    assert visitors("/") == before + 2
    assert wait_until(lambda: is_clean(temp))


@pytest.mark.full
def test_a_node_that_is_killed_takes_chrome_with_it(pages, home, temp):
    before = visitors("/")
    with open_browser(home, Settings()) as browser:
        thread = when_visited(lambda: os.kill(browser._child._child.pid, signal.SIGKILL))
        assert browser.run(f"{pages}/", Page("/"), seconds=30).values["requests.total"] == 1
        thread.join()
    assert visitors("/") == before + 2
    assert wait_until(lambda: is_clean(temp))


@pytest.mark.full
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/circle", "redirected in a circle"),
        ("/broken", r"answered with an error .*500"),
        ("/gone", r"answered with an error .*404"),
        ("/text", "it is no HTML page"),
        ("/blank", "it painted nothing"),
        ("/busy", "did not come to rest"),
        ("/restless", "did not come to rest"),
    ],
)
def test_a_page_that_cannot_be_measured_is_named(pages, home, temp, path, words):
    named = pytest.raises(ToolError, match=rf"the page `{path}`: .*{words}")
    with open_browser(home, Settings()) as browser, named:
        browser.run(pages + path, Page(path), seconds=24)
    assert wait_until(lambda: is_clean(temp))


@pytest.mark.full
@pytest.mark.parametrize(
    ("url", "words"),
    [("http://127.0.0.1:1023/", "nothing listens there"), ("http://nowhere.example/", "host was not found")],
)
def test_an_address_that_nobody_serves_is_told(home, temp, url, words):
    with open_browser(home, Settings()) as browser, pytest.raises(ToolError, match=words):
        browser.run(url, Page(url))


@pytest.mark.full
def test_a_redirect_is_followed_and_told(pages, home, temp):
    with open_browser(
        home,
        Settings(form_factor="desktop", categories=("performance", "accessibility", "seo"), speed_index=True),
    ) as browser:
        got = browser.run(f"{pages}/moved", Page("/moved"))
    assert got.address == "/?from=moved"
    assert {"si", "category.seo", "category.accessibility", "category.performance"} <= set(got.values)
    assert b'"formFactor":"desktop"' in browser.lhr


@pytest.mark.full
def test_our_own_time_limit_ends_what_does_not_end(pages, home, temp):
    start = time.monotonic()
    with open_browser(home, Settings()) as browser, pytest.raises(ToolError, match="did not come to rest"):
        browser.run(f"{pages}/slow", Page("/slow"), seconds=2)
    assert time.monotonic() - start < 30
    assert wait_until(lambda: is_clean(temp))


@pytest.mark.full
@pytest.mark.parametrize("path", ["/full", "/"])
def test_what_is_called_exact_is_the_same_in_each_run(pages, home, temp, path):
    exact = [metric.id for metric in METRICS if metric.exact]
    with open_browser(home, Settings()) as browser:
        runs = [browser.run(f"{pages}{path}", Page(path)) for _ in range(5)]
    first = runs[0]
    for each in runs[1:]:
        assert {name: each.values.get(name) for name in exact} == {
            name: first.values.get(name) for name in exact
        }
        assert (each.requests, each.violations) == (first.requests, first.violations)


@pytest.mark.full
def test_npms_chromium_measures_the_same_bytes(pages, home, temp):
    npm = lambda home, node: find(home, node, search=lambda name: None)  # noqa: E731
    with open_browser(home, Settings(), find=npm) as browser, open_browser(home, Settings()) as other:
        ours, machines = (each.run(f"{pages}/full", Page("/full")) for each in (browser, other))
    assert any("@sparticuz/chromium" in note for note in browser.notes)
    for name in ("bytes.total", "requests.total", "blocking", "third-parties", "unused-js", "dom"):
        assert ours.values[name] == machines.values[name], name
