"""`lockgate version`."""

import argparse
import sys
from collections.abc import Mapping

from lockgate import __version__
from lockgate.errors import ExitCode


def version(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print the version."""
    sys.stdout.write(f"lockgate {__version__}\n")
    return ExitCode.PASS
