"""The flaws that examples/shop/README.md says are planted."""

import re
from dataclasses import dataclass
from pathlib import Path

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"

_HEADER = "| gate | tool | rule | flaw (file:line) | clean twin (file:line) | what is wrong |"
_PLACE = re.compile(r"`(?P<path>[^`:]+):(?P<line>[1-9][0-9]*)`")


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one planted flaw. Paths are relative to the shop; lines count from 1."""

    gate: str
    tool: str
    rule: str
    flaw_path: str
    flaw_line: int
    twin_path: str
    twin_line: int


def rows(readme: Path = SHOP / "README.md") -> list[Row]:
    """Read the table; raise ValueError when there is none or a row does not fit it."""
    lines = iter(readme.read_text(encoding="utf-8").splitlines())
    if _HEADER not in lines:
        raise ValueError(f"{readme} has no table of flaws")
    next(lines)
    return [_row(line) for line in lines if line.startswith("|")]


def _row(line: str) -> Row:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if len(cells) != 6 or not all(cells):
        raise ValueError(f"six filled cells, not {line!r}")
    gate, tool, rule, flaw, twin, _ = cells
    return Row(gate, tool, rule, *_place(flaw), *_place(twin))


def _place(cell: str) -> tuple[str, int]:
    match = _PLACE.fullmatch(cell)
    if match is None:
        raise ValueError(f"`path:line`, not {cell!r}")
    return match["path"], int(match["line"])
