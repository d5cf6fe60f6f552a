"""The command line: `lockgate run` and the other commands, and `action` for the actions."""

import argparse
import importlib
import os
from collections.abc import Sequence

from lockgate.cli.arguments import parse
from lockgate.failures import guarded
from lockgate.process import end_with_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    end_with_signals()
    arguments = parse(argv)
    return guarded(lambda: _call(arguments), os.environ)


def _call(arguments: argparse.Namespace) -> int:
    """Call the function that a command names: what only the others need is not imported."""
    module, name = arguments.command.split(".")
    return int(getattr(importlib.import_module(f"lockgate.cli.{module}"), name)(arguments, os.environ))
