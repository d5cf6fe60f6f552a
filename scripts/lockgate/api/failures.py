"""What GitHub answers when it does not do what it was asked, in words that a user can act on."""

import json
import re

import requests

from lockgate.errors import PlatformError
from lockgate.untrusted import cut, one_line

_ALL = "actions: read, checks: write, pull-requests: write"
_BY_STATUS = {
    401: ("the token is not valid, or no longer", "give the step the token of its own job, as GITHUB_TOKEN"),
    404: ("it is not there, or the token may not see it", "look it up; grant the job `{needs}`"),
    403: ("the token of the job lacks a permission", "grant the job `{needs}`, in the caller too"),
    410: ("it was there, and is kept no longer", "run the workflow again"),
    422: ("it holds something that GitHub does not take", "report it: this is a bug in lockgate"),
    429: ("too many requests in a short time", "run the job again later"),
}
_NOT_ALLOWED = (
    "it takes nothing from anybody, as what is locked or archived does",
    "see what GitHub says of it",
)


class ApiError(PlatformError):
    """Report an answer of GitHub that is none; `status` is that of HTTP, 0 where there was no answer."""

    def __init__(self, what: str, *, cause: str, todo: str, status: int = 0) -> None:
        super().__init__(what, cause=cause, todo=todo)
        self.status = status


class UnclearError(ApiError):
    """Report a write that may have been done or not: look before doing it again."""


def refused(response: requests.Response, where: str) -> ApiError:
    """Say why GitHub answered with an error."""
    status = response.status_code
    default = ("GitHub has a problem", "look at its status page, and run the job again later")
    if status < 400:
        default = ("the repository was renamed or moved", "start a new run, which knows the new name")
    said = _said(response)
    cause, todo = _of_403(said) if status == 403 else _BY_STATUS.get(status, default)
    return ApiError(
        f"GitHub answers {status} to {where}{f': {said}' if said else ''}",
        cause=cause,
        todo=todo.format(needs=_needs(response)),
        status=status,
    )


def _of_403(said: str) -> tuple[str, str]:
    """Tell a missing permission from a limit of rate, and from what no permission helps against."""
    if "rate limit" in said.lower():
        return _BY_STATUS[429]
    return _BY_STATUS[403] if not said or "not accessible" in said else _NOT_ALLOWED


def unreachable(error: requests.RequestException, where: str) -> ApiError:
    """Say that no whole answer came; the text of the error may hold a signed address, so it is not shown."""
    return ApiError(
        f"no answer from GitHub to {where}: {type(error).__name__}",
        cause="the network, a proxy, or GitHub itself",
        todo="look at GitHub's status page, and run the job again",
    )


def strange(where: str) -> ApiError:
    """Say that an answer has another form than is documented."""
    return ApiError(
        f"the answer to {where} is not what GitHub documents",
        cause="a proxy answered in its place, or the server is of an old version",
        todo="look at what GITHUB_API_URL names",
    )


def _said(response: requests.Response) -> str:
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    return cut(one_line(message), 200) if isinstance(message, str) else ""


def _needs(response: requests.Response) -> str:
    """Read which permissions would do.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """
    accepted = response.headers.get("x-accepted-github-permissions", "")
    if not re.fullmatch("[a-z_=,; ]{1,200}", accepted):
        return _ALL
    return accepted.replace("=", ": ").replace("_", "-").replace(";", " or ").replace("  ", " ")
