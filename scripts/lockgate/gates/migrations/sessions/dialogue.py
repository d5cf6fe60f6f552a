"""Talk with a program in JSON lines: one asked, one answered, each in its time."""

import json
import os
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lockgate.errors import ToolError
from lockgate.process import children
from lockgate.untrusted import cut, one_line

_CHUNK = 64 * 1024
_GLANCE = 0.5
_LONGEST_ANSWER = 64 * 1024 * 1024
_LAST_WORDS = 16 * 1024
_SHOWN = 400


class DiedError(Exception):
    """Say that the program gave no answer and what it said last; `slow` where it was stopped for its time."""

    def __init__(self, what: str, *, slow: bool = False) -> None:
        super().__init__(what)
        self.slow = slow


class Dialogue:
    """Keep one program; it is ended at the latest by `close`. What it prints besides is kept in short."""

    def __init__(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        try:
            self._child = children.start(argv, cwd=cwd, env=env)
        except (OSError, ValueError) as error:
            raise ToolError(
                f"{Path(argv[0]).name} could not be started: {getattr(error, 'strerror', None) or error}",
                cause="the program, or the folder that it is run in, is not there",
                todo="see `gates.migrations` in `.lockgate.yml`",
            ) from error
        self._inbox = bytearray()
        self._said = bytearray()
        self._over = self._closed = False

    def ask(self, question: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """Send one line and give the answer; raise DiedError, the program ended, when there is none."""
        if self._closed:
            raise DiedError("has ended before")
        deadline = time.monotonic() + seconds
        unsent = memoryview(json.dumps(question).encode() + b"\n")
        while b"\n" not in self._inbox and not self._over:
            if time.monotonic() > deadline:
                raise self._ended(f"was stopped after {seconds:g} seconds", slow=True)
            unsent = self._exchange(unsent)
        line, _, rest = bytes(self._inbox).partition(b"\n")
        self._inbox[:] = rest
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._ended("ended without an answer")
        return answer

    def close(self) -> None:
        """End the program and all that it has started."""
        self._closed = True
        children.end(self._child)

    @property
    def last_words(self) -> str:
        """Give the end of what the program printed, on one line."""
        words = one_line(self._said.decode("utf-8", "replace"))
        return cut(words[-_SHOWN:], _SHOWN)

    def _ended(self, how: str, *, slow: bool = False) -> DiedError:
        children.kill(self._child)
        self._drain(time.monotonic() + _GLANCE)
        self.close()
        return DiedError(f"{how}{f': {self.last_words}' if self.last_words else ''}", slow=slow)

    def _exchange(self, unsent: memoryview) -> memoryview:
        stdin, stdout, stderr = self._child.stdin, self._child.stdout, self._child.stderr
        if not (stdin and stdout and stderr):  # pragma: no cover - pipes were asked for
            raise AssertionError
        readable, writable, _ = select.select([stdout, stderr], [stdin] if unsent else [], [], _GLANCE)
        try:
            if writable:
                unsent = unsent[os.write(stdin.fileno(), unsent[:4096]) :]
        except BrokenPipeError:
            unsent = memoryview(b"")
        if stderr in readable:
            self._keep(os.read(stderr.fileno(), _CHUNK))
        if stdout in readable:
            chunk = os.read(stdout.fileno(), _CHUNK)
            self._inbox += chunk
            self._over = not chunk or len(self._inbox) > _LONGEST_ANSWER
        return unsent

    def _keep(self, chunk: bytes) -> None:
        self._said += chunk
        del self._said[:-_LAST_WORDS]

    def _drain(self, deadline: float) -> None:
        """Read the rest of its last words; somebody else may hold the pipe open, or fill it for ever."""
        stderr = self._child.stderr
        while stderr and time.monotonic() < deadline and select.select([stderr], [], [], 0.1)[0]:
            chunk = os.read(stderr.fileno(), _CHUNK)
            if not chunk:
                return
            self._keep(chunk)
