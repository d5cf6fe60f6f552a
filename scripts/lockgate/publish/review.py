"""One review with a suggestion for each finding that can be fixed on lines of the pull request.

https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
"""

import re
from typing import Any

from msgspec import Struct

from lockgate.api import Client, UnclearError
from lockgate.publish.comment import AUTHOR
from lockgate.publish.statement import Statement
from lockgate.publish.suggestions import Lines, Suggestion, candidates, chosen, shown_lines, suggest

_MARKER = "<!-- lockgate: fix {} -->\n"
_MARKED = re.compile("<!-- lockgate: fix ([0-9a-f]{24}) -->\r?\n")
_BODY = (
    "Lockgate: these findings can be fixed without a thought. `lockgate fix` does the same in a checkout.\n"
)
_ATTEMPTS = 3


class _User(Struct, frozen=True):
    login: str
    type: str


class _Comment(Struct, frozen=True):
    id: int
    user: _User | None
    body: str | None


class _File(Struct, frozen=True):
    filename: str
    patch: str = ""


class _Review(Struct, frozen=True):
    id: int


def put(client: Client, pull_request: int, statement: Statement) -> int:
    """Suggest what was not suggested before, and give the number of that; raise ApiError."""
    verdict = statement.verdict
    found = candidates(verdict) if verdict else []
    if verdict is None or not found:
        return 0
    files = _files(client, pull_request, {finding.path for finding in found})
    made = [suggest(verdict, finding, files.get(finding.path, {})) for finding in found]
    suggestions = [each for each in made if each]
    for attempt in range(_ATTEMPTS):
        try:
            return _put(client, pull_request, statement.run.head_sha, suggestions)
        except UnclearError:  # the next time sees what was done
            if attempt + 1 == _ATTEMPTS:
                raise
    return 0


def _put(client: Client, pull_request: int, commit: str, suggestions: list[Suggestion]) -> int:
    new = chosen(suggestions, frozenset(_ours(client, pull_request)))
    if not new:
        return 0
    review = {
        "commit_id": commit,
        "event": "COMMENT",
        "body": _BODY,
        "comments": [_comment(each) for each in new],
    }
    client.post(_Review, "pulls", pull_request, "reviews", body=review)
    for same in _ours(client, pull_request).values():  # another run may have written at the same time
        for comment in same[1:]:
            client.delete("pulls", "comments", comment)
    return len(new)


def _comment(each: Suggestion) -> dict[str, Any]:
    comment: dict[str, Any] = {
        "path": each.path,
        "line": each.last,
        "side": "RIGHT",
        "body": _MARKER.format(each.key) + each.body,
    }
    if each.first < each.last:
        comment |= {"start_line": each.first, "start_side": "RIGHT"}
    return comment


def _ours(client: Client, pull_request: int) -> dict[str, list[int]]:
    """Find our review comments by what they are for, the oldest first.

    https://docs.github.com/en/rest/pulls/comments#list-review-comments-on-a-pull-request
    """
    found: dict[str, list[int]] = {}
    for page in client.pages(list[_Comment], "pulls", pull_request, "comments"):
        for comment in page:
            user, marked = comment.user, _MARKED.match(comment.body or "")
            if marked and user is not None and (user.login, user.type) == (AUTHOR, "Bot"):
                found.setdefault(marked[1], []).append(comment.id)
    return {key: sorted(comments) for key, comments in found.items()}


def _files(client: Client, pull_request: int, wanted: set[str]) -> dict[str, Lines]:
    """Ask which lines the pull request shows; a file whose change is large has none.

    https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
    """
    pages = client.pages(list[_File], "pulls", pull_request, "files")
    return {
        file.filename: shown_lines(file.patch) for page in pages for file in page if file.filename in wanted
    }
