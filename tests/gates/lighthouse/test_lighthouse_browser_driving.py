"""Which Chrome is taken, and what happens when node or the driver does not do what it is there for."""

import json
import sys
from pathlib import Path

import pytest

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers.chrome import Chrome, find, is_about_sandbox, start_fails
from lockgate.gates.lighthouse.browsers.driving import Browser
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.model import Page
from lockgate.toolset import Node

MACHINE = ("linux", "x86_64")
RESULT = {
    "lhr": {
        "lighthouseVersion": "13.5.0", "finalDisplayedUrl": "http://a.example/",
        "audits": {
            "network-requests": {"details": {"items": [{"url": "http://a.example/", "transferSize": 7}]}}
        },
    },
    "accessibility": {"violations": [], "version": "4.14.1"},
}  # fmt: skip


def program(folder, name, body):
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return str(file)


def search(folder):
    return lambda name: str(folder / name) if (folder / name).is_file() else None


def test_the_first_chrome_that_runs_is_taken(tmp_path):
    program(tmp_path, "google-chrome", "echo 'install it with snap'; exit 1")
    program(tmp_path, "chromium-browser", "echo 'Command not found'")
    real = program(tmp_path, "chrome", "echo 'Google Chrome 140.0.7339.80 '")
    got = find(tmp_path, Node("", Path(), ""), search=search(tmp_path), system=MACHINE)
    assert got == Chrome(real, "machine", "140.0.7339.80")


@pytest.mark.parametrize("system", [("linux", "aarch64"), ("darwin", "arm64")])
def test_without_chrome_where_npm_has_none_it_is_told_what_was_tried(tmp_path, system):
    program(tmp_path, "chromium", "exit 1")
    with pytest.raises(ToolError, match=f"there is no Chrome: npm has none for {' '.join(system)}") as caught:
        find(tmp_path, Node("", Path(), ""), search=search(tmp_path), system=system)
    assert "google-chrome-stable, google-chrome, chromium (does not run)" in caught.value.cause
    assert ("Google Chrome.app" in caught.value.cause) == (system[0] == "darwin")


def test_without_chrome_and_without_the_registry_both_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "npm-cli.js").write_text("")
    (tmp_path / "npm-cli.js").chmod(0o755)
    (tmp_path / "npm").symlink_to(tmp_path / "npm-cli.js")
    node = program(tmp_path, "node", '[ "$1" = --version ] && echo v24.0.0 || { echo E404 >&2; exit 1; }')
    with pytest.raises(ToolError, match="there is no Chrome: npm could not install chromium: E404"):
        find(tmp_path / "home", Node(node, Path(), ""), search=lambda name: None, system=MACHINE)
    assert list((tmp_path / "home").iterdir()) == []


def test_what_keeps_chrome_from_starting_is_told_its_sandbox_first(tmp_path):
    words = "[1:FATAL:zygote_host_impl_linux.cc] No usable sandbox! See the docs."
    chrome = Chrome(
        program(tmp_path, "chrome", f"echo '{words}' >&2; echo Trace >&2; exit 1"), "machine", "1"
    )
    assert start_fails(chrome, tmp_path / "profile", sandbox=True) == words
    assert is_about_sandbox(words)
    assert not is_about_sandbox("libnss3.so: cannot open shared object file")
    well = Chrome(program(tmp_path, "well", f"echo '{words}' >&2"), "machine", "1")
    assert start_fails(well, tmp_path / "profile", sandbox=True) == ""
    assert "could not be started" in start_fails(Chrome("/nowhere", "npm", "1"), tmp_path, sandbox=True)


