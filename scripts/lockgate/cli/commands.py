"""The commands, each a function of its arguments and the environment."""

import argparse
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from lockgate import __version__, pipeline
from lockgate.cli.reading import read_report
from lockgate.cli.running import run_and_report
from lockgate.config import Configuration
from lockgate.errors import ExitCode
from lockgate.host import host
from lockgate.inputs import Options, from_action, names, number, severity
from lockgate.plan import text
from lockgate.reports import explanation
from lockgate.reports.verdict_document import Document
from lockgate.verify import text as verify_text
from lockgate.verify.answers import answer
from lockgate.verify.callers import collect
from lockgate.verify.toolkit import open_clone


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Run the gates and give the verdict."""
    options = _options(arguments)
    return run_and_report(options, host(environment))


def action(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Run as a GitHub action."""
    options = from_action(environment, arguments.gate)
    return run_and_report(options, host(environment))


def plan(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say what `run` would do."""
    made = pipeline.plan(_options(arguments), host(environment))
    sys.stdout.write(text.render(made))
    return ExitCode.PASS


def explain(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say why a finding of the last run blocks or does not."""
    sys.stdout.write(explanation.render(read_report(arguments.report), arguments.fingerprint))
    return ExitCode.PASS


def schema(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print a JSON Schema."""
    sys.stdout.write(schema_of(arguments.of))
    return ExitCode.PASS


def schema_of(what: str) -> str:
    """Give the JSON Schema of the configuration or of the verdict."""
    kind = Configuration if what == "configuration" else Document
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_flat(msgspec.json.schema(kind))}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _flat(schema: Any) -> Any:  # noqa: ANN401 - a JSON Schema is any JSON
    """Take the indentation out of descriptions: before 3.13, Python leaves it in docstrings."""
    if isinstance(schema, dict):
        return {key: _flat(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_flat(value) for value in schema]
    return inspect.cleandoc(schema) if isinstance(schema, str) else schema


def verify(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say whether the toolkit's commits that workflows pin are releases, and what they run."""
    found = collect(arguments.what, Path.cwd(), arguments.repository)
    toolkit = open_clone(arguments.toolkit, arguments.repository, arguments.releases)
    answers = [answer(use, places, toolkit) for use, places in found.items()]
    sys.stdout.write(verify_text.render(answers, arguments.repository))
    return ExitCode.PASS if all(each.verified for each in answers) else ExitCode.FINDINGS


def version(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print the version."""
    sys.stdout.write(f"lockgate {__version__}\n")
    return ExitCode.PASS


def _options(arguments: argparse.Namespace) -> Options:
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
