"""Where the lines of a run's findings can be looked at."""

import re
from collections.abc import Callable
from urllib.parse import quote

from lockgate.finding import Finding, State
from lockgate.publish.runs import Run

_MOST = 1000
"""Characters of a path: a longer one is nobody's to click, and would leave others no room."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def line_link(run: Run) -> Callable[[Finding], str]:
    """Give what makes the address of a finding's line, in the commit that GitHub says the run was for.

    The repository's page is that of the run; the path is a stranger's, and leads nowhere but into the commit.
    """
    page, found, _ = run.html_url.partition("/actions/runs/")

    def link(finding: Finding) -> str:
        commit = finding.commit or run.head_sha
        words = finding.path.split("/")
        if finding.state is State.ABSENT:
            return ""  # that commit has it no more
        if not found or not _COMMIT.fullmatch(commit) or not {"", ".", ".."}.isdisjoint(words):
            return ""
        path = quote(finding.path.encode(errors="replace"))
        return f"{page}/blob/{commit}/{path}{_lines(finding)}" if len(path) <= _MOST else ""

    return link


def _lines(finding: Finding) -> str:
    if finding.line <= 0:
        return ""
    more = f"-L{finding.end_line}" if finding.end_line > finding.line else ""
    return f"#L{finding.line}{more}"
