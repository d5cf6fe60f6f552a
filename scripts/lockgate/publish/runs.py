"""Which run it is, and which pull request it was for: as GitHub says."""

from collections.abc import Sequence

from msgspec import Struct

from lockgate.api import Client
from lockgate.errors import InputError

SILENT = frozenset({"action_required", "cancelled", "neutral", "skipped", "stale"})
"""Conclusions of runs that judged nothing, often because a newer one took their place."""


class Owner(Struct, frozen=True):
    """Name an account."""

    login: str


class Repository(Struct, frozen=True):
    """Name a repository, perhaps a fork."""

    id: int
    owner: Owner


class Run(Struct, frozen=True):
    """Describe a run of a workflow; `head_repository` is None when its fork is gone.

    https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run
    """

    id: int
    run_attempt: int
    event: str
    status: str
    conclusion: str | None
    html_url: str
    head_sha: str
    head_branch: str | None
    head_repository: Repository | None


class _Head(Struct, frozen=True):
    sha: str
    repo: Repository | None


class _PullRequest(Struct, frozen=True):
    number: int
    head: _Head


def find(client: Client, number: int) -> Run:
    """Ask for a run; raise InputError for one that never came to its end."""
    run = client.get(Run, "actions", "runs", number)
    if run.status != "completed" and run.run_attempt <= 1:
        raise InputError(
            f"the run {number} is not at its end",
            cause="the workflow starts too early",
            todo="write `types: [completed]` below `workflow_run`",
        )
    return run


def silence(run: Run) -> str:
    """Say why nothing is to be reported about a run; empty where there is."""
    if run.status != "completed":
        return "was started again, and is reported at its next end"
    return f"ended as {run.conclusion}: there is nothing to report" if run.conclusion in SILENT else ""


def pull_requests(client: Client, run: Run) -> Sequence[int]:
    """Give the open pull requests whose newest commit the run was for.

    `pull_requests` of a run is empty for a fork, so they are looked up by the branch.
    https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
    """
    fork = run.head_repository
    if run.event != "pull_request" or fork is None or not run.head_branch:
        return []
    head = f"{fork.owner.login}:{run.head_branch}"
    pages = client.pages(list[_PullRequest], "pulls", head=head, state="open")
    return [
        pull.number
        for page in pages
        for pull in page
        if pull.head.sha == run.head_sha and pull.head.repo and pull.head.repo.id == fork.id
    ]
