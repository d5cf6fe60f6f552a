"""`lockgate verify`: whether what workflows pin of the toolkit are releases of it."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from lockgate.errors import ExitCode
from lockgate.verify import text
from lockgate.verify.answers import answer
from lockgate.verify.callers import collect
from lockgate.verify.toolkit import open_clone


def verify(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Say whether the toolkit's commits that workflows pin are releases, and what they run."""
    found = collect(arguments.what, Path.cwd(), arguments.repository)
    toolkit = open_clone(arguments.toolkit, arguments.repository, arguments.releases)
    answers = [answer(use, places, toolkit) for use, places in found.items()]
    sys.stdout.write(text.render(answers, arguments.repository))
    return ExitCode.PASS if all(each.verified for each in answers) else ExitCode.FINDINGS
