"""Several jobs do the work of one: the verdict is the same, and nothing passes because a part is amiss."""

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from e2e.engine import CLEAN, FLAW, commit, git, repository
from gates.running import TODAY, home_with_oxlint
from gates.secrets.tokens import MAKERS
from lockgate import parts, pipeline
from lockgate.host import Host
from lockgate.inputs import Cell, Options
from lockgate.observer import Silent
from lockgate.reports import html, verdict_json
from lockgate.sarif import write as sarif
from lockgate.verdict import Answer

SHOP = Path(__file__).parents[1] / "examples" / "shop"
TOKEN = MAKERS["npm-token"](Random(3)).value
HALVES = tuple(Cell(gate, number, 2) for gate in ("sast", "secrets") for number in (1, 2))


def machine(folder):
    return Host(environment={}, home=home_with_oxlint(folder), today=TODAY)


def bare(folder):
    """Make a machine that has no tool, and could keep one."""
    return Host(environment={}, home=folder, today=TODAY)


def do_parts(folder, cells, options, host):
    """Do each part, each with a cache of its own as on a machine of its own."""
    for cell in cells:
        pipeline.run_part(cell, options, host, Silent())
    assert sorted(file.name for file in folder.iterdir()) == sorted(map(parts.file_name, cells))


def reports(options, host):
    """Judge; give verdict.json without its `timing`, the SARIF and the page."""
    run = pipeline.run(options, host, Silent())
    document, _, timing = verdict_json.render(run.verdict).partition(b'\n "timing": ')
    assert timing
    return document, sarif.render(run.verdict), html.render(run.verdict, run.excerpts)


def options_for(path, folder, *, cells=(), base="", jobs=2):
    return Options(path=path, base=base, all=not base, cells=tuple(cells), parts=folder, jobs=jobs)


@pytest.fixture
def shop(tmp_path):
    # Without it nothing is Django's, whose packages each of these machines would have to install.
    folder = shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("manage.py"))
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {}, "first")
    return folder


@pytest.mark.parametrize(
    "cells",
    [
        (*(Cell("sast", number, 4) for number in range(1, 5)),),
        HALVES,
        (Cell("secrets", 1, 1), *(Cell("sast", number, 3) for number in (1, 2, 3))),
    ],
    ids=["4 of sast", "2 of each", "3 and 1"],
)
def test_the_verdict_of_several_jobs_is_that_of_one(tmp_path, shop, cells):
    folder = tmp_path / "parts"
    do_parts(folder, cells, options_for(shop, folder), machine(tmp_path / "home"))
    alone = reports(options_for(shop, folder), machine(tmp_path / "alone"))
    judging = (
        bare(tmp_path / "judging")
        if {c.gate for c in cells} == {"sast", "secrets"}
        else machine(tmp_path / "j")
    )
    assert reports(options_for(shop, folder, cells=cells), judging) == alone
    assert not list(judging.home.glob("results*"))


def test_a_change_with_history_renames_and_a_file_that_cannot_be_read(tmp_path):
    old = {f"pkg/m{n}.py": f"{FLAW}N = {n}\n" for n in range(12)} | {"moved.txt": "password = 'hunter22'\n"}
    path = repository(tmp_path / "r", old)
    base = commit(path, {}, "base")
    commit(path, {"pkg/m0.py": CLEAN, "conf.ini": f"token = {TOKEN}\n", "bad.py": "def (:\n"}, "add")
    (path / "pkg/m1.py").rename(path / "pkg/moved.py")
    commit(path, {"conf.ini": "token =\n", "new.py": FLAW, "web.js": "eval(name);\n"}, "remove")
    folder = tmp_path / "parts"
    do_parts(folder, HALVES, options_for(path, folder, base=base), machine(tmp_path / "home"))
    alone = reports(options_for(path, folder, base=base), machine(tmp_path / "alone"))
    assert reports(options_for(path, folder, base=base, cells=HALVES), bare(tmp_path / "bare")) == alone
    rules = {(f["rule"], f["path"]) for f in json.loads(alone[0] + b'\n "timing": {}}')["findings"]}
    assert {("npm-token", "conf.ini"), ("not-scanned", "bad.py"), ("B602", "new.py")} <= rules


