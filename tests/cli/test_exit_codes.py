"""The command line as a process: each command, each exit code, and what is said with it."""

import json
import os
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, Machine, commit, copy_of_package, repository
from lockgate import __version__
from runner_port import Runner, file_commands

HINTS = ("\n  likely cause: ", "\n  what to do: ")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def dirty(tmp_path: Path) -> str:
    return str(repository(tmp_path / "dirty", {"src/app.py": FLAW}))


def test_0_a_clean_repository_passes(machine: Machine, tmp_path: Path) -> None:
    done = machine.run("run", str(repository(tmp_path / "r", {"app.py": CLEAN})))
    assert (done.returncode, done.stderr.decode().splitlines()[:6]) == (
        0, ["lighthouse: skipped: no site", "migrations: skipped: no migration", "sast: 1 Python file",
            *(f"{gate}: skipped: no lock file" for gate in ("sbom", "sca")),
            "secrets: 1 file"],
    )  # fmt: skip
    assert done.stdout.decode().splitlines()[-2:] == [
        "PASS: no finding at or above high", "Report: lockgate-report/report.html",
    ]  # fmt: skip
    assert json.loads(machine.report("verdict.json"))["verdict"] == "pass"


def test_1_a_flaw_fails_and_no_line_is_wrapped_or_coloured(machine: Machine, dirty: str) -> None:
    done = machine.run("run", dirty, COLUMNS="30", FORCE_COLOR="1", TERM="xterm-256color")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[0] == "src/app.py"
    assert lines[1].startswith("  5:12     high     bandit/B602  ")
    # B404 (low) tells of the import.
    assert "1 finding does not block (1 low): see report.html" in lines
    assert "2 found → 2 not waived → 1 ≥ high → FAIL" in lines
    assert [line.split()[:2] for line in lines if "(bandit" in line or "detect-" in line] == [
        ["sast", "failed"], ["secrets", "passed"],
    ]  # fmt: skip
    assert b"\x1b" not in done.stdout + done.stderr


def test_1_becomes_0_with_a_higher_threshold_or_without_the_gate(machine: Machine, dirty: str) -> None:
    assert machine.run("run", dirty, "--fail-on", "critical").returncode == 0
    assert machine.run("run", dirty, "--gates", "secrets").returncode == 0
    assert machine.run("run", dirty, "--base", "HEAD").returncode == 0
    assert machine.run("run", dirty, "--fail-on", "low", "--gates", "sast").returncode == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "DIRTY", "--gates", "sats"], "did you mean `sast`?"),
        (["run", "DIRTY", "--fail-on", "hgih"], "`fail-on` is `hgih`"),
        (["run", "DIRTY", "--jobs", "0"], "`jobs` is `0`"),
        (["run", "nowhere"], "nowhere is not a folder"),
        (["run", "DIRTY", "--config", "no.yml"], "the configuration no.yml cannot be read"),
        (["run", "DIRTY", "--output", "taken"], "taken is not a folder"),
        (["explain", "abcdef", "--report", "nowhere"], "nowhere/verdict.json cannot be read"),
    ],
)
def test_2_bad_input_says_what_to_do(machine: Machine, dirty: str, args: list[str], words: str) -> None:
    (machine.cwd / "taken").write_text("mine")
    done = machine.run(*(dirty if arg == "DIRTY" else arg for arg in args))
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert all(hint in done.stderr.decode() for hint in HINTS)
    assert done.stdout == b""
    assert (machine.cwd / "taken").read_text() == "mine"


@pytest.mark.parametrize(
    "args",
    [[], ["rnu"], ["run", "--nope"], ["run", "--all", "--base", "x"], ["run", "--out", "x"], ["schema", "x"]],
)
def test_2_bad_arguments_show_the_usage(machine: Machine, args: list[str]) -> None:
    done = machine.run(*args)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"usage: lockgate")


