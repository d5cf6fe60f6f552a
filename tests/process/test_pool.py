import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.errors import ToolError
from lockgate.process.pool import Job, Pool

FAKE = """
import json, os, sys, time
log = open(sys.argv[1], "ab", 0)
log.write(b"start %d\\n" % os.getpid())
out = sys.stdout.buffer
def say(line):
    out.write(line + b"\\n"); out.flush()
{before}
say(b'"ready"')
for line in sys.stdin.buffer:
    root, path = json.loads(line)
    log.write(json.dumps(path).encode() + b"\\n")
    {during}
    say(json.dumps([root, path]).encode())
"""


@pytest.fixture
def fake(tmp_path):
    """Make pools whose worker does something of its own; `log` holds its starts and what it was asked."""

    class Fake:
        log = tmp_path / "log"

        def pool(self, during="pass", *, before="", jobs=2, seconds=20):
            worker = tmp_path / "worker.py"
            worker.write_text(FAKE.format(before=before, during=during))
            argv = (sys.executable, "-I", "-S", "-X", "utf8", str(worker), str(self.log))
            return Pool("fake", jobs, seconds, argv)

        def lines(self):
            return self.log.read_text().splitlines() if self.log.exists() else []

        def asked(self, path):
            return self.lines().count(json.dumps(path))

        def pids(self):
            return [int(line.split()[1]) for line in self.lines() if line.startswith("start")]

    return Fake()


def answers(replies):
    """Hold the replies against the jobs: every answer must be that of its own job."""
    replies = list(replies)
    for reply in replies:
        assert bool(reply.result) != bool(reply.problem)
        assert not reply.result or json.loads(reply.result) == [reply.job.root, reply.job.path]
    return {reply.job.path: reply.problem for reply in replies}


def jobs(*paths):
    return [Job("/r", path) for path in paths]


MANY = [f"{number}" for number in range(100)]


def test_every_job_is_answered_once(fake):
    replies = list(fake.pool().map(jobs(*MANY)))
    assert sorted(reply.job.path for reply in replies) == sorted(MANY)
    assert set(answers(replies).values()) == {""}
    assert len(fake.pids()) == 2


def test_no_jobs_start_no_worker(fake):
    assert list(fake.pool().map([])) == []
    assert fake.pids() == []


@pytest.mark.parametrize(("count", "workers"), [(1, 1), (2, 2), (3, 2), (40, 2)])
def test_no_more_workers_than_jobs_and_few_jobs_are_shared_out(fake, count, workers):
    assert len(answers(fake.pool().map(jobs(*MANY[:count])))) == count
    assert len(fake.pids()) == workers


def test_a_file_that_kills_its_worker_is_tried_again_alone_and_given_up(fake):
    found = answers(fake.pool("if path == '50': os._exit(1)").map(jobs(*MANY)))
    assert {path for path, problem in found.items() if problem} == {"50"}
    assert found["50"] == "fake died while reading this file"
    assert len(found) == 100
    assert fake.asked("50") == 2


def test_a_file_that_kills_its_worker_only_once_is_answered(fake, tmp_path):
    seen = str(tmp_path / "seen")
    once = f"if path == '50' and not os.path.exists({seen!r}): open({seen!r}, 'w'); os.kill(os.getpid(), 9)"
    assert set(answers(fake.pool(once).map(jobs(*MANY))).values()) == {""}


def test_files_that_all_kill_the_worker(fake):
    found = answers(fake.pool("os._exit(1)").map(jobs(*MANY[:6])))
    assert set(found.values()) == {"fake died while reading this file"}
    assert len(found) == 6


def test_a_slow_file_is_not_tried_again(fake):
    began = time.monotonic()
    found = answers(fake.pool("if path == '7': time.sleep(60)", seconds=0.5).map(jobs(*MANY)))
    assert {path: problem for path, problem in found.items() if problem} == {
        "7": "fake was stopped after 0.5 seconds on this file"
    }
    assert len(found) == 100
    assert fake.asked("7") == 1
    assert time.monotonic() - began < 15


def test_an_answer_without_an_end_is_slow_too(fake):
    dribble = "while path == '1': out.write(b'.'); out.flush(); time.sleep(0.02)"
    found = answers(fake.pool(dribble, seconds=0.5).map(jobs("0", "1", "2")))
    assert found == {"0": "", "1": "fake was stopped after 0.5 seconds on this file", "2": ""}


