"""Whatever is killed, nothing is left: no process, no folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from lockgate.errors import ToolError
from lockgate.host import host
from lockgate.postgres.programs import choose
from lockgate.postgres.server import serve
from postgres_server import MAJORS, answers, any_programs

SCRIPTS, TESTS = Path(__file__).parents[2] / "scripts", Path(__file__).parents[1]
GATE = """
import sys, threading
from lockgate.postgres.server import serve
from lockgate.process import end_with_signals
from postgres_server import any_programs
end_with_signals()
with serve(any_programs()) as server:
    connection = server.create("busy").connect()
    print(server._folder, connection.info.backend_pid, flush=True)
    connection.execute(sys.argv[1])
"""
ENDLESS = "DO $$ BEGIN LOOP END LOOP; END $$"
SLEEP = pytest.param("SELECT pg_sleep(1e9)", id="sleep")
STATEMENTS = [SLEEP, pytest.param(ENDLESS, id="loop")]


@pytest.fixture(autouse=True)
def proc():
    """Want a system that tells what each process has to do with a folder."""
    if not Path("/proc/self/cwd").exists():
        pytest.skip("this system has no /proc")


def left(folder):
    """List what lives in a server's folder, and the folder itself."""
    found = [str(folder)] if Path(folder).exists() else []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            found += [link.parent.name] if str(link.readlink()).startswith(str(folder)) else []
        except OSError:
            continue
    return found


def is_gone(folder, seconds=8.0):
    deadline = time.monotonic() + seconds
    while left(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left(folder) == []


def gate(statement, tmp_path):
    env = {**os.environ, "PYTHONPATH": f"{SCRIPTS}:{TESTS}", "TMPDIR": str(tmp_path)}
    argv = [sys.executable, "-c", GATE, statement]
    child = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    folder, backend = child.stdout.readline().split()
    assert len(left(folder)) > 2
    time.sleep(0.1)
    return child, folder, int(backend)


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def postmaster(server):
    return int((Path(server._folder) / "data" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def tmp(monkeypatch):
    """Be a folder for temporary files that the server's user can reach, with a name short enough."""
    folder = Path("/tmp") / f"lg-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_gate_is_killed(number, statement, tmp):
    child, folder, _ = gate(statement, tmp)
    began = time.monotonic()
    child.send_signal(number)
    assert child.wait(8) == (-signal.SIGKILL if number == signal.SIGKILL else 128 + signal.SIGTERM)
    assert is_gone(folder)
    assert time.monotonic() - began < 15
    assert list(tmp.iterdir()) == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_server_is_killed(statement, tmp):
    child, folder, backend = gate(statement, tmp)
    os.kill(parent(backend), signal.SIGKILL)
    assert child.wait(8) == 1
    assert is_gone(folder)
    assert list(tmp.iterdir()) == []


def test_the_keeper_is_killed(tmp):
    child, folder, backend = gate(ENDLESS, tmp)
    os.kill(parent(parent(backend)), signal.SIGKILL)
    assert child.wait(8) == 1
    assert is_gone(folder)
    assert list(tmp.iterdir()) == []


def test_gate_and_keeper_are_killed_and_the_next_run_tidies_up(tmp):
    child, folder, backend = gate(ENDLESS, tmp)
    keeper = parent(parent(backend))
    for pid in (child.pid, keeper):
        os.kill(pid, signal.SIGKILL)
    child.wait(8)
    with serve(any_programs()) as server:
        assert [path.name for path in tmp.iterdir()] == [Path(server._folder).name]
    assert is_gone(folder)


def test_a_dead_server_is_a_tool_error(tmp):
    with serve(any_programs()) as server:
        database = server.create("one")
        assert answers(server)
        os.kill(postmaster(server), signal.SIGKILL)
        assert is_gone(server._folder)
        assert not answers(server)
        for use in (
            database.connect,
            server.entries,
            lambda: server.create("two"),
            lambda: server.drop("one"),
        ):
            with pytest.raises(ToolError):
                use()
        with pytest.raises(ToolError):
            server.keep(tmp / "kept")


def test_a_backend_that_is_killed_ends_the_server(tmp):
    with serve(any_programs()) as server:
        with server.create("one").connect() as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            assert is_gone(server._folder)
        assert not answers(server)


def test_the_end_of_a_run_during_the_start_leaves_nothing(tmp):
    script = "import os, signal, threading\n" + GATE.replace(
        "with serve", "threading.Timer(0.15, os.kill, [os.getpid(), signal.SIGTERM]).start()\nwith serve"
    )
    env = {**os.environ, "PYTHONPATH": f"{SCRIPTS}:{TESTS}", "TMPDIR": str(tmp)}
    done = subprocess.run([sys.executable, "-c", script, "SELECT 1"], env=env, check=False, timeout=20)
    assert done.returncode == 128 + signal.SIGTERM
    assert is_gone(tmp / "lockgate-pg-")
    assert list(tmp.iterdir()) == []


def test_a_full_disk_is_a_tool_error(tmp):
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    argv = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp)]
    if not mounted or subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        with pytest.raises(ToolError, match="No space left on device"), serve(any_programs()):
            pass
        assert list(tmp.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp)], check=True)


def test_a_disk_that_fills_up_is_a_failure_of_the_statement_alone(tmp):
    argv = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(tmp)]
    if os.geteuid() or subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    big = "CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 400000)"
    try:
        with serve(any_programs()) as server:
            connection = server.create("one").connect()
            with pytest.raises(psycopg.errors.DiskFull):
                connection.execute(big)
            assert answers(server)
        assert list(tmp.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp)], check=True)


def test_programs_that_do_not_run_are_a_tool_error(tmp):
    (tmp / "bin").mkdir()
    for name in ("initdb", "postgres"):
        (tmp / "bin" / name).write_text("#!/bin/sh\necho broken: could not be >&2\nexit 3\n")
        (tmp / "bin" / name).chmod(0o755)
    with (
        pytest.raises(ToolError, match=r"could not be started: broken: could not be"),
        serve(replace(any_programs(), bin=tmp / "bin", top=tmp)),
    ):
        pass
    assert [path.name for path in tmp.iterdir()] == ["bin"]


def test_a_long_folder_for_temporary_files_is_left_alone(tmp, monkeypatch):
    long = tmp / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    with serve(any_programs()) as server:
        assert answers(server)
        assert list(long.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hides a folder from the server's user")
def test_a_folder_for_temporary_files_that_the_servers_user_cannot_enter_is_left_alone(tmp, monkeypatch):
    hidden = tmp / "hidden"
    hidden.mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(hidden))
    with serve(any_programs()) as server:
        assert answers(server)
        assert list(hidden.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hides a folder from the server's user")
def test_programs_that_the_servers_user_cannot_reach_are_brought_to_it(tmp):
    hidden = tmp / "hidden"
    hidden.mkdir(mode=0o700)
    programs = choose(MAJORS[0], frozenset(), host(os.environ).home)
    if programs.source != "npm":
        pytest.skip("the installed PostgreSQL cannot be moved")
    shutil.copytree(programs.top, hidden / "native", symlinks=True)
    with serve(replace(programs, bin=hidden / "native" / "bin", top=hidden / "native")) as server:
        assert answers(server)
    assert [path.name for path in tmp.iterdir()] == ["hidden"]
    assert (hidden / "native" / "bin" / "postgres").is_file()
