"""What goes where: forms, progress, terminals, readers who leave, signals, the folder of reports."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from e2e.engine import CLEAN, FLAW, Machine, git, repository
from runner_port import Runner, file_commands

SARIF = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-schema-2.1.0.json").read_text())
HOSTILE = (
    "a\n::error::pwned.py",
    "::stop-commands::x.py",
    "##[error]b.py",
    "%0A::warning::c.py",
    "d ##[add-path]e\r\n::set-output name=f::g.py",
    "=h,i:j.py",
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    flaw = FLAW + "WORD = '''\n::error::x\n##[warning]y\n'''\n"
    return repository(tmp_path / "hostile", dict.fromkeys(HOSTILE, flaw))


def test_json_and_sarif_are_the_very_reports_and_nothing_else(machine: Machine, hostile: Path) -> None:
    done = machine.run("run", str(hostile), "--format", "json")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == machine.report("verdict.json")
    assert {f["path"] for f in json.loads(done.stdout)["findings"]} == set(HOSTILE)
    sarif = machine.run("run", str(hostile), "--format", "sarif")
    assert (sarif.returncode, sarif.stderr) == (1, b"")
    assert sarif.stdout == machine.report("lockgate.sarif")
    assert list(Draft7Validator(SARIF).iter_errors(json.loads(sarif.stdout))) == []


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_no_form_but_github_gives_the_runner_a_command(machine: Machine, hostile: Path, form: str) -> None:
    done = machine.run("run", str(hostile), "--format", form)
    assert Runner().feed(done.stdout.decode()).feed(done.stderr.decode()).commands == []
    findings = json.loads(machine.report("verdict.json"))["findings"]
    for finding in findings[:2]:
        explained = machine.run("explain", finding["fingerprint"])
        assert Runner().feed(explained.stdout.decode()).commands == []


def test_github_gives_the_runner_the_commands_of_the_verdict_and_no_other(
    machine: Machine, hostile: Path, tmp_path: Path
) -> None:
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    done = machine.run(
        "run", str(hostile), "--format", "github",
        GITHUB_ACTIONS="true", GITHUB_OUTPUT=str(outputs), GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    verdict = json.loads(machine.report("verdict.json"))
    blocking = {finding["path"]: finding["line"] for finding in verdict["findings"] if finding["blocking"]}
    assert set(blocking) == set(HOSTILE)
    runner = Runner().feed(done.stdout.decode())
    assert Runner().feed(done.stderr.decode()).commands == []
    errors = [command for command in runner.commands if command.name == "error"]
    assert {command.name for command in runner.commands} <= {"error", "warning", "notice"}
    assert len(errors) == len(HOSTILE)
    assert {command.properties["line"] for command in errors} == {str(line) for line in blocking.values()}
    assert {command.properties["title"] for command in errors} == {"sast · B602 · high"}
    # A name that the runner would read as a command, or that no line can hold, arrives in its visible form.
    assert "=h,i:j.py" in {command.properties["file"].removeprefix("./") for command in errors}
    assert runner.printed[-1] == f"FAIL: {len(HOSTILE)} findings to mend: {len(HOSTILE)} in sast"
    assert not runner.stopped
    outputs_set = file_commands(outputs.read_text())
    result = json.loads(outputs_set.pop("result"))
    assert outputs_set == {"verdict": "fail", "findings": str(len(HOSTILE)), "report": "lockgate-report"}
    assert (result["verdict"], result["blocking"]) == ("fail", len(HOSTILE))
    assert summary.read_text().startswith("## Lockgate: ❌ fail\n")


def test_an_unwritable_file_of_the_runner_is_a_failure_of_the_platform(
    machine: Machine, hostile: Path
) -> None:
    done = machine.run("run", str(hostile), "--format", "github", GITHUB_STEP_SUMMARY="/dev/null/x")
    assert done.returncode == 5
    assert "the verdict is in lockgate-report, but it cannot be printed" in done.stderr.decode()


def in_terminal(machine: Machine, *args: str) -> tuple[int, str]:
    ours, theirs = pty.openpty()
    child = machine.popen(*args, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 65536):
            seen += data
    except OSError:  # Linux says EIO when the last one closes the other side
        pass
    os.close(ours)
    return child.wait(60), seen.decode()


COLOUR = re.compile(r"\x1b\[[0-9;]+m")


def test_a_terminal_gets_bars_and_colours(machine: Machine, hostile: Path) -> None:
    machine.environ = {"TERM": "xterm-256color"}
    code, seen = in_terminal(machine, "run", str(hostile))
    assert code == 1
    assert "\x1b[1;31mFAIL\x1b[0m: " in seen
    assert re.search(r"sast.*━.* 6/6", COLOUR.sub("", seen))
    assert "::error::" not in [line.strip()[:9] for line in seen.splitlines()]


def test_no_color_and_dumb_terminals_get_no_colour(machine: Machine, hostile: Path) -> None:
    for environ in ({"NO_COLOR": "1", "TERM": "xterm-256color"}, {"TERM": "dumb"}):
        machine.environ = environ
        code, seen = in_terminal(machine, "run", str(hostile))
        assert code == 1
        assert not COLOUR.search(seen)
        assert "FAIL: " in seen


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_reader_who_leaves_changes_no_exit_code(machine: Machine, hostile: Path, form: str) -> None:
    read, written = os.pipe()
    os.close(read)
    child = machine.popen("run", str(hostile), "--format", form, stdout=written, stderr=-1)
    os.close(written)
    said = child.communicate(timeout=120)[1].decode()
    assert child.returncode == 1
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_nobody_at_either_end_changes_no_exit_code(machine: Machine, hostile: Path) -> None:
    read, written = os.pipe()
    os.close(read)
    child = machine.popen("run", str(hostile), stdout=written, stderr=written)
    os.close(written)
    assert child.wait(120) == 1
    assert json.loads(machine.report("verdict.json"))["verdict"] == "fail"


ASCII = """
import sys
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding="ascii", errors="strict")
from lockgate.cli import main
sys.exit(main())
"""


def test_a_stream_that_lacks_characters_gets_escapes(machine: Machine, hostile: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", ASCII, "run", str(hostile)],
        cwd=machine.cwd, env=machine.environment({}), check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert b" found \\u2192 " in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_and_leaves_nothing(
    machine: Machine, tmp_path: Path, number: signal.Signals
) -> None:
    slow = {f"pkg/m{n}.py": FLAW * 60 for n in range(600)}
    folder = repository(tmp_path / "slow", slow)
    child = machine.popen("run", str(folder), "--all", stdout=-1, stderr=-1)
    assert child.stderr
    assert child.stderr.readline() == b"lighthouse: skipped: no site\n"
    assert child.stderr.readline() == b"migrations: skipped: no migration\n"
    assert child.stderr.readline().startswith(b"sast: 600 Python files")
    until = time.monotonic() + 30
    while len(machine.processes()) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(machine.processes()) >= 3, "workers run"
    child.send_signal(number)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 128 + number
    assert out == b""
    assert b"Traceback" not in err
    assert machine.processes() == []
    assert list(machine.temp.iterdir()) == []
    assert [path.name for path in (machine.cwd / "lockgate-report").iterdir()] == [".gitignore"]


def test_reports_go_where_git_does_not_look_and_to_no_link(machine: Machine, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"app.py": CLEAN})
    machine.folder.joinpath("cwd").rmdir()
    machine.folder.joinpath("cwd").symlink_to(folder)
    assert machine.run("run").returncode == 0
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / "lockgate-report" / ".gitignore").read_text() == "*\n"
    assert machine.run("run").returncode == 0
    (victim := tmp_path / "victim").write_text("precious")
    for name in ("verdict.json", "report.html"):
        (folder / "lockgate-report" / name).unlink()
        (folder / "lockgate-report" / name).symlink_to(victim)
    assert machine.run("run").returncode == 0
    assert victim.read_text() == "precious"
    assert json.loads((folder / "lockgate-report" / "verdict.json").read_text())["verdict"] == "pass"


def test_a_folder_that_is_somebodys_keeps_its_gitignore(machine: Machine, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"app.py": CLEAN, ".gitignore": "*.pyc\n"})
    assert machine.run("run", str(folder), "--output", str(folder)).returncode == 0
    assert (folder / ".gitignore").read_text() == "*.pyc\n"
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes").write_text("words")
    assert machine.run("run", str(folder), "--output", str(mine)).returncode == 0
    assert sorted(path.name for path in mine.iterdir()) == [
        "badge.json",
        "lockgate.sarif",
        "notes",
        "report.html",
        "verdict.json",
    ]
