"""The command line: `lockgate run`, `plan`, `explain`, `schema`, `version`, and `action` for the actions."""

import os
import signal
import sys
from collections.abc import Sequence

from lockgate.cli.arguments import parse
from lockgate.cli.consoles import leave, survive_any_text
from lockgate.cli.failures import bug, failed
from lockgate.errors import ExitCode, LockgateError
from lockgate.process import end_all

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    survive_any_text()
    for number in _SIGNALS:
        signal.signal(number, _end)
    arguments = parse(argv)
    try:
        code = int(arguments.command(arguments, os.environ))
        sys.stdout.flush()
    except BrokenPipeError:
        leave(sys.stdout)
        return ExitCode.PLATFORM
    except LockgateError as error:
        return failed(error, os.environ)
    except Exception as error:  # noqa: BLE001 - the last resort: a report that can be pasted
        return bug(error, os.environ)
    return code


def _end(number: int, _frame: object) -> None:
    """End every tool, then unwind, so that nothing is left behind; no second signal disturbs that."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    end_all()
    raise SystemExit(128 + number)
