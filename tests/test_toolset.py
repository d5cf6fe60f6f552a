import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from lockgate.errors import ToolError
from lockgate.toolset import REQUIREMENTS, install_node_set, locked_version

SET = "oxlint"


class Machine:
    """Be a machine whose node, npm and Python are scripts that write down how they were called."""

    def __init__(self, folder, monkeypatch):
        self.bin, self.home, self.log = folder / "bin", folder / "home", folder / "log"
        self.bin.mkdir()
        self.patch = monkeypatch
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")
        monkeypatch.setenv("HOME", str(folder))
        npm = folder / "lib" / "npm-cli.js"
        npm.parent.mkdir()
        npm.write_text("")
        (self.bin / "npm").symlink_to(npm)
        npm.chmod(0o755)
        self.npm = npm

    def script(self, name, body):
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return str(file)

    def node(self, version="v22.12.0", ci="mkdir -p node_modules/oxlint"):
        return self.script(
            "node", f'if [ "$1" = --version ]; then echo {version}; exit; fi\n'
            f'echo "$@" >>{self.log}; env >>{self.log}; ls >>{self.log}\n{ci}',
        )  # fmt: skip

    def without_wheel(self, body="exit 5"):
        """Let the interpreter of scripts/run be a script too: nothing is fetched."""
        self.patch.setattr(sys, "executable", self.script("python", f'echo "python $*" >>{self.log}; {body}'))

    def logged(self):
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return Machine(tmp_path, monkeypatch)


def test_the_locked_version_is_the_one_that_is_asked_for():
    asked = json.loads((REQUIREMENTS / SET / "package.json").read_text())["dependencies"][SET]
    assert locked_version(SET, SET) == asked


