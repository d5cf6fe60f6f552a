"""The verdicts of earlier runs, out of a folder that anybody may have filled: what the trend is drawn from.

A verdict holds no time, so that equal runs are equal, and a file's own time does not survive a download. What
orders the runs is the name of the folder that each lies in, such as `2026-11-21T0940/verdict.json` or
`17/lockgate-report/verdict.json`: names are compared part by part, and digits in them as numbers.
"""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import InputError
from lockgate.reports import verdict_json
from lockgate.source import read_bytes
from lockgate.verdict import Verdict

MOST_RUNS = 60
"""Only so many runs are read, the last ones."""

_FILE = "verdict.json"
_DEPTH = 2
_MOST_ENTRIES = 20_000
_MOST_BYTES = 64 * 1024 * 1024
_MOST_IN_ALL = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Past:
    """Hold an earlier run: the `name` of its folder, and its verdict."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class History:
    """Hold earlier runs, oldest first; `unread` counts files that are no verdict, `older` those left out."""

    runs: tuple[Past, ...] = ()
    unread: int = 0
    older: int = 0

    def of(self, commit: str | None) -> Past | None:
        """Give the last run that judged a commit, and not changes on top of it."""
        same = [run for run in self.runs if run.verdict.head == commit and not run.verdict.dirty]
        return same[-1] if commit and same else None


def read(folder: Path) -> History:
    """Read the verdicts in a folder, at most two folders deep; raise InputError when it cannot be listed.

    Links are not followed. What is too large or no verdict is counted, never believed.
    """
    try:
        names = sorted(_names(folder), key=_order)
    except OSError as error:
        raise InputError(
            f"the history {str(folder)[:200]} cannot be read: {error.strerror}",
            cause="a wrong path, or the step that fetches it did not run",
            todo="give a folder of earlier reports, or leave `history` out",
        ) from error
    chosen = names[-MOST_RUNS:]
    room = _MOST_IN_ALL
    runs = []
    for name in reversed(chosen):
        try:
            data = read_bytes(folder / name / _FILE, min(room, _MOST_BYTES))
            runs.append(Past(name, verdict_json.restore(verdict_json.read(data))))
            room -= len(data)
        except (OSError, InputError):
            continue
    return History(tuple(reversed(runs)), len(chosen) - len(runs), len(names) - len(chosen))


def _names(folder: Path) -> list[str]:
    """List the folders that hold a verdict; raise OSError when this is none, or too many things are in it."""
    found: list[str] = []
    seen = 0
    for at, entries in _folders(folder, 0):
        seen += len(entries)
        if seen > _MOST_ENTRIES:
            raise OSError(0, f"more than {_MOST_ENTRIES:,} files are in it")
        if _FILE in entries:
            found.append(at)
    return found


def _folders(root: Path, depth: int, at: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the folders from `root` down, and the names that each holds."""
    entries: list[str] = []
    below: list[str] = []
    with os.scandir(root / at) as listing:
        for entry in listing:
            entries.append(entry.name)
            if depth < _DEPTH and entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            if len(entries) > _MOST_ENTRIES:
                break
    yield at, entries
    for name in sorted(below):
        yield from _folders(root, depth + 1, f"{at}/{name}" if at else name)


def _order(name: str) -> tuple[tuple[tuple[float, str], ...], ...]:
    """Compare names part by part, digits as numbers: run 9 came before run 10."""
    words = (re.split("([0-9]{1,30})", part) for part in name.split("/"))
    return tuple(
        tuple((int(text) if n % 2 else math.inf, text) for n, text in enumerate(split) if text)
        for split in words
    )
