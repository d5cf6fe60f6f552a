"""What the event that started a GitHub Actions run says of the commit to compare with.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAX_EVENT = 32 * 1024 * 1024

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventBase:
    """Hold the base that a CI event names, and `why` in words.

    `revision` is empty when the event has none; `lost` says that it must have one, and cannot be read.
    `head` is the commit that a pull request wants to merge. `branch` says that the base is where the branch
    left the default one, whose name is `default` if the event tells it.
    """

    revision: str
    why: str
    lost: bool = False
    head: str = ""
    branch: bool = False
    default: str = ""


def base_of_event(environment: Mapping[str, str]) -> EventBase | None:
    """Give the base that the event of a GitHub Actions run names; None elsewhere."""
    name = environment.get("GITHUB_EVENT_NAME", "")
    if environment.get("GITHUB_ACTIONS") != "true" or not name:
        return None
    read = _BASES.get(name)
    if read is None:  # a schedule, for one
        return EventBase("", f"the event {name} compares with nothing")
    return read(_event(environment.get("GITHUB_EVENT_PATH", "")))


def _of_pull_request(event: Event) -> EventBase:
    base, head = (_at(event, "pull_request", side, "sha") for side in ("base", "head"))
    return EventBase(base, "the pull request's base", lost=not base, head=head)


def _of_merge_group(event: Event) -> EventBase:
    base = _at(event, "merge_group", "base_sha")
    return EventBase(base, "the merge group's base", lost=not base)


def _of_push(event: Event) -> EventBase:
    before = _at(event, "before")
    if event.get("forced") or not before.strip("0"):
        return _of_branch(event)
    return EventBase(before, "the commit before the push")


def _of_branch(event: Event) -> EventBase:
    default = _at(event, "repository", "default_branch")
    return EventBase("", "where the branch left the default one", branch=True, default=default)


_BASES: dict[str, Callable[[Event], EventBase]] = {
    "merge_group": _of_merge_group,
    "pull_request": _of_pull_request,
    "pull_request_target": _of_pull_request,
    "push": _of_push,
    "workflow_dispatch": _of_branch,
}


def _event(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("rb") as stream:
            event = json.loads(stream.read(_MAX_EVENT))
    except (OSError, ValueError, RecursionError):
        event = None
    return event if isinstance(event, dict) else {}


def _at(value: object, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
