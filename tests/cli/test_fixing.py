"""`lockgate fix` as a user starts it, after a run."""

import json
import os
from pathlib import Path

import pytest

from e2e.engine import FLAW, Machine, repository

BEFORE = "import yaml\n\n\ndef read(text: str) -> object:\n    return yaml.load(text)\n"
AFTER = BEFORE.replace("yaml.load", "yaml.safe_load")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def judged(machine: Machine, tmp_path: Path) -> Path:
    """Judge a repository with a finding that has a fix, twice, and one that has none."""
    root = repository(tmp_path / "r", {"a.py": BEFORE, "sub/b.py": BEFORE, "c.py": FLAW})
    assert machine.run("run", str(root), "--gates", "sast").returncode == 1
    return root


def fingerprint(machine: Machine, rule: str, path: str) -> str:
    findings = json.loads(machine.report("verdict.json"))["findings"]
    (found,) = [each for each in findings if (each["rule"], each["path"]) == (rule, path)]
    return str(found["fingerprint"])


def change(machine: Machine, **edit: str) -> None:
    """Change the first edit of every fix in the report, as a stranger could."""
    file = machine.cwd / "lockgate-report/verdict.json"
    document = json.loads(file.read_text())
    for finding in document["findings"]:
        for each in finding["fix"][:1]:
            each.update(edit)
    file.write_text(json.dumps(document))


def test_it_mends_what_needs_no_thought_and_the_next_run_sees_it(machine: Machine, judged: Path) -> None:
    (judged / "a.py").chmod(0o755)
    done = machine.run("fix", str(judged))
    assert (done.returncode, done.stdout.decode().splitlines()) == (
        0,
        [
            "fixed a.py:5 bandit/B506",
            "fixed sub/b.py:5 bandit/B506",
            "2 fixed, 0 left; run lockgate again to see what they changed",
        ],
    )
    assert [(judged / name).read_text() for name in ("a.py", "sub/b.py", "c.py")] == [AFTER, AFTER, FLAW]
    assert os.access(judged / "a.py", os.X_OK)
    assert sorted(path.name for path in judged.iterdir()) == [".git", "a.py", "c.py", "sub"]
    machine.run("run", str(judged), "--gates", "sast")
    findings = json.loads(machine.report("verdict.json"))["findings"]
    assert {each["rule"] for each in findings} == {"B404", "B602"}
    again = machine.run("fix", str(judged))
    assert (again.returncode, again.stdout) == (
        0, b"no new finding of that run has a fix that needs no thought\n",
    )  # fmt: skip


def test_what_oxlint_finds_is_mended_where_it_is(machine: Machine, tmp_path: Path) -> None:
    before = "const é = Buffer.allocUnsafe(9);\r\ncrypto.pseudoRandomBytes(é.length);\r\n"
    root = repository(tmp_path / "r", {"a.js": ""})
    (root / "a.js").write_bytes(before.encode())
    run = ("run", str(root), "--gates", "sast", "--all")
    machine.with_oxlint().run(*run)
    assert machine.run("fix", str(root)).returncode == 0
    after = before.replace("allocUnsafe", "alloc").replace("pseudoRandomBytes", "randomBytes")
    assert (root / "a.js").read_bytes() == after.encode()
    machine.run(*run)
    assert json.loads(machine.report("verdict.json"))["findings"] == []


def test_a_diff_changes_nothing(machine: Machine, judged: Path) -> None:
    done = machine.run("fix", str(judged / "sub"), "--diff")
    assert (done.returncode, done.stderr.decode()) == (0, "1 can be fixed, 0 left\n")
    lines = done.stdout.decode().splitlines()
    assert lines[:2] == ["--- a/sub/b.py", "+++ b/sub/b.py"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-    return yaml.load(text)", "+    return yaml.safe_load(text)",
    ]  # fmt: skip
    assert (judged / "sub/b.py").read_text() == BEFORE


def test_one_that_is_named_and_has_no_fix_is_left(machine: Machine, judged: Path) -> None:
    one, other = fingerprint(machine, "B602", "c.py"), fingerprint(machine, "B506", "a.py")
    done = machine.run("fix", str(judged), one[:10], other.upper())
    assert (done.returncode, done.stdout.decode().splitlines()) == (
        1,
        [
            "fixed a.py:5 bandit/B506",
            "left c.py:5 bandit/B602 it has to be mended by hand",
            "1 fixed, 1 left; run lockgate again to see what they changed",
        ],
    )
    assert (judged / "sub/b.py").read_text() == BEFORE


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (b"# caf\xe9\n" + BEFORE.encode(), None),
        (BEFORE.replace("yaml.load(text)", "json.load(text)").encode(), None),
        (b"\n" + BEFORE.encode(), None),
        (BEFORE.replace("(text)", "(text, Loader=Mine)").encode(), None),
        (b"\xef\xbb\xbf" + BEFORE.replace("\n", "\r\n").encode(), AFTER.replace("\n", "\r\n").encode()),
    ],
)
def test_a_file_that_changed_is_left_and_bytes_that_mean_nothing_stay(
    machine: Machine, judged: Path, text: bytes, after: "bytes | None"
) -> None:
    (judged / "a.py").write_bytes(text)
    done = machine.run("fix", str(judged), fingerprint(machine, "B506", "a.py"))
    left = after is None
    assert (done.returncode, done.stdout.startswith(b"left a.py:5 bandit/B506")) == (int(left), left)
    expected = text if after is None else b"\xef\xbb\xbf" + after
    assert (judged / "a.py").read_bytes() == expected


