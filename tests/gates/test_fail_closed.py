"""In every way in which a tool can die its gate is incomplete, and an incomplete gate never passes."""

import json
import os

import pytest

from gates.running import Repo, gate, git, node, not_scanned, repo, write
from lockgate.errors import ExitCode
from lockgate.sarif import write as sarif
from lockgate.source import display
from lockgate.verdict import Answer, Outcome

FLAWED = {"a.py": "import subprocess\nsubprocess.run(a, shell=True)\n", "b.js": "eval(a);\n"}


@pytest.fixture
def flawed(tmp_path):
    return repo(tmp_path, FLAWED)


def break_oxlint(made: Repo, script: str | None):
    """Put a script in oxlint's place; None leaves the set empty."""
    place = made.home / node().modules.parent.name
    (place / "node_modules").mkdir(parents=True)
    if script is not None:
        write(place, {"node_modules/oxlint/bin/oxlint": script})


def assert_incomplete(verdict, name):
    """See that all outputs say so, and what to do."""
    assert (verdict.answer, verdict.exit_code) == (Answer.ERROR, ExitCode.INCOMPLETE)
    broken = gate(verdict, name)
    assert broken.outcome is Outcome.INCOMPLETE
    assert f"{name} is incomplete" in verdict.reason
    notes = [note for note in broken.notifications if note.level == "error"]
    assert "what to do: " in notes[0].message
    (run,) = (
        run for run in json.loads(sarif.render(verdict))["runs"]
        if any(each.get("executionSuccessful") is False for each in run.get("invocations", []))
    )  # fmt: skip
    told = [note for each in run["invocations"] for note in each["toolExecutionNotifications"]]
    assert notes[0].message.splitlines()[0] in "\n".join(note["message"]["text"] for note in told)
    assert "error" in {note["level"] for note in told}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, "no JSON"),
        ("", "no JSON"),
        ("process.exit(3)", "no JSON"),
        ("process.kill(process.pid, 'SIGKILL')", "exit code -9"),
        ("console.log('{\"diagnostics\": [')", "no JSON"),
        ("console.log('Killed')", "no JSON"),
        ('console.log(\'{"diagnostics": [], "number_of_files": 1}\')', "does not find"),
        ('console.log(\'{"diagnostics": [], "number_of_files": 0}\')', "looked at 0 of 1"),
    ],
    ids=["missing", "empty", "fails", "killed", "truncated", "alien", "blind", "nothing seen"],
)
def test_a_broken_oxlint(flawed, script, words):
    break_oxlint(flawed, script)
    verdict = flawed.run(gates=["sast"])
    assert_incomplete(verdict, "sast")
    assert words in gate(verdict, "sast").reason
    # What the other tool found is not lost.
    assert ("bandit", "B602") in {(finding.tool, finding.rule) for finding in verdict.findings}


def test_an_oxlint_that_hangs(flawed):
    flawed.commit({".lockgate.yml": "limits:\n  seconds-per-file: 1.5\n"})
    break_oxlint(flawed, "setTimeout(() => {}, 60000)")
    verdict = flawed.run(gates=["sast"])
    assert_incomplete(verdict, "sast")
    assert "stopped after 1.5 seconds" in gate(verdict, "sast").reason


def test_a_change_without_files_of_a_gate_is_skipped_and_says_so(tmp_path):
    made = repo(tmp_path, {"a.md": "a\n"})
    base = git(made.path, "rev-parse", "HEAD")
    made.commit({"b.md": "b\n"})
    verdict = made.run(base=base)
    assert gate(verdict, "sast").outcome is Outcome.SKIPPED
    assert "no Python, JavaScript or TypeScript file" in gate(verdict, "sast").reason
    assert gate(verdict, "secrets").outcome is Outcome.PASSED
    assert verdict.exit_code is ExitCode.PASS


HOSTILE = {
    "syntax.py": "def (\n",
    "encoding.py": b"a = '\xe9'\n",
    "binary.py": bytes(range(256)),
    "python2.py": "print 'a'\n",
    "syntax.ts": "const = 1;\n",
    "binary.js": bytes(range(256)),
    "new\nline/::error::x.py": "def (\n",
    "-rf.py": "def (\n",
    "##[error]x.py": "def (\n",
    "a b'c\"d.py": "def (\n",
    os.fsdecode(b"latin\xe9.py"): "def (\n",
}
FINE = {
    "fine.py": "eval(a)\n",
    "--fine.py": "eval(a)\n",
    "fine\n::error::.js": "eval(a);\n",
    os.fsdecode(b"fine\xe9 \"'.py"): "eval(a)\n",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    made = repo(tmp_path_factory.mktemp("hostile"), HOSTILE | FINE, oxlint=True)
    (made.path / "link.py").symlink_to("/etc/passwd")
    (made.path / "inside.py").symlink_to("fine.py")
    (made.path / "gone.js").symlink_to("nowhere.js")
    with (made.path / "large.py").open("wb") as stream:
        stream.truncate(25_000_000)
    made.commit()
    return made.run(gates=["sast"])


def test_each_file_that_cannot_be_scanned_is_reported_as_such(hostile):
    said = not_scanned(hostile)
    expected = {display(name) for name in HOSTILE}
    assert set(said) - {"gone.js"} == expected | {"link.py", "large.py"}
    assert "leaves the repository" in said["link.py"]
    assert "larger than 20 MB" in said["large.py"]
    assert "cannot parse it" in said["syntax.py"]
    assert "binary" in said["binary.py"]
    assert "binary" in said["binary.js"]
    assert all("exclude its path" in message for message in said.values())


def test_the_rest_is_scanned_all_the_same(hostile):
    found = {finding.path for finding in hostile.findings if finding.rule in {"B307", "eslint/no-eval"}}
    assert found == {"fine.py", "--fine.py", "fine\n::error::.js", "fine\\xe9 \"'.py"}


def test_what_was_not_scanned_blocks(hostile):
    assert hostile.exit_code is ExitCode.FINDINGS
    assert all(finding.blocking for finding in hostile.findings if finding.rule == "not-scanned")


def test_hostile_names_are_written_and_read_back(hostile):
    document = json.loads(sarif.render(hostile))
    results = [result for run in document["runs"] for result in run["results"]]
    assert len(results) == len(hostile.findings)


def test_a_change_of_nothing_but_an_unreadable_file_is_not_skipped(tmp_path):
    made = repo(tmp_path, {"a.md": "a\n"})
    base = git(made.path, "rev-parse", "HEAD")
    (made.path / "evil.py").symlink_to("/etc/passwd")
    made.commit()
    verdict = made.run(base=base, gates=["sast"])
    assert gate(verdict, "sast").outcome is Outcome.FAILED
    assert set(not_scanned(verdict)) == {"evil.py"}


def test_a_gate_of_excluded_files_alone_is_skipped(tmp_path):
    made = repo(tmp_path, {"a.py": "eval(a)\n", ".lockgate.yml": "gates:\n  sast:\n    exclude: ['*.py']\n"})
    assert gate(made.run(gates=["sast"]), "sast").outcome is Outcome.SKIPPED


def test_tools_that_had_nothing_to_do_are_not_installed(tmp_path):
    made = repo(tmp_path, {"a.py": "a = 1\n"})
    verdict = made.run(gates=["sast"])
    assert [tool.name for tool in gate(verdict, "sast").tools] == ["bandit"]
    assert [path.name for path in made.home.iterdir() if path.name.startswith("node")] == []
