import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lockgate.process import network, run, which
from lockgate.process.children import environment

SCRIPTS = Path(__file__).parents[2] / "scripts"
HOSTILE = {
    "GITHUB_TOKEN": "t", "ACTIONS_RUNTIME_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "t", "LOCKGATE_INPUTS": "{}",
    "LD_PRELOAD": "", "LD_LIBRARY_PATH": "/x", "PYTHONPATH": "/x", "PYTHONSTARTUP": "/x",
    "NODE_OPTIONS": "--x", "NODE_PATH": "/x", "GIT_DIR": "/x", "GIT_CONFIG_COUNT": "0",
    "GIT_EXTERNAL_DIFF": "/x", "BASH_ENV": "/x",
    "HTTPS_PROXY": "http://user:word@proxy", "PIP_INDEX_URL": "https://user:word@mirror",
}  # fmt: skip
SHOW = [sys.executable, "-I", "-c", "import json, os; print(json.dumps(dict(os.environ)))"]


@pytest.fixture
def caller(monkeypatch, tmp_path):
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_child_sees_only_what_is_allowed(caller):
    seen = json.loads(run(SHOW, cwd=caller, seconds=30, env={"OWN": "1"}).stdout)
    assert seen == {
        "PATH": "/usr/bin:/bin", "HOME": str(caller), "TMPDIR": str(caller), "LC_ALL": "C.UTF-8", "OWN": "1",
    }  # fmt: skip


@pytest.mark.usefixtures("caller")
def test_only_an_installer_gets_the_way_to_the_network(monkeypatch):
    monkeypatch.setenv("no_proxy", "localhost")
    reached = network()
    assert reached.keys() & HOSTILE.keys() == {"HTTPS_PROXY", "PIP_INDEX_URL"}
    assert reached["no_proxy"] == "localhost"
    assert not reached.keys() & environment().keys()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/usr/bin:.:bin::/bin:../x", "/usr/bin:/bin"),
        (".", os.defpath),
        ("", os.defpath),
    ],
)
def test_relative_folders_of_path_lead_nowhere(path, kept, monkeypatch):
    monkeypatch.setenv("PATH", path)
    assert environment()["PATH"] == kept


def test_a_program_of_the_current_folder_is_not_run(tmp_path, monkeypatch):
    planted = tmp_path / "git"
    planted.write_text("#!/bin/sh\necho planted\n")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".::{os.defpath}:/usr/bin:/bin")
    assert which("git") != str(planted)
    assert which("./git-that-is-not-there") is None
    assert b"planted" not in run(["git", "--version"], cwd=tmp_path, seconds=30).stdout


ENDING = """
import os, signal, sys, threading, time
from pathlib import Path
from lockgate.errors import ToolError
from lockgate.process import children, run
from lockgate.process.children import end_all
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
outcome = []
def work():
    outcome.append(run([sys.executable, "-c", stubborn], cwd=Path("/"), seconds=50).code)
thread = threading.Thread(target=work)
thread.start()
while not children._live.children:
    time.sleep(0.01)
began = time.monotonic()
with children._live.lock:  # the signal may come while the main thread starts a child
    end_all()
    end_all()
thread.join()
assert outcome == [-signal.SIGKILL], outcome
assert time.monotonic() - began < 10
assert not children._live.children
try:
    run(["true"], cwd=Path("/"), seconds=5)
except ToolError as error:
    assert "the run is ending" in error.what, error.what
else:
    raise AssertionError("a child was started")
"""


def test_end_all_ends_every_child_and_lets_none_start():
    argv, env = [sys.executable, "-c", ENDING], {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    done = subprocess.run(argv, env=env, timeout=60, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