def test_3_a_bad_configuration_names_the_line(machine: Machine, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"app.py": CLEAN, ".lockgate.yml": "fail-on: high\nexclud: []\n"})
    done = machine.run("run", str(folder))
    said = done.stderr.decode()
    assert done.returncode == 3
    assert ".lockgate.yml" in said
    assert "exclude" in said
    assert "2" in said.splitlines()[0]


def test_4_a_broken_tool_leaves_its_gate_incomplete(machine: Machine, tmp_path: Path) -> None:
    broken = machine.with_oxlint()
    (place,) = machine.home.iterdir()
    place.unlink()
    place.mkdir()
    done = broken.run("run", str(repository(tmp_path / "r", {"a.js": "eval(a);\n", "b.py": FLAW})))
    verdict = json.loads(machine.report("verdict.json"))
    assert done.returncode == 4
    assert (verdict["verdict"], verdict["exit_code"]) == ("error", 4)
    assert [gate["outcome"] for gate in verdict["gates"]] == [
        "skipped", "skipped", "incomplete", "skipped", "skipped", "passed",
    ]  # fmt: skip
    assert "bandit/B602" in done.stdout.decode(), "the other tool's findings are kept"
    assert all(hint in done.stdout.decode() for hint in HINTS)
    assert done.stdout.decode().splitlines()[-2].startswith("ERROR: sast is incomplete: ")


def test_5_a_place_that_cannot_be_written_is_seen_before_any_work(machine: Machine, dirty: str) -> None:
    (machine.cwd / "taken").write_text("mine")
    done = machine.run("run", dirty, "--output", "taken/below")
    assert done.returncode == 5
    assert done.stderr.decode().startswith(
        "lockgate: the reports cannot be written to taken/below: Not a dir"
    )


def test_5_a_full_disk_under_standard_output_is_no_bug(machine: Machine, dirty: str) -> None:
    with Path("/dev/full").open("wb") as full:
        child = machine.popen("run", dirty, "--format", "json", stdout=full, stderr=-1)
        said = child.communicate(timeout=120)[1].decode()
    assert child.returncode == 5
    assert "the verdict is in lockgate-report, but it cannot be printed: No space left on device" in said


@pytest.fixture
def broken(tmp_path: Path) -> Machine:
    package = copy_of_package(tmp_path / "copy")
    (package / "reports" / "report.html.j2").write_text("{{ verdict.no_such_thing.at_all }}")
    return Machine(tmp_path / "broken", package)


def test_70_a_bug_is_reported_with_places_and_nothing_else(broken: Machine, dirty: str) -> None:
    done = broken.run("run", dirty)
    lines = done.stderr.decode().split("lockgate: a bug in lockgate ")[1].splitlines()
    assert (done.returncode, done.stdout) == (70, b"")
    assert lines[0].startswith(f"{__version__}: UndefinedError on Python 3.")
    assert "  cli/running.py:" in "\n".join(lines)
    assert lines[-1] == "  what to do: report these lines; they hold nothing of your code"
    assert b"no_such_thing" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (broken.cwd / "lockgate-report" / "verdict.json").exists(), "half a report is none"


def test_each_failure_tells_the_runner(machine: Machine, broken: Machine, dirty: str, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs)}
    bad = str(repository(tmp_path / "bad", {".lockgate.yml": "'a##[error]b\\n::warning::c': 1\n"}))
    for which, code, args in (
        (machine, 2, ["run", "nowhere\n::error::x ##[error]y"]),
        (machine, 3, ["run", bad]),
        (machine, 5, ["run", dirty, "--base", "HEAD~99"]),
        (machine, 5, ["run", dirty, "--output", "/dev/null/x"]),
        (broken, 70, ["run", dirty, "--format", "json"]),
    ):
        outputs.unlink(missing_ok=True)
        done = which.run(*args, **actions)
        assert (done.returncode, done.stdout) == (code, b""), done.stderr
        (command,) = Runner().feed(done.stderr.decode()).commands
        assert (command.name, command.properties) == ("error", {"title": "lockgate"})
        assert "what to do: " in command.data
        assert file_commands(outputs.read_text()) == {"verdict": "error", "findings": "0"}


