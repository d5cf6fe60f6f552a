"""The command line: `lockgate run`, `plan`, `explain`, `schema`, `version`, and `action` for the actions."""

import os
from collections.abc import Sequence

from lockgate.cli.arguments import parse
from lockgate.failures import guarded
from lockgate.process import end_with_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    end_with_signals()
    arguments = parse(argv)
    return guarded(lambda: arguments.command(arguments, os.environ), os.environ)