def test_no_value_of_a_secret_is_in_a_part(tmp_path):
    path = repository(tmp_path / "r", {"conf.ini": f"token = {TOKEN}\n"})
    folder = tmp_path / "parts"
    do_parts(folder, (Cell("secrets", 1, 1),), options_for(path, folder), bare(tmp_path / "home"))
    text = (folder / "part-secrets-1.json").read_text()
    assert "npm-token" in text
    assert TOKEN not in text


class TestAmiss:
    @pytest.fixture
    def made(self, tmp_path):
        # Their content and the engine's own decide which part each file is in: so many that none is empty.
        path = repository(tmp_path / "r", {f"m{n}.py": f"{CLEAN}N = {n}\n" for n in range(64)})
        folder = tmp_path / "parts"
        do_parts(folder, HALVES, options_for(path, folder), bare(tmp_path / "home"))
        return path, folder

    def judge(self, tmp_path, path, folder):
        run = pipeline.run(options_for(path, folder, cells=HALVES), bare(tmp_path / "judge"), Silent())
        gates = {gate.name: gate for gate in run.verdict.gates}
        assert gates["secrets"].outcome == "passed"
        return run.verdict.answer, gates["sast"].outcome, gates["sast"].reason

    def test_nothing_is(self, tmp_path, made):
        answer, outcome, _ = self.judge(tmp_path, *made)
        assert (answer, outcome) == (Answer.PASS, "passed")

    def test_a_part_is_not_there(self, tmp_path, made):
        path, folder = made
        (folder / "part-sast-2.json").unlink()
        answer, outcome, reason = self.judge(tmp_path, path, folder)
        assert (answer, outcome) == (Answer.ERROR, "incomplete")
        assert reason == (
            "there is no result of part 2 of 2 of sast: its job failed, was cancelled or took too long"
        )

    @pytest.mark.parametrize(
        "text", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"schema": "lockgate-part/2"}']
    )
    def test_a_part_cannot_be_read(self, tmp_path, made, text):
        path, folder = made
        (folder / "part-sast-1.json").write_bytes(text)
        answer, _, reason = self.judge(tmp_path, path, folder)
        assert (answer, reason) == (Answer.ERROR, "the result of part 1 of 2 of sast cannot be read")

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("code", "0"),
            ("head", "ab" * 20),
            ("base", "ab" * 20),
            ("gate", "secrets"),
            ("number", 2),
            ("count", 3),
        ],
    )
    def test_a_part_is_of_another_run(self, tmp_path, made, key, value):
        path, folder = made
        file = folder / "part-sast-1.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
        answer, _, reason = self.judge(tmp_path, path, folder)
        assert answer is Answer.ERROR
        assert reason.startswith("the result of part 1 of 2 of sast is of another run")

    def test_a_result_is_not_in_its_part(self, tmp_path, made):
        path, folder = made
        for number in (1, 2):
            file = folder / f"part-sast-{number}.json"
            document = json.loads(file.read_text())
            document["reports"] = dict(list(document["reports"].items())[1:])
            file.write_text(json.dumps(document))
        answer, _, reason = self.judge(tmp_path, path, folder)
        assert (answer, reason) == (Answer.ERROR, "no job gave a result for a file of the plan")

    def test_a_key_that_is_none_is_left_out(self, tmp_path, made):
        path, folder = made
        file = folder / "part-sast-1.json"
        document = json.loads(file.read_text())
        document["reports"] |= {"zz" * 20: {}, "": {}, "ab": {}}
        file.write_text(json.dumps(document))
        assert self.judge(tmp_path, path, folder)[0] is Answer.PASS


def test_what_a_tool_failed_at_is_told_by_the_job_that_judges(tmp_path):
    path = repository(tmp_path / "r", {"a.js": "eval(name);\n", "b.py": CLEAN})
    folder, broken = tmp_path / "parts", home_with_oxlint(tmp_path / "home")
    (link,) = broken.glob("node-*")
    link.unlink()
    link.write_text("no folder of packages")
    cells = (Cell("sast", 1, 1),)
    do_parts(folder, cells, options_for(path, folder), bare(broken))
    run = pipeline.run(options_for(path, folder, cells=cells), bare(tmp_path / "judge"), Silent())
    sast = next(gate for gate in run.verdict.gates if gate.name == "sast")
    assert (run.verdict.answer, sast.outcome) == (Answer.ERROR, "incomplete")
    assert sast.reason.startswith("part 1 of 1 of sast: ")
    assert [tool.name for tool in sast.tools] == ["bandit"]