def test_a_report_says_where_and_never_what(machine: Machine, judged: Path) -> None:
    change(machine, new="yaml.load(__import__('os')) or yaml.safe_load")
    done = machine.run("fix", str(judged))
    assert done.returncode == 1
    assert b"left a.py:5 bandit/B506 the report has another fix for it than this lockgate" in done.stdout
    assert (judged / "a.py").read_text() == BEFORE


def test_nothing_is_written_through_a_link(machine: Machine, judged: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (judged / "sub").rename(outside)
    (judged / "sub").symlink_to(outside)
    (outside / "a.py").write_text(BEFORE)
    (judged / "a.py").unlink()
    (judged / "a.py").symlink_to(outside / "a.py")
    done = machine.run("fix", str(judged))
    assert (done.returncode, done.stdout.count(b"its file cannot be mended: ")) == (1, 2)
    assert [(outside / name).read_text() for name in ("a.py", "b.py")] == [BEFORE, BEFORE]


@pytest.mark.parametrize("path", ["../outside.py", ".git/config", "/etc/hostname", "a\0b", ""])
def test_a_path_of_a_stranger_leads_nowhere(machine: Machine, judged: Path, path: str) -> None:
    (judged.parent / "outside.py").write_text(BEFORE)
    file = machine.cwd / "lockgate-report/verdict.json"
    document = json.loads(file.read_text())
    for finding in document["findings"]:
        finding["path"] = path
    file.write_text(json.dumps(document))
    done = machine.run("fix", str(judged))
    assert (done.returncode, done.stdout.count(b"its file cannot be mended: ")) == (1, 2), done
    assert (judged.parent / "outside.py").read_text() == BEFORE


@pytest.fixture
def pinned(machine: Machine, tmp_path: Path) -> Path:
    """Have a report of a component whose version stands in another file than the finding."""
    root = repository(tmp_path / "r", {"a.py": BEFORE, "package.json": PINS, "package-lock.json": "{}\n"})
    machine.run("run", str(root), "--gates", "sast")
    file = machine.cwd / "lockgate-report/verdict.json"
    document = json.loads(file.read_text())
    (found,) = [each for each in document["findings"] if each["rule"] == "B506"]
    edit = {"line": 1, "end_line": 1, "column": 30, "end_column": 37, "old": "4.17.15", "new": "4.17.21"}
    document["findings"] = [found | {
        "tool": "osv", "rule": "GHSA-1", "path": "package-lock.json", "line": 1, "package": LODASH,
        "fixed_in": "4.17.21", "mend": "Run `npm install`.", "fix": [edit | {"path": "package.json"}],
    }]  # fmt: skip
    file.write_text(json.dumps(document))
    return root


PINS = '{"dependencies": {"lodash": "4.17.15"}}\n'
LODASH = "pkg:npm/lodash@4.17.15"


def test_a_version_is_changed_in_the_manifest_and_the_lock_has_to_be_made_anew(
    machine: Machine, pinned: Path
) -> None:
    shown = machine.run("fix", str(pinned), "--diff").stdout.decode()
    assert shown.splitlines()[:2] == ["--- a/package.json", "+++ b/package.json"]
    assert (pinned / "package.json").read_text() == PINS
    done = machine.run("fix", str(pinned))
    assert (done.returncode, done.stdout.decode().splitlines()) == (
        0,
        [
            "fixed package-lock.json:1 osv/GHSA-1",
            "then make package-lock.json anew. Run `npm install`.",
            "1 fixed, 0 left; run lockgate again to see what they changed",
        ],
    )
    assert (pinned / "package.json").read_text() == PINS.replace("4.17.15", "4.17.21")
    assert (pinned / "package-lock.json").read_text() == "{}\n"


@pytest.mark.parametrize("path", ["../outside.json", ".git/config", "/etc/hostname", "link.json"])
def test_an_edits_path_of_a_stranger_leads_nowhere(machine: Machine, pinned: Path, path: str) -> None:
    (pinned.parent / "outside.json").write_text(PINS)
    (pinned / "link.json").symlink_to(pinned.parent / "outside.json")
    change(machine, path=path)
    done = machine.run("fix", str(pinned))
    assert (done.returncode, b"its file cannot be mended: " in done.stdout) == (1, True)
    assert (pinned.parent / "outside.json").read_text() == PINS


@pytest.mark.parametrize("words", [("nowhere",), (".", ".."), ("abc",), ("abcdef0",)])
def test_2_what_is_neither_a_folder_nor_a_finding_is_refused(
    machine: Machine, judged: Path, words: tuple[str, ...]
) -> None:
    done = machine.run("fix", *words)
    assert (done.returncode, b"what to do: " in done.stderr) == (2, True)


def test_2_without_a_run_there_is_nothing_to_fix(machine: Machine) -> None:
    done = machine.run("fix")
    assert (done.returncode, b"nothing has run here yet" in done.stderr) == (2, True)
