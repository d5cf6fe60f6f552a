import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lockgate.process.kept import Kept

ECHO = """
import sys
for line in sys.stdin:
    print(line.strip(), flush=True)
"""


def kept(script):
    return Kept([sys.executable, "-I", "-c", script])


@pytest.fixture
def echo():
    child = kept(ECHO)
    yield child
    child.close(5)


def test_it_answers_line_by_line(echo):
    assert echo.ask({"a": "\n"}, 5) == {"a": "\n"}
    assert echo.ask({"b": "x" * 200_000}, 5) == {"b": "x" * 200_000}
    assert echo.alive


def test_it_ends_with_its_input(echo):
    began = time.monotonic()
    echo.close(5)
    assert not echo.alive
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "script", ["", "print('nonsense')", "print('[]')", "print('{}', end='')", "print('x' * 5_000_000)"]
)
def test_what_is_no_answer_is_an_error(script):
    child = kept(script)
    with pytest.raises(OSError):
        child.ask({}, 5)
    child.close(5)


def test_one_that_says_nothing_is_waited_for_so_long():
    child = kept("import time; time.sleep(60)")
    with pytest.raises(TimeoutError):
        child.ask({}, 0.2)
    child.close(0.1)
    assert not child.alive


def test_one_that_cannot_be_started_is_an_error():
    with pytest.raises(OSError):
        Kept(["/no/such/program"])


def test_the_end_of_a_run_leaves_it_time_to_tidy_up(tmp_path):
    script = """
import sys, threading
from lockgate.process.children import end_all
from lockgate.process.kept import Kept
child = Kept([sys.executable, "-I", "-c", sys.argv[1]])
child.ask({}, 5)
end_all()
child.ask({}, 5)
"""
    tidy = f"{ECHO}\nopen({str(tmp_path / 'tidy')!r}, 'w')"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "scripts")}
    done = subprocess.run([sys.executable, "-c", script, tidy], env=env, check=False, timeout=20)
    assert done.returncode == 0
    deadline = time.monotonic() + 5
    while not (tmp_path / "tidy").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (tmp_path / "tidy").exists()
