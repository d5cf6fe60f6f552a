"""A check run on the commit, with an annotation for each finding about the change.

https://docs.github.com/en/rest/checks/runs
"""

from typing import Any

from msgspec import Struct

from lockgate.api import Client, UnclearError
from lockgate.github import MESSAGE_LIMIT
from lockgate.publish.runs import Run
from lockgate.publish.statement import Statement, body
from lockgate.reports.annotations import Annotation
from lockgate.untrusted import cut, one_line, visible

NAME = "lockgate"
AT_ONCE = 50
"""Annotations that one request may have; each further request adds to them."""
MOST = 5_000
"""More annotations nobody reads, and a stranger's verdict could use up the requests of a repository."""
NO_FILE = ".github"
"""Where the runner, too, puts an annotation without a file."""
_ACTIONS = "github-actions"
_LAST_LINE = 2**31 - 1
_TITLE_LIMIT = 255
_ENOUGH = 200  # characters of a name
_ATTEMPTS = 3
_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}


class _App(Struct, frozen=True):
    slug: str | None = None


class _Output(Struct, frozen=True):
    annotations_count: int


class _CheckRun(Struct, frozen=True):
    id: int
    external_id: str | None
    status: str
    output: _Output
    app: _App | None


class _CheckRuns(Struct, frozen=True):
    check_runs: list[_CheckRun]


def put(client: Client, statement: Statement) -> int:
    """Make the check run, or go on with the one that an earlier attempt began; give its annotations' number.

    Raises ApiError. Annotations have one order, so that their number says how far the earlier one came.
    """
    annotations = [_annotation(item) for item in _first(statement.annotations)]
    for attempt in range(_ATTEMPTS):
        try:
            _put(client, statement, annotations)
            break
        except UnclearError:  # the next time sees what was done
            if attempt + 1 == _ATTEMPTS:
                raise
    return len(annotations)


def _put(client: Client, statement: Statement, annotations: list[dict[str, Any]]) -> None:
    output = {"title": statement.title, "summary": body(statement)}
    run = statement.run
    check = _find(client, statement)
    done = check.output.annotations_count if check else 0
    while check is None or check.status != "completed":
        some = annotations[done : done + AT_ONCE]
        change: dict[str, Any] = {"status": "in_progress", "output": {**output, "annotations": some}}
        done += len(some)
        if done == len(annotations):
            change |= {"status": "completed", "conclusion": statement.conclusion}
        if check is None:
            new = {"name": name(statement), "head_sha": run.head_sha, "external_id": _id(run)}
            check = client.post(_CheckRun, "check-runs", body=new | {"details_url": run.html_url} | change)
        else:
            check = client.patch(_CheckRun, "check-runs", check.id, body=change)


def name(statement: Statement) -> str:
    """Name the check run: each of several reports has its own."""
    return f"{NAME} ({cut(one_line(statement.project), _ENOUGH)})" if statement.project else NAME


def _find(client: Client, statement: Statement) -> _CheckRun | None:
    """Find the check run for this attempt of the run, the first where there are several."""
    run, called = statement.run, name(statement)
    pages = client.pages(_CheckRuns, "commits", run.head_sha, "check-runs", check_name=called, filter="all")
    ours = [
        check
        for page in pages
        for check in page.check_runs
        if check.external_id == _id(run) and check.app and check.app.slug == _ACTIONS
    ]
    return min(ours, key=lambda check: check.id, default=None)


def _id(run: Run) -> str:
    return f"lockgate/{run.id}/{run.run_attempt}"


def _first(items: tuple[Annotation, ...]) -> tuple[Annotation, ...]:
    if len(items) <= MOST:
        return items
    message = f"{MOST - 1:,} of {len(items):,} annotations shown; all findings are in verdict.json"
    return (*items[: MOST - 1], Annotation(level="notice", title=NAME, message=message))


def _annotation(item: Annotation) -> dict[str, Any]:
    start = min(max(item.line, 1), _LAST_LINE)
    end = min(max(item.end_line, start), _LAST_LINE)
    title = cut(one_line(item.title), _TITLE_LIMIT)
    annotation = {
        "path": visible(item.file).replace("\n", " ").lstrip("/") or NO_FILE,
        "start_line": start,
        "end_line": end,
        "annotation_level": _LEVELS[item.level],
        "title": title,
        "message": cut(visible(item.message).strip(), MESSAGE_LIMIT) or title,
    }
    if start == end and 0 < item.col <= _LAST_LINE:  # GitHub refuses columns of a range of lines
        annotation |= {"start_column": item.col, "end_column": item.col}
    return annotation
