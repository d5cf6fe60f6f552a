"""`lockgate plan`: what `lockgate run` would do with the same arguments."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from lockgate import pipeline
from lockgate.errors import ExitCode
from lockgate.host import host
from lockgate.inputs import Options, names, number, severity
from lockgate.plan import text


def plan(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say what `run` would do."""
    made = pipeline.plan(options(arguments), host(environment))
    sys.stdout.write(text.render(made))
    return ExitCode.PASS


def options(arguments: argparse.Namespace) -> Options:
    """Read the arguments; `plan` has fewer of them than `run`."""
    given = vars(arguments)
    return Options(
        path=arguments.path,
        gates=names(arguments.gates),
        base=arguments.base,
        all=arguments.all,
        config=arguments.config,
        output=given.get("output", Path("lockgate-report")),
        format=given.get("format", "text"),
        fail_on=severity(arguments.fail_on) if given.get("fail_on") else None,
        jobs=number(arguments.jobs) if given.get("jobs") else 0,
        history=given.get("history"),
    )
