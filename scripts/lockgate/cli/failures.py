"""What the user sees when a run cannot give a verdict."""

import sys
import traceback
from collections.abc import Mapping

from lockgate import __version__
from lockgate.cli.consoles import leave
from lockgate.cli.running import runner
from lockgate.errors import ExitCode, LockgateError
from lockgate.github import inert
from lockgate.untrusted import visible


def failed(error: LockgateError, environment: Mapping[str, str]) -> int:
    """Say what happened, why it probably did and what to do; give the exit code."""
    _say(str(error), environment)
    return error.exit_code


def bug(error: Exception, environment: Mapping[str, str]) -> int:
    """Print a report that can be pasted: where it happened and what kind of error, no content of any file."""
    frames = traceback.extract_tb(error.__traceback__)
    report = [
        f"a bug in lockgate {__version__}: {type(error).__name__} on Python {sys.version.split()[0]}",
        *(f"  {_module(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames),
        "  likely cause: input that nobody thought of",
        "  what to do: report these lines; they hold nothing of your code",
    ]
    _say("\n".join(report), environment)
    return ExitCode.BUG


def _module(filename: str) -> str:
    return "/".join(filename.split("/")[-2:])


def _say(message: str, environment: Mapping[str, str]) -> None:
    """Tell people, and the runner; standard output stays what it was asked to be, and nothing fails here."""
    try:
        for line in visible(f"lockgate: {message}").split("\n"):
            sys.stderr.write(f"{inert(line)}\n")
        if environment.get("GITHUB_ACTIONS") == "true":
            emitter = runner(environment, sys.stderr)
            emitter.annotate("error", message, title="lockgate")
            emitter.set_output("verdict", "error")
            emitter.set_output("findings", "0")
        sys.stderr.flush()
    except OSError:
        leave(sys.stderr)
