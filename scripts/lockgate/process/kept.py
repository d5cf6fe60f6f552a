"""A child that is talked with in JSON lines, and that ends itself and its own children with its input."""

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lockgate.process import children

_CHUNK = 64 * 1024
_LONGEST = 1024 * 1024


class Kept:
    """Start such a child; no signal that ends this run ends it, as it has to tidy up first.

    Raise OSError where it cannot be started.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._child = children.start(argv, cwd=Path("/"), stderr=subprocess.DEVNULL, ends_itself=True)
        self._unread = b""

    @property
    def alive(self) -> bool:
        """Say whether it has not ended."""
        return self._child.poll() is None

    def ask(self, message: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """Send one line and give the answer; raise OSError (TimeoutError after `seconds`) without one."""
        if self._child.stdin is None:  # pragma: no cover - a pipe was asked for
            raise AssertionError
        try:
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
        except ValueError as error:  # it has been hung up on
            raise ConnectionError(0, "it was told to end") from error
        line = self._line(time.monotonic() + seconds)
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ConnectionError(0, "its answer is no JSON object")
        return answer

    def hang_up(self) -> None:
        """Let it end, without waiting for it."""
        if self._child.stdin:
            with contextlib.suppress(OSError):
                self._child.stdin.close()

    def close(self, seconds: float) -> None:
        """Let it end; kill it where it has not after `seconds`."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            children.end(self._child)

    def _line(self, deadline: float) -> bytes:
        if self._child.stdout is None:  # pragma: no cover - a pipe was asked for
            raise AssertionError
        output = self._child.stdout.fileno()
        while b"\n" not in self._unread:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([output], [], [], left)[0]:
                raise TimeoutError(0, "it gave no answer")
            chunk = os.read(output, _CHUNK)
            if not chunk or len(self._unread) > _LONGEST:
                raise ConnectionError(0, "it ended")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line