def test_rubbish_is_handed_on_to_be_judged(fake):
    replies = list(fake.pool("if path == '1': say(b'\\xff rubbish'); continue").map(jobs("0", "1", "2")))
    assert {reply.job.path: reply.result for reply in replies}["1"] == b"\xff rubbish"
    assert sorted(reply.job.path for reply in replies if reply.problem) == []


@pytest.mark.parametrize(
    "before",
    [
        "sys.exit(1)",
        "say(b'rubbish')",
        "say(b'[]')",
        "os.kill(os.getpid(), 9)",
        "out.write(b'{'); sys.exit()",
    ],
)
def test_a_worker_that_cannot_start_is_a_tool_error(fake, before):
    with pytest.raises(ToolError, match="fake could not be started"):
        list(fake.pool(before=before).map(jobs(*MANY)))


def test_a_missing_program_is_a_tool_error():
    with pytest.raises(ToolError, match="gone could not be started"):
        list(Pool("gone", 2, 5, ("/no/such/program",)).map(jobs("a")))


def test_a_worker_that_starts_only_once_ends_the_map(fake, tmp_path):
    seen = str(tmp_path / "seen")
    before = f"if os.path.exists({seen!r}): sys.exit(1)\nopen({seen!r}, 'w')"
    with pytest.raises(ToolError, match="could not be started"):
        list(fake.pool("if path == '3': os._exit(1)", before=before, jobs=1).map(jobs(*MANY)))


def test_a_worker_killed_from_outside_loses_nothing(fake):
    pool = fake.pool("time.sleep(0.005)")
    found = {}
    for number, reply in enumerate(pool.map(jobs(*MANY))):
        found[reply.job.path] = reply.problem
        if number in {5, 20}:
            os.kill(fake.pids()[-1], signal.SIGKILL)
    assert found == dict.fromkeys(MANY, "")


def test_an_abandoned_map_leaves_no_process_and_no_thread(fake):
    threads = threading.active_count()
    replies = fake.pool("time.sleep(60) if path == '1' else None", jobs=2).map(jobs(*MANY))
    next(replies)
    began = time.monotonic()
    replies.close()
    assert time.monotonic() - began < 3
    assert threading.active_count() == threads
    assert len(fake.pids()) <= 2  # none is started to be ended
    for pid in fake.pids():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_large_answers_and_long_paths_do_not_block(fake):
    long = ["/".join(["\udcff" * 200] * 20) + str(number) for number in range(64)]
    large = "out.write(b'[' + b' ' * 300_000); say(json.dumps([root, path]).encode()[1:]); continue"
    found = answers(fake.pool(large, jobs=1).map(jobs(*long)))
    assert found == dict.fromkeys(long, "")


def test_a_worker_that_never_reads_is_slow(fake):
    stuck = fake.pool(before="say(b'\"ready\"'); time.sleep(60)", jobs=1, seconds=0.3)
    found = answers(stuck.map(jobs("a" * 200_000, "b")))
    assert set(found.values()) == {"fake was stopped after 0.3 seconds on this file"}


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=30), unique=True, max_size=40))
def test_any_path_arrives_as_it_is(tmp_path_factory, paths):
    worker = tmp_path_factory.mktemp("any") / "worker.py"
    worker.write_text(FAKE.format(before="", during="pass"))
    argv = (sys.executable, "-I", "-S", "-X", "utf8", str(worker), os.devnull)
    assert answers(Pool("fake", 2, 20, argv).map(jobs(*paths))) == dict.fromkeys(paths, "")


def test_ten_thousand_quick_jobs_are_quick(fake):
    began = time.monotonic()
    found = answers(fake.pool().map([Job("/r", str(number)) for number in range(10_000)]))
    assert len(found) == 10_000
    assert time.monotonic() - began < 10


def test_the_caller_and_the_folder_are_out_of_reach(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    monkeypatch.chdir(tmp_path)
    seen = tmp_path / "seen"
    before = f"open({str(seen)!r}, 'w').write(json.dumps([os.getcwd(), 'GITHUB_TOKEN' in os.environ]))"
    assert answers(fake.pool(before=before).map(jobs("a"))) == {"a": ""}
    assert json.loads(seen.read_text()) == [str(Path("/")), False]
