"""`lockgate hook`: judge what is staged, and become a checkout's pre-commit hook."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lockgate import hook as hooks
from lockgate import pipeline
from lockgate.cli.consoles import console
from lockgate.errors import ExitCode
from lockgate.github import inert
from lockgate.host import host
from lockgate.inputs import Options, names
from lockgate.observer import Silent
from lockgate.ranking import rank
from lockgate.reports import terminal
from lockgate.untrusted import one_line
from lockgate.verdict import Answer, Verdict

_MOST = 50
_MEND = """Mend and stage it, or commit a waiver first (`lockgate waive`). \
`git commit --no-verify` goes past this hook, and not past the gate."""


def hook(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Judge what is staged, or install the hook that does."""
    if arguments.install:
        sys.stdout.write(f"{inert(one_line(hooks.install(Path())))}\n")
        return ExitCode.PASS
    options = Options(path=Path(), gates=names(arguments.gates), staged=True)
    verdict = pipeline.run(options, host(environment), Silent()).verdict
    _print(verdict, environment)
    return verdict.exit_code


def _print(verdict: Verdict, environment: Mapping[str, str]) -> None:
    """Print one line when all is well, else what blocks: there is no report that could hold the rest."""
    blocking = sorted((finding for finding in verdict.findings if finding.blocking), key=rank)
    if verdict.answer is Answer.PASS:
        sys.stdout.write(f"{inert(f'lockgate: {one_line(verdict.reason)}')}\n")
        return
    terminal.show(replace(verdict, findings=tuple(blocking[:_MOST])), console(sys.stdout, environment))
    if len(blocking) > _MOST:
        sys.stdout.write(f"{_MOST} of {len(blocking):,} findings shown.\n")
    sys.stdout.write(f"{_MEND}\n")
