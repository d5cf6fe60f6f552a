"""What the caller asked for: on the command line, in an action's inputs, by the event that started it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockgate.errors import InputError
from lockgate.finding import Severity

_MAX_EVENT = 32 * 1024 * 1024
_UNSEEN = frozenset(["\0", *map(chr, range(0xD800, 0xE000))])  # what no path and no revision can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Hold what a run was asked to do.

    `gates` empty: all that apply. `base` empty: find one, unless `all`; with `change`, it is an error when
    there is none. `jobs` 0: one for each core.
    """

    path: Path
    gates: tuple[str, ...] = ()
    base: str = ""
    all: bool = False
    change: bool = False
    config: Path | None = None
    output: Path = Path("lockgate-report")
    format: str = "text"
    fail_on: Severity | None = None
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class EventBase:
    """Hold the base that a CI event names, and `why` in words.

    `revision` is empty when the event has none; `lost` says that it must have one, and cannot be read.
    `head` is the commit that a pull request wants to merge.
    """

    revision: str
    why: str
    lost: bool = False
    head: str = ""


def from_action(environment: Mapping[str, str], gate: str) -> Options:
    """Read an action's inputs, one JSON object in `LOCKGATE_INPUTS`; `gate` is the action's own, or empty."""
    inputs = _inputs(environment.get("LOCKGATE_INPUTS", "{}"))
    text = {
        name: _text(inputs, name)
        for name in ("path", "gates", "base", "scope", "config", "fail-on", "output", "jobs")
    }
    workspace = Path(environment.get("GITHUB_WORKSPACE") or ".")
    if text["scope"] not in {"", "auto", "change", "all"}:
        raise _bad("scope", text["scope"], "`auto`, `change` or `all`")
    if text["scope"] == "all" and text["base"]:
        raise _bad("base", text["base"], "no base where `scope` is `all`, which compares with nothing")
    temporary = environment.get("RUNNER_TEMP")
    output = text["output"] or (f"{temporary}/lockgate-report" if temporary else "lockgate-report")
    return Options(
        path=workspace / (text["path"] or "."),
        gates=names(gate or text["gates"]),
        base=text["base"],
        all=text["scope"] == "all",
        change=text["scope"] == "change",
        config=workspace / text["config"] if text["config"] else None,
        output=workspace / output,
        format="github",
        fail_on=severity(text["fail-on"]) if text["fail-on"] else None,
        jobs=number(text["jobs"]) if text["jobs"] else 0,
    )


def base_of_event(environment: Mapping[str, str]) -> EventBase | None:
    """Give the base that the event of a GitHub Actions run names; None when it leaves that to the branch."""
    name = environment.get("GITHUB_EVENT_NAME", "")
    if environment.get("GITHUB_ACTIONS") != "true" or not name:
        return None
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    if name in {"pull_request", "pull_request_target"}:
        base, head = (_at(event, "pull_request", side, "sha") for side in ("base", "head"))
        return EventBase(base, "the pull request's base", lost=not base, head=head)
    if name == "merge_group":
        base = _at(event, "merge_group", "base_sha")
        return EventBase(base, "the merge group's base", lost=not base)
    if name == "push":
        before = _at(event, "before")
        if event.get("forced") or not before.strip("0"):
            return None
        return EventBase(before, "the commit before the push")
    return EventBase("", f"the event {name} compares with nothing")


def names(text: str) -> tuple[str, ...]:
    """Read names that are separated by commas or white space."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def severity(text: str) -> Severity:
    """Read a severity; raise InputError."""
    try:
        return Severity.parse(text)
    except KeyError as error:
        raise _bad("fail-on", text, "critical, high, medium, low or note") from error


def number(text: str) -> int:
    """Read a whole number from 1; raise InputError."""
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= 1024:
        raise _bad("jobs", text, "a whole number from 1 to 1024")
    return int(text)


def _inputs(text: str) -> dict[str, Any]:
    try:
        inputs = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "LOCKGATE_INPUTS is not JSON",
            cause="the action's `env:` was changed",
            todo="set it to `${{ toJSON(inputs) }}`",
        ) from error
    if not isinstance(inputs, dict):
        raise _bad("LOCKGATE_INPUTS", type(inputs).__name__, "one JSON object")
    return inputs


def _text(inputs: Mapping[str, Any], name: str) -> str:
    value = inputs.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not _UNSEEN.isdisjoint(value):
        raise _bad(name, ascii(value), "text")
    return value.strip()


def _bad(name: str, value: str, expected: str) -> InputError:
    return InputError(f"`{name}` is `{value[:80]}`", cause="a typing error", todo=f"write {expected}")


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