def test_a_failure_survives_that_nobody_listens(machine: Machine) -> None:
    read, written = os.pipe()
    os.close(read)
    child = machine.popen("run", "nowhere", stdout=written, stderr=written)
    os.close(written)
    assert child.wait(60) == 2


def test_version_and_help(machine: Machine) -> None:
    said = f"lockgate {__version__}\n".encode()
    assert machine.run("version").stdout == machine.run("--version").stdout == said
    usage = machine.run("--help").stdout.decode()
    assert all(f"\n  {code} " in usage for code in (0, 1, 2, 3, 4, 5, 70))


@pytest.mark.parametrize(
    ("of", "key"), [([], "waivers"), (["configuration"], "waivers"), (["verdict"], "funnel")]
)
def test_schema_prints_a_schema(machine: Machine, of: list[str], key: str) -> None:
    done = machine.run("schema", *of)
    schema = json.loads(done.stdout)
    assert done.returncode == 0
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert key in schema["$defs"][schema["$ref"].rpartition("/")[2]]["properties"]


def test_plan_says_what_would_run_and_runs_nothing(machine: Machine, tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "r", {"README": "words\n", ".lockgate.yml": "gates: {secrets: {enabled: false}}"}
    )
    done = machine.run("plan", str(folder))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == (
        "base           none (on the default branch, main)\n"
        "configuration  .lockgate.yml\n"
        "files          2 to read, 0 excluded\n"
        "lighthouse     skipped: no site\n"
        "migrations     skipped: no migration\n"
        "sast           skipped: no Python, JavaScript or TypeScript file\n"
        "sbom           skipped: no lock file\n"
        "sca            skipped: no lock file\n"
        "secrets        skipped: disabled in .lockgate.yml\n"
    )
    assert list(machine.cwd.iterdir()) == []


def test_explain_names_each_decision_and_the_gates_own_threshold(machine: Machine, tmp_path: Path) -> None:
    configuration = "fail-on: critical\ngates: {sast: {fail-on: medium}}\n"
    folder = repository(tmp_path / "r", {".lockgate.yml": configuration, "app.py": CLEAN})
    base = commit(folder, {})
    commit(folder, {"app.py": FLAW})
    assert machine.run("run", str(folder), "--base", base).returncode == 1
    findings = {f["rule"]: f for f in json.loads(machine.report("verdict.json"))["findings"]}
    high, low = (machine.run("explain", findings[rule]["fingerprint"][:12]) for rule in ("B602", "B404"))
    assert high.returncode == low.returncode == 0
    said = dict(line.split("  ", 1) for line in high.stdout.decode().splitlines()[2:10])
    assert {name: text.strip() for name, text in said.items()} == {
        "fingerprint": findings["B602"]["fingerprint"],
        "found by": "bandit/B602",
        "in the change": f"yes (what changed since {base[:12]} (`{base}`))",
        "new": f"yes (compared with {base[:12]})",
        "waived": "no: no waiver names it",
        "over threshold": "yes: high is not below medium, the threshold of sast (.lockgate.yml:2)",
        "so it": "blocks",
        "to change it": "mend it: Pass a list of arguments with a fixed program first, "
        "and leave `shell=True` out.",
    }
    assert b"no: low is below medium, the threshold of sast (.lockgate.yml:2)\nso it " in low.stdout


@pytest.mark.parametrize("print_of", ["00000", "zzzzzz", ""])
def test_explain_refuses_what_names_no_finding(machine: Machine, dirty: str, print_of: str) -> None:
    machine.run("run", dirty, "--gates", "sast")
    done = machine.run("explain", print_of)
    assert (done.returncode, done.stdout) == (2, b"")
