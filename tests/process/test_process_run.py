import os
import signal
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.errors import ToolError
from lockgate.process import Completed, run

FDS = Path("/proc/self/fd")
PYTHON = [sys.executable, "-I", "-S", "-c"]


def python(code, **options):
    return run([*PYTHON, code], cwd=Path("/"), **{"seconds": 30, **options})


def descriptors():
    return len(list(FDS.iterdir())) if FDS.is_dir() else 0


def test_it_gives_code_and_both_streams():
    code = "import sys; sys.stdout.write('out'); sys.stderr.write('err'); sys.exit(3)"
    assert python(code) == Completed(3, b"out", b"err")


def test_a_child_killed_by_a_signal_has_a_code_below_zero():
    assert python("import os; os.kill(os.getpid(), 9)").code == -signal.SIGKILL


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 200))
def test_cat_gives_back_what_it_is_fed(data, times):
    fed = data * times
    assert run(["cat"], cwd=Path("/"), seconds=30, stdin=fed) == Completed(0, fed, b"")


def test_both_pipes_full_at_once_do_not_block():
    size = 3_000_000
    echo = f"import sys; sys.stderr.write('e' * {size}); sys.stdout.buffer.write(sys.stdin.buffer.read())"
    assert python(echo, stdin=b"i" * size) == Completed(0, b"i" * size, b"e" * size)


def test_a_child_that_ignores_its_input():
    assert python("print(1)", stdin=b"x" * 5_000_000).stdout == b"1\n"
    closed = "import os, time; os.close(0); time.sleep(0.2); print(1)"
    assert python(closed, stdin=b"x" * 5_000_000).stdout == b"1\n"


def test_a_child_that_closes_its_output_and_goes_on_is_waited_for():
    assert python("import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(7)").code == 7


def test_endless_output_is_stopped():
    with pytest.raises(ToolError, match=r"printed more than 0\.5 MiB"):
        run(["yes"], cwd=Path("/"), seconds=30, max_output=512 * 1024)
    with pytest.raises(ToolError, match="printed more than 1 MiB"):
        run(["sh", "-c", "yes >&2"], cwd=Path("/"), seconds=30, max_output=1024 * 1024)


def test_output_of_exactly_the_limit_is_taken():
    assert len(python("print('x' * 99)", max_output=100).stdout) == 100
    with pytest.raises(ToolError):
        python("print('x' * 100)", max_output=100)


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "while True: pass",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
        "import os, time; os.close(1); os.close(2); time.sleep(60)",
        "import time\nwhile True: print(1, flush=True); time.sleep(0.01)",
    ],
)
def test_a_slow_child_is_stopped(code):
    began = time.monotonic()
    with pytest.raises(ToolError, match=r"was stopped after 0\.5 seconds") as raised:
        python(code, seconds=0.5)
    assert time.monotonic() - began < 5
    assert "seconds-per-tool" in raised.value.todo


# What a grandchild does with the pipe that it inherits; the child prints its pid and ends.
GRANDCHILD = """
import os, sys, time
pid = os.fork()
if pid == 0:
    if {own_session}: os.setsid()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        {does}
    os._exit(0)
sys.stdout.write(f"{{pid}} the end\\n")
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("own_session", [False, True])
@pytest.mark.parametrize("does", ["time.sleep(0.01)", "os.write(1, b'.'); time.sleep(0.01)"])
def test_a_grandchild_that_holds_the_pipe_is_not_waited_for(own_session, does):
    began = time.monotonic()
    done = python(GRANDCHILD.format(own_session=own_session, does=does))
    pid, text = done.stdout.replace(b".", b"").split(b" ", 1)
    try:
        assert (done.code, text) == (0, b"the end\n")
        assert time.monotonic() - began < 10
    finally:
        if own_session:
            os.kill(int(pid), signal.SIGKILL)


def test_a_grandchild_of_the_group_is_ended():
    done = python(GRANDCHILD.format(own_session=False, does="time.sleep(0.01)"))
    pid = int(done.stdout.split()[0])
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if "Z" in _state(pid):  # in a container nobody may reap it
            return
        time.sleep(0.05)
    raise AssertionError(f"{pid} lives")


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such-program-of-lockgate"], "No such file"),
        (["/"], "Permission denied"),
        (["echo", "a\0b"], "null byte"),
        (["echo", "\ud800"], "surrogates not allowed"),
        (["echo", *["x" * 100_000] * 100], "too long"),
    ],
)
def test_what_cannot_start_is_a_tool_error(argv, words):
    with pytest.raises(ToolError, match="could not be started") as raised:
        run(argv, cwd=Path("/"), seconds=5)
    assert words in raised.value.what


def test_a_missing_folder_and_a_file_that_is_no_program(tmp_path):
    with pytest.raises(ToolError, match="No such file"):
        run(["true"], cwd=tmp_path / "gone", seconds=5)
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"\x7fELF rubbish")
    rubbish.chmod(0o755)
    with pytest.raises(ToolError, match="rubbish could not be started"):
        run([str(rubbish)], cwd=tmp_path, seconds=5)


def test_arguments_may_hold_any_bytes():
    names = ["-x", "a\nb", "::error::", os.fsdecode(b"\xff\xfe"), ""]
    assert run(["printf", "%s|", *names], cwd=Path("/"), seconds=5).stdout == b"-x|a\nb|::error::|\xff\xfe||"


def test_no_descriptor_is_left_open():
    before = descriptors()
    for _ in range(5):
        python("pass")
        with pytest.raises(ToolError):
            run(["yes"], cwd=Path("/"), seconds=30, max_output=1000)
    assert descriptors() == before
