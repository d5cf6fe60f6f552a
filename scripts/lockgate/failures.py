"""What the user sees when a run cannot give a verdict."""

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import IO

from lockgate import __version__
from lockgate.errors import ExitCode, LockgateError
from lockgate.github import Emitter, inert
from lockgate.untrusted import visible


def guarded(command: Callable[[], int], environment: Mapping[str, str]) -> int:
    """Run a command and give its exit code; whatever goes wrong in it is said, and never a pass."""
    _survive_any_text()
    try:
        code = int(command())
        sys.stdout.flush()
    except BrokenPipeError:
        leave(sys.stdout)
        return ExitCode.PLATFORM
    except LockgateError as error:
        _say(str(error), environment)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: a report that can be pasted
        _say(_bug(error), environment)
        return ExitCode.BUG
    return code


def leave(stream: IO[str]) -> None:
    """Send the rest of a stream nowhere, because nobody reads it; its flush at exit then fails no more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _survive_any_text() -> None:
    """Write what a stream's encoding lacks as an escape, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # another stream in tests


def _bug(error: Exception) -> str:
    """Make a report that can be pasted: where it happened and what kind of error, no content of any file."""
    import traceback  # noqa: PLC0415 - who has no bug need not load it

    frames = traceback.extract_tb(error.__traceback__)
    report = [
        f"a bug in lockgate {__version__}: {type(error).__name__} on Python {sys.version.split()[0]}",
        *(f"  {_module(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames),
        "  likely cause: input that nobody thought of",
        "  what to do: report these lines; they hold nothing of your code",
    ]
    return "\n".join(report)


def _module(filename: str) -> str:
    return "/".join(filename.split("/")[-2:])


def _say(message: str, environment: Mapping[str, str]) -> None:
    """Tell people, and the runner; standard output stays what it was asked to be, and nothing fails here."""
    try:
        for line in visible(f"lockgate: {message}").split("\n"):
            sys.stderr.write(f"{inert(line)}\n")
        if environment.get("GITHUB_ACTIONS") == "true":
            emitter = Emitter.of(environment, sys.stderr)
            emitter.annotate("error", message, title="lockgate")
            emitter.set_output("verdict", "error")
            emitter.set_output("findings", "0")
        sys.stderr.flush()
    except OSError:
        leave(sys.stderr)
