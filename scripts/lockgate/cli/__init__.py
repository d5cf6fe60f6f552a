"""The command line: `lockgate run`, `plan`, `explain`, `schema`, `version`, and `action` for the actions."""

import os
import signal
import sys
from collections.abc import Sequence

from lockgate.cli.arguments import parse
from lockgate.cli.failures import bug, failed
from lockgate.errors import ExitCode, LockgateError
from lockgate.process import end_all


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    arguments = parse(argv)
    try:
        return int(arguments.command(arguments, os.environ))
    except LockgateError as error:
        return failed(error, os.environ)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads what is left to flush
        return ExitCode.PLATFORM
    except Exception as error:  # noqa: BLE001 - the last resort: a report that can be pasted
        return bug(error, os.environ)


def _end(number: int, _frame: object) -> None:
    """End every tool at once, then unwind, so that nothing is left behind."""
    end_all()
    raise SystemExit(128 + number)
