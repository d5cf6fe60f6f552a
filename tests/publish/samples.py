"""Runs and statements for tests."""

from dataclasses import replace

import msgspec

import fake_github
from lockgate.errors import ExitCode
from lockgate.finding import Severity
from lockgate.publish.runs import Run
from lockgate.publish.statement import of_verdict
from lockgate.verdict import Answer, Outcome
from verdicts import finding, gate, verdict


def run(**changes):
    return msgspec.convert(fake_github.run(**changes), Run)


def failing(*findings, **changes):
    return verdict(*(findings or (finding(blocking=True),)), **changes)


def passing(*findings):
    passed = gate(outcome=Outcome.PASSED, reason="nothing at or above high in 3 files")
    return replace(
        verdict(*findings, gates=(passed,)), answer=Answer.PASS, exit_code=ExitCode.PASS, reason="no finding"
    )


def many(number):
    return failing(
        *(
            finding(path=f"src/{each:05}.py", line=each + 1, blocking=True, severity=Severity.HIGH)
            for each in range(number)
        )
    )


def statement(made=None, **changes):
    return of_verdict(run(**changes), made or failing())
