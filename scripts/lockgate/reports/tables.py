"""What gates measured or compared, as tables: the first rows of each where not all fits."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lockgate.untrusted import cut, markdown
from lockgate.verdict import GateResult, Table

TABLES = 20
"""At most so many tables are shown."""
COLUMNS = 10
"""A table has at most so many columns."""
_ROWS, _CELL, _UNIT = 100, 200, 16
_AROUND = 100  # bytes of a table's tags and of the line that counts what was left out


def of_gates(gates: Iterable[GateResult]) -> tuple[list[tuple[GateResult, Table]], int]:
    """Give the first tables that hold anything, their rows even and cells cut, and how many there are."""
    found = [(gate, table) for gate in gates for table in gate.tables if _holds(table)]
    return [(gate, _even(table)) for gate, table in found[:TABLES]], len(found)


def _holds(table: Table) -> bool:
    return bool(table.columns and (table.rows or table.strips))


def _even(table: Table) -> Table:
    columns = table.columns[:COLUMNS]
    rows = (
        (*(cut(cell, _CELL) for cell in row[: len(columns)]), *[""] * (len(columns) - len(row)))
        for row in table.rows
    )
    return Table(
        title=cut(table.title, _CELL),
        columns=tuple(cut(name, _CELL) for name in columns),
        rows=tuple(rows),
        strips=tuple(
            replace(strip, title=cut(strip.title, _CELL), unit=cut(strip.unit, _UNIT))
            for strip in table.strips
        ),
    )


def render(gates: Iterable[GateResult], room: int) -> Iterator[str]:
    """Render the tables as folded Markdown of at most `room` bytes; no cell is more than text."""
    found, total = of_gates(gates)
    room -= _AROUND  # for the line that counts
    shown = 0
    for gate, table in found:
        title = f"{_text(gate.name)}: {_text(table.title)}: {_counted(len(table.rows))}"
        head = ["", _row(table.columns), "|" + "---|" * len(table.columns)]
        room -= len(title.encode()) + len("\n".join(head).encode()) + _AROUND
        if room < 0:
            break
        rows = list(_within(map(_row, table.rows[:_ROWS]), room))
        room -= len("\n".join(rows).encode())
        left = len(table.rows) - len(rows)
        more = [f"{left} more in verdict.json.", ""] if left else []
        yield from (f"<details><summary>{title}</summary>", *head, *rows, "", *more, "</details>", "")
        shown += 1
    if shown < total:
        yield from (f"{shown:,} of {total:,} tables shown; all are in verdict.json.", "")


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _within(rows: Iterable[str], room: int) -> Iterator[str]:
    for row in rows:
        room -= len(row.encode()) + 1
        if room < 0:
            return
        yield row


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(_text, cells))} |"


def _text(text: str) -> str:
    return markdown(cut(text, _CELL))
