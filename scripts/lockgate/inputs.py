"""What the caller asked for: on the command line or in an action's inputs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockgate.errors import InputError
from lockgate.finding import Severity

_NAMES = (
    "path", "gates", "base", "scope", "config", "fail-on", "output", "jobs", "shards", "parts", "history",
)  # fmt: skip
_UNSEEN = frozenset(["\0", *map(chr, range(0xD800, 0xE000))])  # what no path and no revision can hold


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Name one job of several that do a gate's work: part `number` of `count`, counted from 1."""

    gate: str
    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Hold what a run was asked to do.

    `gates` empty: all that apply. `base` empty: find one, unless `all`; with `change`, it is an error when
    there is none. `staged`: git's index is judged, against HEAD. `jobs` 0: as many as pay. `cells` are the
    jobs that have done the gates' work already, and `parts` the folder of what they found out. `history` is
    a folder of earlier runs' reports.
    """

    path: Path
    gates: tuple[str, ...] = ()
    base: str = ""
    all: bool = False
    change: bool = False
    staged: bool = False
    config: Path | None = None
    output: Path = Path("lockgate-report")
    format: str = "text"
    fail_on: Severity | None = None
    jobs: int = 0
    cells: tuple[Cell, ...] = ()
    parts: Path = Path("lockgate-parts")
    history: Path | None = None


def from_action(environment: Mapping[str, str], gate: str) -> Options:
    """Read an action's inputs, one JSON object in `LOCKGATE_INPUTS`; `gate` is the action's own, or empty."""
    inputs = _inputs(environment.get("LOCKGATE_INPUTS", "{}"))
    text = {name: _text(inputs, name) for name in _NAMES}
    workspace = Path(environment.get("GITHUB_WORKSPACE") or ".")
    if text["scope"] not in {"", "auto", "change", "all"}:
        raise _bad("scope", text["scope"], "`auto`, `change` or `all`")
    if text["scope"] == "all" and text["base"]:
        raise _bad("base", text["base"], "no base where `scope` is `all`, which compares with nothing")
    temporary = Path(environment.get("RUNNER_TEMP") or ".")
    return Options(
        path=workspace / (text["path"] or "."),
        gates=names(gate or text["gates"]),
        base=text["base"],
        all=text["scope"] == "all",
        change=text["scope"] == "change",
        config=workspace / text["config"] if text["config"] else None,
        output=workspace / (text["output"] or temporary / "lockgate-report"),
        format="github",
        fail_on=severity(text["fail-on"]) if text["fail-on"] else None,
        jobs=number(text["jobs"]) if text["jobs"] else 0,
        cells=cells(text["shards"]),
        parts=workspace / (text["parts"] or temporary / "lockgate-parts"),
        history=workspace / text["history"] if text["history"] else None,
    )


def read_input(environment: Mapping[str, str], name: str) -> str:
    """Read one input of an action; empty when it is not given."""
    return _text(_inputs(environment.get("LOCKGATE_INPUTS", "{}")), name)


def cells(text: str) -> tuple[Cell, ...]:
    """Read the jobs of a run, as the plan wrote them: all parts of each gate; raise InputError."""
    try:
        found = tuple(_cell(**cell) for cell in json.loads(text or "[]"))
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad("shards", text, "the output `shards` of the plan") from error
    counts = dict.fromkeys((cell.gate, cell.count) for cell in found)
    whole = [Cell(gate, number, count) for gate, count in counts for number in range(1, count + 1)]
    if sorted(found) != sorted(whole) or len({gate for gate, _ in counts}) != len(counts):
        raise _bad("shards", text, "the output `shards` of the plan, whole")
    return found


def _cell(gate: str, number: int, count: int) -> Cell:
    if type(gate) is not str or (type(number), type(count)) != (int, int) or not 1 <= count <= 1024:
        raise TypeError("no job of a plan")
    return Cell(gate, number, count)


def names(text: str) -> tuple[str, ...]:
    """Read names that are separated by commas or white space."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def severity(text: str) -> Severity:
    """Read a severity; raise InputError."""
    try:
        return Severity.parse(text)
    except KeyError as error:
        raise _bad("fail-on", text, "critical, high, medium, low or note") from error


def number(text: str, name: str = "jobs", most: int = 1024) -> int:
    """Read a whole number from 1; raise InputError."""
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= most:
        raise _bad(name, text, f"a whole number from 1 to {most}")
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
