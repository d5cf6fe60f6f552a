"""Run one child process with an environment by allowlist, a time limit and a cap on its output."""

import contextlib
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lockgate.errors import ToolError
from lockgate.process import children
from lockgate.process.children import Child

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Completed:
    """Hold what a child process left behind."""

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
    """Run `argv` to its end; raise ToolError when it is missing, slow or prints over `max_output` bytes."""
    try:
        child = children.start(argv, cwd=cwd, env=env)
    except OSError as error:
        raise ToolError(
            f"{argv[0]} could not be started: {error.strerror}",
            cause="the program is not installed, or not where it should be",
            todo="install it, or run `scripts/run` again so that the locked environment is made anew",
        ) from error
    readers = [_Reader(child, stream, max_output) for stream in (child.stdout, child.stderr) if stream]
    try:
        _feed(child, stdin, seconds)
    finally:
        children.end(child)
        for reader in readers:
            reader.thread.join()
    if any(reader.overflowed for reader in readers):
        raise ToolError(
            f"{Path(argv[0]).name} printed more than {max_output // MEBIBYTE} MiB and was stopped",
            cause="its input is far larger than a source tree, or it is looping",
            todo="exclude generated files in `.lockgate.yml`",
        )
    return Completed(child.returncode, *(reader.data for reader in readers))


def _feed(child: Child, stdin: bytes, seconds: float) -> None:
    if child.stdin is None:  # pragma: no cover - a pipe was asked for
        raise AssertionError
    feeder = threading.Thread(target=_write, args=(child.stdin, stdin), daemon=True)
    feeder.start()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise ToolError(
            f"{Path(str(child.args[0])).name} was stopped after {seconds:g} seconds",  # type: ignore[index]
            cause="the input is very large, or one file makes it loop",
            todo="raise `limits.seconds-per-tool` in `.lockgate.yml`, or exclude the file",
        ) from error


def _write(stream: IO[bytes], data: bytes) -> None:
    # A child that does not read its input closes the pipe: its exit code tells what happened.
    with contextlib.suppress(BrokenPipeError, OSError), stream:
        stream.write(data)


class _Reader:
    """Drain one stream in a thread, keep at most `limit` bytes, kill the child past that."""

    def __init__(self, child: Child, stream: IO[bytes], limit: int) -> None:
        self.overflowed = False
        self._chunks: list[bytes] = []
        self.thread = threading.Thread(target=self._drain, args=(child, stream, limit), daemon=True)
        self.thread.start()

    @property
    def data(self) -> bytes:
        return b"".join(self._chunks)

    def _drain(self, child: Child, stream: IO[bytes], limit: int) -> None:
        kept = 0
        with stream:
            while chunk := stream.read(64 * 1024):
                kept += len(chunk)
                if kept > limit:
                    self.overflowed = True
                    children.kill(child)
                    return
                self._chunks.append(chunk)
