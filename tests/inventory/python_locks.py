"""Read the recorded locks, and say what is in an inventory in words that a listing has too."""

from collections.abc import Mapping
from pathlib import Path

from lockgate.inventory import kinds
from lockgate.inventory.model import Component, Inventory

RECORDED = Path(__file__).parent / "python"

Edge = tuple[str, str]  # name@version of who needs, and of who is needed


def recorded(path: str) -> Inventory:
    """Read a recorded lock with its project beside it."""
    return lock_in(RECORDED / path)


def lock_in(path: Path) -> Inventory:
    def read(name: str) -> bytes | None:
        file = path.parent / name
        return file.read_bytes() if file.is_file() else None

    return kinds.parse(path.name, path.read_bytes(), read)


def parsed(path: str, text: str | bytes, files: Mapping[str, str] | None = None) -> Inventory:
    """Read a lock from a text, in a tree of these other files."""
    tree = {name: body.encode() for name, body in (files or {}).items()}
    return kinds.parse(path, text.encode() if isinstance(text, str) else text, tree.get)


def components(inventory: Inventory) -> set[str]:
    return {f"{one.name}@{one.version}" for one in inventory.components}


def named(inventory: Inventory, name: str) -> Component:
    (found,) = [one for one in inventory.components if one.name == name]
    return found


def edges(inventory: Inventory) -> set[Edge]:
    names = {one.key: f"{one.name}@{one.version}" for one in inventory.components}
    return {(names[one.key], names[need.key]) for one in inventory.components for need in one.needs}


def scopes(inventory: Inventory) -> dict[str, str]:
    return {one.name: one.scope.value for one in inventory.components}


def direct(inventory: Inventory) -> set[str]:
    return {one.name for one in inventory.components if one.direct}
