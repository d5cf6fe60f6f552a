"""Turn fixes into suggestions for the lines of a pull request.

The verdict may be a stranger's. So a fix has one of the known forms, and the lines that it changes are those
that GitHub says the change has: the verdict adds no text of its own to them.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lockgate.finding import Finding, State
from lockgate.fixes import apply, is_known, is_pin
from lockgate.ranking import rank
from lockgate.reports.message import message, rules_of
from lockgate.untrusted import cut, markdown, visible
from lockgate.verdict import Verdict

MOST = 20
"""Suggestions of one run; a further run makes the next ones."""
_CONSIDERED = 500  # a stranger's verdict may have any number of them
_LINES, _WIDTH, _WORDS = 20, 400, 600
_HUNK = re.compile(r"@@ -\d{1,9}(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")
_FENCE = re.compile("`+")

Lines = Mapping[int, str]
"""Lines of a file that the change shows, by their number."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Hold new text for the lines `first` to `last` of a file; `key` says which finding it is for."""

    path: str
    first: int
    last: int
    key: str
    body: str


def candidates(verdict: Verdict) -> list[Finding]:
    """Choose the findings that may have a suggestion, the most important first."""
    found = [
        finding
        for finding in verdict.findings
        if finding.state is State.NEW and not finding.waived and not finding.commit
        and is_known(finding.tool, finding.rule, finding.fix)
        # Of the lines of another file nobody knows here that the change has them.
        and all(edit.path in {"", finding.path} for edit in finding.fix)
    ]  # fmt: skip
    return sorted(found, key=rank)[:_CONSIDERED]


def shown_lines(patch: str) -> Lines:
    """Read the new lines, and those around them, of one file's patch."""
    found: dict[int, str] = {}
    number = 0
    for row in patch.split("\n"):
        if hunk := _HUNK.match(row):
            number = int(hunk[1])
        elif number and row[:1] in {" ", "+"}:
            found[number] = row[1:]
            number += 1
    return found


def suggest(verdict: Verdict, finding: Finding, lines: Lines) -> Suggestion | None:
    """Make a suggestion; None where the change does not show what the fix is to change."""
    first = min(edit.line for edit in finding.fix)
    last = max(edit.end_line for edit in finding.fix)
    if not 0 < first <= last < first + _LINES or any(row not in lines for row in range(first, last + 1)):
        return None
    if finding.tool == "osv" and not all(
        is_pin(lines[edit.line], edit, finding.package) for edit in finding.fix
    ):
        return None
    here = [
        replace(edit, line=edit.line - first + 1, end_line=edit.end_line - first + 1) for edit in finding.fix
    ]
    new = apply("\n".join(lines[row] for row in range(first, last + 1)), here)
    # What nobody can see would be committed by whoever takes the suggestion.
    if new is None or visible(new) != new or any(len(row) > _WIDTH for row in new.split("\n")):
        return None
    words = message(finding, rules_of(verdict))
    said = [
        f"**{markdown(words.title)}**",
        *(markdown(cut(text, _WORDS)) for text in (words.what, words.mend)),
    ]
    body = "\n\n".join([*filter(None, said), _block(new)])
    return Suggestion(finding.path, first, last, _key(finding), body)


def _block(text: str) -> str:
    """Fence a text in more backticks than it has in a row."""
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE.findall(text)), default=0))
    return f"{fence}suggestion\n{text}\n{fence}\n"


def _key(finding: Finding) -> str:
    """Name the finding; whatever its fingerprint is, the name is a word."""
    parts = "\0".join((finding.path, finding.tool, finding.rule, finding.fingerprint))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def chosen(found: Sequence[Suggestion], known: frozenset[str]) -> list[Suggestion]:
    """Leave out what was suggested before, and all but the first that touch the same lines."""
    taken: set[tuple[str, int]] = set()
    new = []
    for each in found:
        rows = {(each.path, row) for row in range(each.first, each.last + 1)}
        if each.key not in known and not taken & rows:
            new.append(each)
        taken |= rows
    return new[:MOST]