class Driven:
    """Drive a browser whose driver is a Python script that answers by a plan: a list of answers."""

    def __init__(self, folder, plan, *, chrome="exit 0", too_old="", sandbox=True, kind="machine"):
        self.log = folder / "asked"
        driver = folder / "driver.py"
        driver.write_text(
            "import json, pathlib, sys\n"
            f"log, plan = pathlib.Path({str(self.log)!r}), {plan!r}\n"
            "for line in sys.stdin:\n"
            "    asked = json.loads(line)\n"
            "    number = len(log.read_text().splitlines()) if log.exists() else 0\n"
            "    log.open('a').write(line)\n"
            "    answer = plan[number]\n"
            "    if answer is None:\n"
            "        sys.exit(1)\n"
            "    if answer == 'ok':\n"
            f"        pathlib.Path(asked['output']).write_text({json.dumps(RESULT)!r})\n"
            "        answer = {'node': '24.19.0'}\n"
            "    print(answer if isinstance(answer, str) else json.dumps(answer), flush=True)\n"
        )
        self.browser = Browser(
            folder / "home", Settings(), node=Node(sys.executable, folder, "", too_old),
            chrome=Chrome(program(folder, "chrome", chrome), kind, "156.0"), sandbox=sandbox, driver=driver,
        )  # fmt: skip

    def run(self):
        with self.browser:
            return self.browser.run("http://a.example/", Page("/"), seconds=5)

    def asked(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture(autouse=True)
def temp(tmp_path, monkeypatch):
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_a_run_gives_a_sample_and_the_whole_result(tmp_path):
    driven = Driven(tmp_path, ["ok"], too_old="20.20.2", kind="npm")
    assert driven.run().values["bytes.total"] == 7
    assert json.loads(driven.browser.lhr) == RESULT["lhr"]
    assert [(tool.name, tool.version) for tool in driven.browser.tools] == [
        ("chrome", "156.0"), ("lighthouse", "13.5.0"), ("node", "24.19.0"),
    ]  # fmt: skip
    assert driven.browser.notes == (
        "node 20.20.2 on PATH is too old for Lighthouse 13 (it needs 22.19): the locked one is used",
        "this machine has no Chrome: npm's @sparticuz/chromium 156.0 is used",
    )
    (asked,) = driven.asked()
    assert asked["env"] == {"XDG_DATA_HOME": str(tmp_path)}
    assert not Path(asked["profile"]).parent.exists()


@pytest.mark.parametrize("first", [None, "rubbish", [1], {"code": "CRASHED", "message": "m"}])
def test_what_crashed_is_tried_once_more_in_a_new_process(tmp_path, first):
    driven = Driven(tmp_path, [first, "ok"])
    assert driven.run().values["bytes.total"] == 7
    one, two = driven.asked()
    assert one["profile"] != two["profile"]


@pytest.mark.parametrize(
    ("plan", "words", "runs"),
    [
        ([None, None], "the program that drives Chrome ended or hung", 2),
        (["rubbish", "more"], r"NO_ANSWER: its answer is no JSON object", 2),
        ([{"code": "CRASHED", "message": "m"}] * 2, "Chrome crashed on it", 2),
        ([{"code": "TIMEOUT", "message": "m"}], "did not come to rest", 1),
        ([{"code": "LOAD", "message": "Cannot find module"}], "could not be loaded .*Cannot find module", 1),
        ([{"node": "24.0.0"}], "result is not there", 1),
    ],
)
def test_what_goes_wrong_names_the_page(tmp_path, plan, words, runs):
    driven = Driven(tmp_path, plan)
    with pytest.raises(ToolError, match=f"the page `/`: .*{words}"):
        driven.run()
    assert len(driven.asked()) == runs
    assert driven.browser.lhr == b""


LAUNCH = {"code": "LAUNCH", "message": "Target closed"}


def test_chromes_sandbox_is_given_up_only_where_it_says_so_and_that_is_told(tmp_path):
    driven = Driven(tmp_path, [LAUNCH, "ok", "ok"], chrome="echo 'No usable sandbox!' >&2; exit 1")
    with driven.browser as browser:
        for _ in range(2):
            browser.run("http://a.example/", Page("/"), seconds=5)
    assert ["--no-sandbox" in asked["args"] for asked in driven.asked()] == [False, True, True]
    assert browser.notes == ("Chrome runs without its sandbox, which does not work here: No usable sandbox!",)


@pytest.mark.parametrize(
    ("chrome", "sandbox", "words"),
    [
        ("echo 'libnss3.so: cannot open shared object file' >&2; exit 1", True, "libnss3.so"),
        ("echo 'No usable sandbox!' >&2; exit 1", False, "No usable sandbox!"),
    ],
)
def test_a_chrome_that_does_not_start_says_why(tmp_path, chrome, sandbox, words):
    driven = Driven(tmp_path, [LAUNCH, LAUNCH], chrome=chrome, sandbox=sandbox)
    with pytest.raises(ToolError, match=f"Chrome could not be started .*{words}"):
        driven.run()
    assert len(driven.asked()) == 1


def test_a_chrome_that_starts_when_it_is_looked_into_is_tried_once_more(tmp_path):
    assert Driven(tmp_path, [LAUNCH, "ok"]).run().values["bytes.total"] == 7
    (tmp_path / "again").mkdir()
    with pytest.raises(ToolError, match=r"Chrome could not be started .*Target closed"):
        Driven(tmp_path / "again", [LAUNCH, LAUNCH]).run()


def test_a_page_without_accessibility_that_was_asked_for_is_incomplete(tmp_path, monkeypatch):
    monkeypatch.setitem(RESULT, "accessibility", None)
    with pytest.raises(ToolError, match="axe gave no result"):
        Driven(tmp_path, ["ok"]).run()


def test_a_place_for_profiles_that_cannot_be_is_a_tool_error(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/proc/1/no")
    with pytest.raises(ToolError, match="no place for a browser's profile"):
        Driven(tmp_path, ["ok"]).run()
