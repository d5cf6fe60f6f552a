"""`lockgate explain`: why a finding of the last run blocks or does not."""

import argparse
import sys
from collections.abc import Mapping

from lockgate.cli.reading import read_report
from lockgate.errors import ExitCode
from lockgate.reports import explanation


def explain(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say why a finding of the last run blocks or does not."""
    sys.stdout.write(explanation.render(read_report(arguments.report), arguments.fingerprint))
    return ExitCode.PASS
