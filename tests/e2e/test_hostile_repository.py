"""A repository full of hostile text is judged to a log, a summary and a comment like any other's."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from e2e.engine import Machine, git, repository, write
from hostile import STRINGS, element_tree
from lockgate.publish.statement import LIMIT, note, of_verdict
from lockgate.reports import verdict_json
from publish.samples import run
from runner_port import Runner, file_commands

TEXTS = tuple(text.encode("utf-8", "replace").decode().replace("\0", "") for text in STRINGS)
# A character that turns the direction is a finding of its own (B613), so it stands in both.
TURN = "\u202e"
HARMLESS = tuple(f"plain words {number}{TURN * (TURN in text)}" for number, text in enumerate(TEXTS))


def name(number: int, text: str) -> str:
    """Make a file's name of a text, as far as a file system takes it."""
    kept = text.replace("/", "\u2215").encode()[:180].decode("utf-8", "ignore")
    return f"{number:03}{kept}.py"


def flawed(text: str) -> str:
    flat = " ".join(text.splitlines())
    return f"import subprocess\n\nsubprocess.call({flat!r} + word, shell=True)  # {flat}\n"


def configuration(texts: tuple[str, ...]) -> str:
    """Write a waiver for each file, by somebody and for a reason in those words; every other one is over."""
    days = (date(2001, 1, 1), datetime.now(tz=UTC).date() + timedelta(30))
    waivers = (
        f'{{rule: B602, path: "{number:03}*", owner: {said}, reason: {said}, expires: {days[number % 2]}}}'
        for number, text in enumerate(texts)
        for said in [quoted(text[:2000].strip() or "x")]
    )
    return f"waivers: [{', '.join(waivers)}]\n"


def quoted(text: str) -> str:
    """Quote a text for YAML, whose escapes know no pairs of surrogates."""
    return '"' + "".join(each if each > "\uffff" else json.dumps(each)[1:-1] for each in text) + '"'


def judge(folder: Path, texts: tuple[str, ...]) -> tuple[Runner, str, str]:
    """Judge a change that adds a flaw for each text; give what the runner reads, the summary, the comment."""
    path = repository(folder / "repo", {".lockgate.yml": configuration(texts), "a.py": "A = 1\n"})
    base = git(path, "rev-parse", "HEAD")
    for number, text in enumerate(texts):
        write(path, {name(number, text): flawed(text)})
    git(path, "add", "-A")
    author = texts[-2].replace("\n", " ").replace("<", "").replace(">", "").strip() or "x"
    git(path, "-c", f"user.name=x{author}", "commit", "-q", "-m", "\n".join(texts)[:90_000])
    machine, written = Machine(folder / "machine"), folder / "summary"
    done = machine.run(
        "run", str(path), "--base", base, "--gates", "sast", "--format", "github",
        GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(written), GITHUB_OUTPUT=str(folder / "outputs"),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr.decode()
    assert set(file_commands((folder / "outputs").read_text())) == {"verdict", "findings", "report", "result"}
    assert Runner().feed(done.stderr.decode()).commands == []
    verdict = verdict_json.restore(verdict_json.read(machine.report("verdict.json")))
    said = note(of_verdict(run(), verdict), LIMIT)
    return Runner().feed(done.stdout.decode()), written.read_text(), said


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, str, str]:
    return judge(tmp_path_factory.mktemp("plain"), HARMLESS)


def test_its_log_summary_and_comment_have_the_structure_of_any_other(
    tmp_path: Path, plain: tuple[Runner, str, str]
) -> None:
    strange = judge(tmp_path, TEXTS)
    assert len(TEXTS) >= 60
    shapes = [
        [(each.name, sorted(each.properties)) for each in runner.commands]
        for runner, _, _ in (strange, plain)
    ]
    assert shapes[0] == shapes[1]
    assert [command for command, _ in shapes[0]].count("error") == 10
    assert len(strange[0].printed) == len(plain[0].printed)
    assert strange[0].printed[-1] == plain[0].printed[-1]
    assert element_tree(strange[1]) == element_tree(plain[1])
    assert element_tree(plain[1]).count("<tr >") > len(TEXTS)
    assert "@" not in strange[2]
    # Not all of a long comment is in it, so that only the elements can be compared, not their number.
    assert set(element_tree(strange[2])) == set(element_tree(plain[2]))
