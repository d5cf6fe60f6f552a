"""Run one child process with an environment by allowlist, a time limit and a cap on its output."""

import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import ToolError
from lockgate.process import children
from lockgate.process.children import Child

MEBIBYTE = 1024 * 1024
_CHUNK = 64 * 1024
_GLANCE = 0.1
_LAST_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class Completed:
    """Hold what a child process left behind; a `code` below zero is the signal that killed it."""

    code: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    seconds: float,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    max_output: int = 512 * MEBIBYTE,
) -> Completed:
    """Run `argv` to its end, and end what it leaves running.

    Raise ToolError when it cannot start, takes over `seconds`, or prints over `max_output` bytes in all.
    """
    name = Path(argv[0]).name
    try:
        child = children.start(argv, cwd=cwd, env=env)
    except (OSError, ValueError) as error:
        raise ToolError(
            f"{name} could not be started: {getattr(error, 'strerror', None) or error}",
            cause="the program is not installed, or not where it should be",
            todo="install it, or run `scripts/run` again so that the locked environment is made anew",
        ) from error
    talk = _Talk(child, stdin, max_output)
    try:
        talk.to_the_end(time.monotonic() + seconds)
    except subprocess.TimeoutExpired as error:
        raise ToolError(
            f"{name} was stopped after {seconds:g} seconds",
            cause="the input is very large, or one file makes it loop",
            todo="raise `limits.seconds-per-tool` in `.lockgate.yml`, or exclude the file",
        ) from error
    except OverflowError as error:
        raise ToolError(
            f"{name} printed more than {max_output / MEBIBYTE:g} MiB and was stopped",
            cause="its input is far larger than a source tree, or it is looping",
            todo="exclude generated files in `.lockgate.yml`",
        ) from error
    finally:
        children.end(child)
    return Completed(child.returncode, bytes(talk.stdout), bytes(talk.stderr))


class _Talk:
    """Feed a child and drain it in one thread, which no pipe can block: a grandchild may hold one open."""

    def __init__(self, child: Child, stdin: bytes, limit: int) -> None:
        self.stdout, self.stderr = bytearray(), bytearray()
        self._child = child
        self._stdin = memoryview(stdin)
        self._room = limit

    def to_the_end(self, deadline: float) -> None:
        """Talk until the child has ended; raise TimeoutExpired or OverflowError past a limit."""
        with selectors.DefaultSelector() as pipes:
            self._open(pipes)
            while pipes.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise subprocess.TimeoutExpired(self._child.args, 0)
                ready = pipes.select(min(left, _GLANCE))
                self._transfer(pipes, ready)
                if self._child.poll() is not None:
                    self._last_words(pipes)
                    break
        self._child.wait(max(deadline - time.monotonic(), 0))

    def _open(self, pipes: selectors.BaseSelector) -> None:
        stdin, stdout, stderr = self._child.stdin, self._child.stdout, self._child.stderr
        if not (stdin and stdout and stderr):  # pragma: no cover - pipes were asked for
            raise AssertionError
        os.set_blocking(stdin.fileno(), False)
        pipes.register(stdin, selectors.EVENT_WRITE)
        pipes.register(stdout, selectors.EVENT_READ, self.stdout)
        pipes.register(stderr, selectors.EVENT_READ, self.stderr)

    def _last_words(self, pipes: selectors.BaseSelector) -> None:
        """Take what is in the pipes of a child that has ended; whoever else holds them is not waited for."""
        children.kill(self._child)
        until = time.monotonic() + _LAST_WORDS
        while pipes.get_map() and time.monotonic() < until:
            ready = pipes.select(0)
            if not ready:
                break
            self._transfer(pipes, ready)

    def _transfer(
        self, pipes: selectors.BaseSelector, ready: Sequence[tuple[selectors.SelectorKey, int]]
    ) -> None:
        for key, _ in ready:
            more = self._feed(key.fd) if key.data is None else self._read(key.fd, key.data)
            if not more:
                pipes.unregister(key.fileobj)
                if key.data is None and self._child.stdin:
                    self._child.stdin.close()

    def _read(self, descriptor: int, into: bytearray) -> bool:
        chunk = os.read(descriptor, _CHUNK)
        into += chunk
        self._room -= len(chunk)
        if self._room < 0:
            raise OverflowError
        return bool(chunk)

    def _feed(self, descriptor: int) -> bool:
        """Write some; a child that does not read closes the pipe, and its exit code tells what happened."""
        try:
            self._stdin = self._stdin[os.write(descriptor, self._stdin[:_CHUNK]) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(self._stdin)
