"""What the user sees when a run cannot give a verdict."""

import sys
import traceback
from collections.abc import Mapping

from lockgate import __version__
from lockgate.cli.running import runner
from lockgate.errors import ExitCode, LockgateError
from lockgate.untrusted import visible


def failed(error: LockgateError, environment: Mapping[str, str]) -> int:
    """Say what happened, why it probably did and what to do; give the exit code."""
    sys.stderr.write(f"lockgate: {visible(str(error))}\n")
    _tell_runner(str(error), environment)
    return error.exit_code


def bug(error: Exception, environment: Mapping[str, str]) -> int:
    """Print a report that can be pasted: where it happened and what kind of error, no content of any file."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {_module(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    report = "\n".join(
        [
            f"a bug in lockgate {__version__}: {type(error).__name__} on Python {sys.version.split()[0]}",
            *places,
            "  likely cause: input that nobody thought of",
            "  what to do: report these lines; they hold nothing of your code",
        ]
    )
    sys.stderr.write(f"lockgate: {report}\n")
    _tell_runner(report, environment)
    return ExitCode.BUG


def _module(filename: str) -> str:
    return "/".join(filename.split("/")[-2:])


def _tell_runner(message: str, environment: Mapping[str, str]) -> None:
    if environment.get("GITHUB_ACTIONS") == "true":
        emitter = runner(environment)
        emitter.annotate("error", message, title="lockgate")
        emitter.set_output("verdict", "error")
        emitter.set_output("findings", "0")
