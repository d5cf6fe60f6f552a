"""What one job of several found out about the files of a gate: written by it, read by the job that judges.

A part holds what the tools said about each file, by the same key as in the cache. So the judging job does all
that a single job would, and asks no tool: its verdict is the same, byte for byte.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from lockgate.cache import Cache
from lockgate.gates.file_report import FileReport
from lockgate.inputs import Cell
from lockgate.plan import Plan
from lockgate.share import Share
from lockgate.source import read_bytes

SALT = b"lockgate-part/1".ljust(32, b".")
"""Jobs find each other's results by content, so the keys have a salt that they all know."""
MOST = 4_000_000
"""A run of several jobs keeps at most so many results in memory."""
_MAX_BYTES = 1024 * 1024 * 1024

_Key = str


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one part; `code` names the code that made it, `problem` says why a tool gave no answer."""

    schema: Literal["lockgate-part/1"]
    code: str
    head: str
    base: str | None
    gate: str
    number: int
    count: int
    problem: str
    reports: dict[_Key, FileReport]


def file_name(cell: Cell) -> str:
    """Name the file that a part goes to."""
    return f"part-{cell.gate}-{cell.number}.json"


def write(folder: Path, cell: Cell, plan: Plan, cache: Cache, problem: str) -> Path:
    """Write what the cache holds as the part of a cell; give the file."""
    reports = {key.hex(): msgspec.Raw(value) for key, value in cache.everything().items()}
    head = {
        "schema": "lockgate-part/1",
        "code": cache.generation,
        "head": plan.head,
        "base": plan.base.commit,
    }
    document = head | {"gate": cell.gate, "number": cell.number, "count": cell.count, "problem": problem}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(cell)
    file.write_bytes(msgspec.json.encode(document | {"reports": reports}))
    return file


def load(folder: Path, cells: tuple[Cell, ...], plan: Plan, cache: Cache) -> dict[str, Share]:
    """Put every part's results into the cache; give, by gate, the share that is left for this job: none.

    It says which part is not there or is of another run, should a result be missing.
    """
    shares: dict[str, Share] = {}
    for cell in cells:
        amiss = _take(folder / file_name(cell), cell, plan, cache)
        known = shares.get(cell.gate)
        if known is None or amiss:
            shares[cell.gate] = Share(missing=amiss or "no job gave a result for a file of the plan")
    return shares


def _take(file: Path, cell: Cell, plan: Plan, cache: Cache) -> str:
    """Take a part's results; say what is amiss with it."""
    name = f"part {cell.number} of {cell.count} of {cell.gate}"
    try:
        part = msgspec.json.decode(read_bytes(file, _MAX_BYTES), type=Part)
    except OSError:
        return f"there is no result of {name}: its job failed, was cancelled or took too long"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"the result of {name} cannot be read"
    here = (cache.generation, plan.head, plan.base.commit, cell.gate, cell.number, cell.count)
    if (part.code, part.head, part.base, part.gate, part.number, part.count) != here:
        return f"the result of {name} is of another run: another commit, base or version of lockgate"
    cache.put(_encoded(part.reports))
    return f"{name}: {part.problem.partition(chr(10))[0]}" if part.problem else ""


def _encoded(reports: Mapping[_Key, FileReport]) -> dict[bytes, bytes]:
    encoder = msgspec.json.Encoder()
    return {
        bytes.fromhex(key): encoder.encode(report)
        for key, report in reports.items()
        if len(key) == 40 and set(key) <= set("0123456789abcdef")
    }
