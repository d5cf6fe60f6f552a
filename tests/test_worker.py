import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lockgate.process.pool import Job, Pool
from lockgate.worker import ANALYSERS

SCRIPTS = Path(__file__).parents[1] / "scripts"
STARTER = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("lockgate.worker", run_name="__main__", alter_sys=True)
"""


def pool(name, seconds=60):
    """Start a worker as the locked environment does, whose .pth names the source root."""
    return Pool(name, 1, seconds, (sys.executable, "-I", "-X", "utf8", "-c", STARTER, str(SCRIPTS)))


def reports(name, root, paths):
    return {
        reply.job.path: reply.problem or json.loads(reply.result)
        for reply in pool(name).map([Job(str(root), path) for path in paths])
    }


@pytest.mark.parametrize("name", ANALYSERS)
def test_every_worker_starts_and_answers_for_a_file_of_any_name(name, tmp_path):
    odd = os.fsdecode(b"a\n::error::\xff.py")
    for path in ("plain.py", odd):
        Path(tmp_path, path).write_text("x = 1\n")
    found = reports(name, tmp_path, ["plain.py", odd, "gone.py"])
    assert found["plain.py"] == found[odd] == {}
    assert found["gone.py"] == {"problem": "it cannot be read: No such file or directory"}


def test_it_answers_what_bandit_finds_and_goes_on_after_hostile_files(tmp_path):
    Path(tmp_path, "flaw.py").write_text("exec(input())\n")
    Path(tmp_path, "deep.py").write_text("x = " + "(" * 5000 + ")" * 5000)
    Path(tmp_path, "fold.py").write_text("x = " + "-" * 50_000 + "1")
    Path(tmp_path, "nul.py").write_bytes(b"\0\xff")
    os.mkfifo(tmp_path / "pipe.py")
    paths = ["deep.py", "fold.py", "nul.py", "pipe.py", "flaw.py"]
    found = reports("bandit", tmp_path, paths)
    assert [finding["rule"] for finding in found["flaw.py"]["findings"]] == ["B102"]
    for path in paths[:-1]:
        assert isinstance(found[path], str) or found[path]["problem"]


FAKE = """
import resource, sys, types
limits = {limits!r}
for what, most in limits.items():
    resource.setrlimit(getattr(resource, what), (most, most))
sys.path.insert(0, sys.argv.pop(1))
fake = types.ModuleType("fake")
def load():
    print("rubbish on stdout, while loading")
    def analyse(root, path):
        print("rubbish on stdout", file=sys.stdout, flush=True)
        print("rubbish on stderr", file=sys.stderr, flush=True)
        exec(path)
        return worker.FileReport()
    return analyse
fake.load = load
sys.modules["fake"] = fake
import lockgate.worker as worker
worker.ANALYSERS["fake"] = "fake"
worker.main()
"""


def ask(*paths, limits=None):
    argv = [sys.executable, "-I", "-c", FAKE.format(limits=limits or {}), str(SCRIPTS), "fake"]
    lines = "".join(json.dumps(["/", path]) + "\n" for path in paths)
    done = subprocess.run(argv, input=lines, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    ready, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ready == "ready"
    return [answer.get("problem", "") for answer in answers]


def test_what_a_tool_prints_spoils_no_answer():
    assert ask("pass", "import os; os.write(1, b'no'); os.system('echo no; echo no >&2')", "pass") == [
        "",
        "",
        "",
    ]


def test_a_failure_within_is_the_files_problem_and_quotes_nothing():
    found = {
        "raise MemoryError": "it needs more memory than one file may have",
        "x = bytearray(4 * 1024 ** 3)": "it needs more memory than one file may have",
        "def f(g): g(g)\nf(f)": "it is nested too deeply",
        "raise OSError(13, 'Permission denied')": "it cannot be read: Permission denied",
        "raise OSError": "it cannot be read: OSError",
        "raise KeyError('hunter2')": "the tool stumbled over it (KeyError)",
        "pass": "",
    }
    assert dict(zip(found, ask(*found), strict=True)) == found


def test_a_machine_with_lower_limits_is_no_failure():
    assert ask("pass", limits={"RLIMIT_AS": 2 * 1024**3, "RLIMIT_CORE": 0}) == [""]


def test_it_ends_when_its_input_ends_and_for_a_name_that_is_none():
    argv = [sys.executable, "-I", "-c", STARTER, str(SCRIPTS)]
    done = subprocess.run([*argv, "bandit"], input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'"ready"\n', b"")
    none = subprocess.run([*argv, "none"], input=b"", capture_output=True, timeout=60, check=False)
    assert none.returncode != 0
    assert none.stdout == b""


def test_the_default_command_reaches_it_through_the_environments_path_file(tmp_path):
    there = subprocess.run(
        [sys.executable, "-I", "-c", "import lockgate"], cwd=tmp_path, capture_output=True, check=False
    )
    if there.returncode != 0:
        pytest.skip("this Python is not of the locked environment: it does not know lockgate by itself")
    Path(tmp_path, "a.py").write_text("x = 1\n")
    (reply,) = Pool("bandit", 1, 60).map([Job(str(tmp_path), "a.py")])
    assert reply.result == b"{}"
