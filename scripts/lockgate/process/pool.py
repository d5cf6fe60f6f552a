"""Analyse files in worker processes: one worker a core, a time limit a file, and no file can end the run.

A worker is `python -I -m lockgate.worker NAME`. It says "ready", then reads one JSON line a file (`Job`) and
answers each with one line. A file that kills its worker is tried once more, alone in a fresh one; then it is
given up, as is a file that is not answered in time, and the others go on.
"""

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import ToolError
from lockgate.process import children

_BATCH = 16
_CHUNK = 256 * 1024
_START_SECONDS = 60.0
_GLANCE = 0.1
_MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """Ask for one file: `path` is relative to the folder `root`."""

    root: str
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer a job: `result` is the line that the worker wrote; else `problem` says why there is none."""

    job: Job
    result: bytes = b""
    problem: str = ""


class WorkerDiedError(Exception):
    """Say why a worker gave no answer; its text is shown to the user."""


class WorkerSlowError(WorkerDiedError):
    """Say that a worker was stopped for taking too long: there is no point in asking again."""


class _StoppedError(Exception):
    """Say that nobody waits for answers any more."""


_Replies = queue.SimpleQueue[Reply | BaseException | None]


@dataclass(frozen=True, slots=True)
class Pool:
    """Run the worker `name` over files with `jobs` processes; `seconds` is the limit of one file."""

    name: str
    jobs: int
    seconds: float
    argv: tuple[str, ...] = (sys.executable, "-I", "-X", "utf8", "-m", "lockgate.worker")

    def map(self, jobs: Sequence[Job]) -> Iterator[Reply]:
        """Answer every job, in any order; raise ToolError when the worker itself cannot start."""
        size = max(1, min(_BATCH, -(-len(jobs) // self.jobs)))
        todo = deque(list(jobs[at : at + size]) for at in range(0, len(jobs), size))
        replies: _Replies = queue.SimpleQueue()
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._serve, args=(todo, replies, stop), daemon=True)
            for _ in range(min(self.jobs, len(todo)))
        ]
        for thread in threads:
            thread.start()
        try:
            yield from _collect(replies, len(threads))
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _serve(self, todo: deque[list[Job]], replies: _Replies, stop: threading.Event) -> None:
        worker = _Worker(self.argv, self.name, stop)
        try:
            while batch := _next(todo):
                self._batch(worker, batch, replies)
        except _StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the thread that called map()
            replies.put(error)
        finally:
            worker.end()
            replies.put(None)

    def _batch(self, worker: "_Worker", batch: list[Job], replies: _Replies) -> None:
        while batch:
            done = 0
            try:
                for result in worker.ask(batch, self.seconds):
                    replies.put(Reply(batch[done], result))
                    done += 1
                return
            except WorkerSlowError as error:
                replies.put(Reply(batch[done], problem=str(error)))
            except WorkerDiedError:
                replies.put(self._alone(worker, batch[done]))
            batch = batch[done + 1 :]

    def _alone(self, worker: "_Worker", job: Job) -> Reply:
        try:
            return Reply(job, next(worker.ask([job], self.seconds)))
        except WorkerDiedError as error:
            return Reply(job, problem=str(error))


def _next(todo: deque[list[Job]]) -> list[Job]:
    try:
        return todo.popleft()
    except IndexError:
        return []


def _collect(replies: _Replies, running: int) -> Iterator[Reply]:
    while running:
        reply = replies.get()
        if reply is None:
            running -= 1
        elif isinstance(reply, BaseException):
            raise reply
        else:
            yield reply


class _Worker:
    """Keep one worker process, started when first asked and again after each death."""

    def __init__(self, argv: Sequence[str], name: str, stop: threading.Event) -> None:
        self._argv = (*argv, name)
        self._name = name
        self._stop = stop
        self._child: children.Child | None = None
        self._unsent = b""
        self._inbox = bytearray()

    def ask(self, jobs: Sequence[Job], seconds: float) -> Iterator[bytes]:
        """Yield one answer a job, in order; raise WorkerDiedError, the worker ended, at the first without."""
        child = self._child or self._start()
        self._unsent = b"".join(json.dumps([job.root, job.path]).encode() + b"\n" for job in jobs)
        try:
            for _ in jobs:
                yield self._line(child, seconds)
        except OSError as error:
            self.end()
            raise self._death() from error
        except WorkerDiedError:
            self.end()
            raise

    def end(self) -> None:
        if self._child:
            children.end(self._child)
        self._child = None
        self._unsent = b""
        self._inbox.clear()

    def _start(self) -> children.Child:
        try:
            child = children.start(self._argv, cwd=Path("/"), stderr=subprocess.DEVNULL)
            self._child = child
            if child.stdin:
                os.set_blocking(child.stdin.fileno(), False)
            ready = json.loads(self._line(child, _START_SECONDS))
        except (WorkerDiedError, OSError, ValueError) as error:
            raise self._no_start() from error
        if ready != "ready":
            raise self._no_start()
        return child

    def _death(self) -> WorkerDiedError:
        return WorkerDiedError(f"{self._name} died while reading this file")

    def _no_start(self) -> ToolError:
        return ToolError(
            f"{self._name} could not be started",
            cause="its package is missing or broken in the locked environment, or memory is short",
            todo="remove lockgate's environment (`make clean`) and run again",
        )

    def _line(self, child: children.Child, seconds: float) -> bytes:
        """Read one line and meanwhile write what the worker has room for: neither can block the other."""
        deadline = time.monotonic() + seconds
        searched = 0
        while (end := self._inbox.find(b"\n", searched)) < 0:
            searched = len(self._inbox)
            if searched > _MAX_LINE:
                raise self._death()
            if self._stop.is_set():
                raise _StoppedError
            if time.monotonic() > deadline:
                raise WorkerSlowError(f"{self._name} was stopped after {seconds:g} seconds on this file")
            self._exchange(child)
        line = bytes(self._inbox[:end])
        del self._inbox[: end + 1]
        return line

    def _exchange(self, child: children.Child) -> None:
        if not (child.stdin and child.stdout):  # pragma: no cover - pipes were asked for
            raise AssertionError
        pipes = select.poll()
        pipes.register(child.stdout, select.POLLIN)
        if self._unsent:
            pipes.register(child.stdin, select.POLLOUT)
        for descriptor, _ in pipes.poll(_GLANCE * 1000):
            if descriptor == child.stdin.fileno():
                self._send(descriptor)
            elif chunk := os.read(descriptor, _CHUNK):
                self._inbox += chunk
            else:
                raise self._death()

    def _send(self, descriptor: int) -> None:
        try:
            self._unsent = self._unsent[os.write(descriptor, self._unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._unsent = b""  # it has died; what it still said is read first
