"""`lockgate run` and `lockgate action`: the gates, and the verdict."""

import argparse
from collections.abc import Mapping

from lockgate.cli.planning import options
from lockgate.cli.running import run_and_report
from lockgate.errors import ExitCode
from lockgate.host import host
from lockgate.inputs import from_action


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Run the gates and give the verdict."""
    return run_and_report(options(arguments), host(environment))


def action(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Run as a GitHub action."""
    return run_and_report(from_action(environment, arguments.gate), host(environment))
