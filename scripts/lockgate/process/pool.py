"""Analyse files in worker processes: one worker a core, a time limit a file, and no file can end the run.

A worker is `python -I -m lockgate.worker NAME`. It reads one JSON line a file (`Job`) and answers with one.
A file that kills its worker is tried once more, alone in a fresh one; then it is given up, as is a file that
is not answered in time, and the others go on.
"""

import contextlib
import json
import queue
import select
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lockgate.errors import ToolError
from lockgate.process import children

_BATCH = 16
_PIPE = 48 * 1024
_START_SECONDS = 60.0
_MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """Ask for one file: `path` is relative to the folder `root`."""

    root: str
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer a job: `result` is the JSON that the worker wrote; else `problem` says why there is none."""

    job: Job
    result: bytes = b""
    problem: str = ""


class WorkerDiedError(Exception):
    """Say why a worker gave no answer; its text is shown to the user."""


class WorkerSlowError(WorkerDiedError):
    """Say that a worker was stopped for taking too long: there is no point in asking again."""


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
        todo = deque(_batches(jobs))
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
            while not stop.is_set():
                with contextlib.suppress(IndexError):
                    self._batch(worker, todo.popleft(), replies)
                    continue
                break
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


def _batches(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Cut jobs into batches that a pipe's buffer holds: neither side can then block the other by writing."""
    batch: list[Job] = []
    size = 0
    for job in jobs:
        size += len(_encode(job))
        if batch and (len(batch) == _BATCH or size > _PIPE):
            yield batch
            batch, size = [], len(_encode(job))
        batch.append(job)
    if batch:
        yield batch


def _encode(job: Job) -> bytes:
    return json.dumps([job.root, job.path]).encode() + b"\n"


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
        self._pending = b""

    def ask(self, jobs: Sequence[Job], seconds: float) -> Iterator[bytes]:
        """Yield one answer a job, in order; raise WorkerDiedError, the worker ended, at the first without."""
        if self._child is None:
            self._start()
        try:
            self._send(jobs)
            for _ in jobs:
                yield self._line(seconds)
        except OSError as error:
            self.end()
            raise WorkerDiedError(f"{self._name} died while reading this file") from error
        except WorkerDiedError:
            self.end()
            raise

    def end(self) -> None:
        if self._child:
            children.end(self._child)
            for stream in (self._child.stdin, self._child.stdout):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()
        self._child = None
        self._pending = b""

    def _start(self) -> None:
        try:
            self._child = children.start(self._argv, stderr=subprocess.DEVNULL)
            ready = json.loads(self._line(_START_SECONDS))
        except (WorkerDiedError, OSError, ValueError) as error:
            self.end()
            raise self._no_start() from error
        if ready != "ready":
            self.end()
            raise self._no_start()

    def _no_start(self) -> ToolError:
        return ToolError(
            f"{self._name} could not be started",
            cause="its package is missing or broken in the locked environment, or memory is short",
            todo="remove lockgate's environment (`make clean`) and run again",
        )

    def _send(self, jobs: Sequence[Job]) -> None:
        if not self._child or not self._child.stdin:
            raise WorkerDiedError(self._name)
        self._child.stdin.write(b"".join(_encode(job) for job in jobs))
        self._child.stdin.flush()

    def _line(self, seconds: float) -> bytes:
        """Read one line; `select` is used because a blocking read has no time limit."""
        if not self._child or not self._child.stdout:
            raise WorkerDiedError(self._name)
        stream = self._child.stdout.fileno()
        waited = 0.0
        while b"\n" not in self._pending:
            if self._stop.is_set():
                raise WorkerDiedError("the run was stopped")
            ready, _, _ = select.select([stream], [], [], 0.5)
            if not ready:
                waited += 0.5
                if waited >= seconds:
                    raise WorkerSlowError(f"{self._name} was stopped after {seconds:g} seconds on this file")
                continue
            chunk = self._child.stdout.read1(1024 * 1024)  # type: ignore[attr-defined]
            if not chunk or len(self._pending) > _MAX_LINE:
                raise WorkerDiedError(f"{self._name} died while reading this file")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line
