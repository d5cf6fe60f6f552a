"""Ask a package index for licences that locks do not name, and say what came of it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lockgate.bom.metadata import Ask, Pip, asked_as, of_components, with_licences
from lockgate.errors import ToolError
from lockgate.finding import Notification
from lockgate.gates.protocol import Task
from lockgate.inventory.model import Inventory

Index = Callable[[Path, float], Ask]
"""Make what asks an index, of the folder where tools are, and how many seconds it has."""


def of_pip(home: Path, seconds: float) -> Ask:
    """Ask the index that this machine's pip uses."""
    return Pip(home, time.monotonic() + seconds)


def from_index(
    inventories: Sequence[Inventory], task: Task, index: Index
) -> tuple[tuple[Inventory, ...], tuple[Notification, ...]]:
    """Give inventories with the licences that the index knows; an index without an answer is an error."""
    components = [component for inventory in inventories for component in inventory.components]
    asked = {key for component in components if (key := asked_as(component))}
    if not asked:
        return tuple(inventories), ()
    ask = index(task.home, task.limits.seconds_per_tool)
    try:
        known = of_components(components, known=task.cache, today=task.today, ask=ask)
    except ToolError as error:
        return tuple(inventories), (Notification(level="error", message=str(error)),)
    told = f"licences: the package index knows those of {len(known):,} of {len(asked):,} packages of PyPI"
    return with_licences(inventories, known), (Notification(level="note", message=told),)