def test_a_set_is_installed_once_with_scripts_off(machine, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    monkeypatch.setenv("https_proxy", "http://proxy")
    program = machine.node()
    node = install_node_set(SET, machine.home)
    assert node.program == program
    assert (node.modules / "oxlint").is_dir()
    assert node.script("oxlint/bin/oxlint") == [program, f"{node.modules}/oxlint/bin/oxlint"]
    log = machine.logged()
    assert f"{machine.npm} ci --ignore-scripts" in log
    assert "--fetch-retry-mintimeout=1000" in log
    assert {"package.json", "package-lock.json", "https_proxy=http://proxy"} <= set(log.splitlines())
    assert "GITHUB_TOKEN" not in log
    assert install_node_set(SET, machine.home) == node
    assert machine.logged() == log
    assert [path.name for path in machine.home.iterdir()] == [node.modules.parent.name]


def test_a_failed_install_leaves_nothing_and_says_what_npm_said(machine):
    machine.node(ci="mkdir -p node_modules/half; echo; echo npm error E404 >&2; exit 1")
    with pytest.raises(ToolError, match="npm could not install oxlint: npm error E404"):
        install_node_set(SET, machine.home)
    assert list(machine.home.iterdir()) == []
    machine.node(ci="exit 1")
    with pytest.raises(ToolError, match="it said nothing"):
        install_node_set(SET, machine.home)


def test_a_home_that_cannot_be_is_a_tool_error(machine):
    machine.node()
    machine.home.write_text("")
    with pytest.raises(ToolError, match="oxlint could not be installed in"):
        install_node_set(SET, machine.home)


def test_two_runs_at_once_both_work(machine):
    machine.node(ci="sleep 0.2; mkdir -p node_modules/oxlint")
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(install_node_set(SET, machine.home))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert [path.name for path in machine.home.iterdir()] == [made[0].modules.parent.name]


@pytest.mark.parametrize("version", ["v20.19.0", "v22.12.0", "v24.1.0", "v100.0.0"])
def test_a_node_that_the_packages_support_is_used(machine, version):
    program = machine.node(version)
    assert install_node_set(SET, machine.home).program == program


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.9", "v21.7.3", "v22.11.0", "rubbish", "", "'20 19'"])
def test_any_other_gives_way_to_the_locked_one(machine, version):
    machine.node(version)
    wheel = machine.home / "wheel"
    machine.without_wheel(f"mkdir -p {wheel}/bin; ln -sf {machine.bin}/node {wheel}/bin/node; echo {wheel}")
    node = install_node_set(SET, machine.home)
    assert node.program == f"{wheel}/bin/node"
    log = machine.logged()
    assert "--env node -- python -I -c" in log
    assert f"{wheel}/lib/node_modules/npm/bin/npm-cli.js ci" in log


def wheel_of(machine):
    """Let the locked node be the machine's own under another name; give its program."""
    wheel = machine.home / "wheel"
    machine.without_wheel(f"mkdir -p {wheel}/bin; ln -sf {machine.bin}/node {wheel}/bin/node; echo {wheel}")
    return f"{wheel}/bin/node"


def test_a_set_may_ask_for_a_newer_node(machine):
    program = machine.node("v22.19.0")
    assert install_node_set(SET, machine.home, (22, 19)).program == program
    machine.node("v24.1.0")
    assert install_node_set(SET, machine.home, (22, 19)).too_old == ""


@pytest.mark.parametrize("version", ["v20.20.2", "v22.18.0"])
def test_the_locked_node_stands_in_for_one_that_is_too_old_and_says_so(machine, version):
    machine.node(version)
    locked = wheel_of(machine)
    node = install_node_set(SET, machine.home, (22, 19))
    assert (node.program, node.too_old) == (locked, version[1:])


def test_without_any_node_that_runs_none_is_called_too_old(machine):
    locked = wheel_of(machine)
    machine.node()
    machine.script("node", "case $0 in *wheel*) mkdir -p node_modules/oxlint;; *) exit 1;; esac")
    node = install_node_set(SET, machine.home, (22, 19))
    assert (node.program, node.too_old) == (locked, "")


def test_the_error_names_the_node_that_is_wanted(machine):
    machine.node("v20.20.2")
    machine.without_wheel(
        "echo 'lockgate: making it' >&2; echo '  | ERROR' >&2; echo 'lockgate: no index' >&2; exit 5"
    )
    with pytest.raises(ToolError, match=r"there is no node from 22\.19 with npm: no index") as caught:
        install_node_set(SET, machine.home, (22, 19))
    assert caught.value.cause.startswith("this machine has node 20.20.2, and")


@pytest.mark.parametrize("broken", ["#!/no/such/shell\n", "rubbish"])
def test_a_node_that_does_not_run_gives_way_too(machine, broken):
    machine.node()
    (machine.bin / "node").write_text(broken)
    machine.without_wheel("echo index unreachable >&2; exit 5")
    with pytest.raises(
        ToolError, match=r"there is no node from 20\.19 or 22\.12 with npm: index unreachable"
    ):
        install_node_set(SET, machine.home)


def test_without_npm_node_alone_is_not_enough(machine):
    machine.node()
    (machine.bin / "npm").unlink()
    machine.script("npm", "a shell script of another kind")
    machine.without_wheel()
    with pytest.raises(ToolError, match="it said nothing"):
        install_node_set(SET, machine.home)


def test_a_mirror_of_ours_reaches_the_installer(machine, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PYTHONPATH", "/x")
    machine.without_wheel(f"env >>{machine.log}; exit 5")
    machine.node("v1.0.0")
    with pytest.raises(ToolError):
        install_node_set(SET, machine.home)
    log = machine.logged().splitlines()
    assert {"PIP_INDEX_URL=https://mirror.example/simple", f"LOCKGATE_HOME={machine.home}"} <= set(log)
    assert not any(line.startswith("PYTHONPATH=") for line in log)


def test_node_of_the_current_folder_is_not_run(machine, monkeypatch):
    monkeypatch.chdir(machine.bin)
    machine.node()
    monkeypatch.setenv("PATH", ":.:/nonexistent")
    machine.without_wheel("exit 5")
    with pytest.raises(ToolError, match="there is no node"):
        install_node_set(SET, machine.home)


class Refusing(BaseHTTPRequestHandler):
    """Be a registry that refuses all that it is asked for, as one does that is being restarted."""

    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(503)

    def log_message(self, *words):
        """Say nothing."""


@pytest.mark.full
def test_a_registry_that_refuses_is_asked_again_for_seconds_not_for_a_minute(tmp_path, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as registry:
        threading.Thread(target=registry.serve_forever, daemon=True).start()
        (tmp_path / ".npmrc").write_text(
            f"registry=http://127.0.0.1:{registry.server_port}/\ncache={tmp_path}/cache\n"
        )
        monkeypatch.setenv("HOME", str(tmp_path))
        start = time.monotonic()
        with pytest.raises(ToolError, match=r"npm could not install oxlint: .*E503"):
            install_node_set(SET, tmp_path / "home")
        seconds = time.monotonic() - start
        registry.shutdown()
    ((_, most),) = Counter(Refusing.asked).most_common(1)
    assert most >= 4, "once, and three times more"
    assert seconds < 30
    assert list((tmp_path / "home").iterdir()) == []
