"""One comment on a pull request, edited in place."""

from urllib.parse import quote

from msgspec import Struct

from lockgate.api import Client, UnclearError
from lockgate.publish.statement import LIMIT, Statement, note

AUTHOR = "github-actions[bot]"
"""Who writes with the token of a job."""
MARKER = "<!-- lockgate: verdict -->\n"
_ATTEMPTS = 3


class _User(Struct, frozen=True):
    login: str
    type: str


class _Comment(Struct, frozen=True):
    id: int
    user: _User | None
    body: str | None


def put(client: Client, pull_request: int, statement: Statement) -> None:
    """Leave exactly one comment of ours, saying this; raise ApiError.

    https://docs.github.com/en/rest/issues/comments
    """
    marker = _marker(statement)
    text = marker + note(statement, LIMIT - len(marker))
    for attempt in range(_ATTEMPTS):
        try:
            return _put(client, pull_request, marker, text)
        except UnclearError:  # the next time sees what was done
            if attempt + 1 == _ATTEMPTS:
                raise
    return None


def _marker(statement: Statement) -> str:
    """Make the first line of the comment: each of several reports has its own."""
    return (
        MARKER.replace("verdict", f"verdict of {quote(statement.project, safe='')}")
        if statement.project
        else MARKER
    )


def _put(client: Client, pull_request: int, marker: str, text: str) -> None:
    ours = _ours(client, pull_request, marker)
    if not ours:
        client.post(_Comment, "issues", pull_request, "comments", body={"body": text})
        ours = _ours(client, pull_request, marker)  # another run may have written one at the same time
    for comment in ours[1:]:
        client.delete("issues", "comments", comment.id)
    if ours and ours[0].body != text:
        client.patch(_Comment, "issues", "comments", ours[0].id, body={"body": text})


def _ours(client: Client, pull_request: int, marker: str) -> list[_Comment]:
    """Find our comments, the oldest first: anybody can write the marker, nobody else can be the author."""
    pages = client.pages(list[_Comment], "issues", pull_request, "comments")
    return sorted(
        (comment for page in pages for comment in page if _is_ours(comment, marker)),
        key=lambda comment: comment.id,
    )


def _is_ours(comment: _Comment, marker: str) -> bool:
    user = comment.user
    written = user is not None and user.login == AUTHOR and user.type == "Bot"
    return written and (comment.body or "").replace("\r\n", "\n").startswith(marker)
