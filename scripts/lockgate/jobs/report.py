"""Publish the verdict of another run: a comment on its pull request, a check run on its commit.

It runs for the default branch with a token that may write, after a run that may be a stranger's.
"""

import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import requests

from lockgate.api import ApiError, Client, Pace
from lockgate.errors import ExitCode, InputError, LockgateError
from lockgate.github import Emitter
from lockgate.inputs import read_input
from lockgate.publish import artifact, check_run, comment, review, runs, statement
from lockgate.publish.runs import Run
from lockgate.publish.statement import Statement
from lockgate.reports import verdict_json

_API = "https://api.github.com"


def run(environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> ExitCode:
    """Publish, and raise what kept the verdict from being believed, or some of it from being published.

    Whatever can be published is, first.
    """
    emitter = Emitter.of(environment, sys.stdout)
    with requests.Session() as session:
        client = Client(
            session,
            Pace(sleep=sleep),
            url=environment.get("GITHUB_API_URL") or _API,
            token=environment.get("GITHUB_TOKEN", ""),
            repository=environment.get("GITHUB_REPOSITORY", ""),
        )
        found = runs.find(client, _number(read_input(environment, "run-id")))
        if quiet := runs.silence(found):
            emitter.plain(f"the run {found.id} {quiet}")
            return ExitCode.PASS
        name = read_input(environment, "artifact") or artifact.NAME
        said, failures = _statement(client, found, name)
        said = replace(said, project="" if name == artifact.NAME else name)
        emitter.plain(f"run {found.id}, commit {found.head_sha}: {said.title}")
        for publish in (_check, _comment):  # a token may lack the permission for one of them
            try:
                publish(client, said, emitter)
            except LockgateError as error:
                failures.append(error)
    for failure in failures[1:]:
        emitter.plain(str(failure))
    if failures:
        raise failures[0]
    return ExitCode.PASS


def _statement(client: Client, found: Run, name: str) -> tuple[Statement, list[LockgateError]]:
    try:
        document = verdict_json.read(artifact.fetch(client, found.id, name))
        return statement.of_verdict(found, verdict_json.restore(document)), []
    except LockgateError as error:
        return statement.of_failure(found, error), [error]


def _check(client: Client, said: Statement, emitter: Emitter) -> None:
    number = check_run.put(client, said)
    emitter.plain(f"check run {check_run.name(said)}: {said.conclusion}, {number} annotations")


def _comment(client: Client, said: Statement, emitter: Emitter) -> None:
    pulls = runs.pull_requests(client, said.run)
    if len(pulls) == 1:
        comment.put(client, pulls[0], said)
        emitter.plain(f"comment on pull request {pulls[0]}")
        _suggest(client, pulls[0], said, emitter)
    else:
        emitter.plain(f"no comment: {len(pulls)} open pull requests have this commit as their newest")


def _suggest(client: Client, pull_request: int, said: Statement, emitter: Emitter) -> None:
    """Suggest fixes; all else is said already, so where GitHub takes none of them, that is no failure."""
    try:
        number = review.put(client, pull_request, said)
    except ApiError as error:
        emitter.plain(f"no suggestions: {error.what}")
        return
    if number:
        emitter.plain(f"review with {number} new suggestion{'' if number == 1 else 's'}")


def _number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,18}", text):
        raise InputError(
            f"`run-id` is `{text[:80]}`, which is no number of a run",
            cause="the workflow was not started by `workflow_run`",
            todo="start it `on: workflow_run`, as examples/workflows/report.yml does",
        )
    return int(text)
