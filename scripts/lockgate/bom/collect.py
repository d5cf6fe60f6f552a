"""Read every lock of a tree; one that cannot be read is an error that names it, and never left out."""

from collections.abc import Iterable
from posixpath import dirname

from lockgate.errors import ToolError
from lockgate.inventory import kinds
from lockgate.inventory.model import Inventory, LockError, Read
from lockgate.source import display


def inventories(paths: Iterable[str], read: Read) -> tuple[Inventory, ...]:
    """Read the locks among the paths, in order; raise ToolError for one that cannot be read whole."""
    return tuple(_inventory(path, read) for path in sorted(filter(kinds.is_lock, paths)))


def _inventory(path: str, read: Read) -> Inventory:
    try:
        data = read(path)
        if data is None:
            raise LockError("it cannot be opened: a link, a device, too large, or gone")
        return kinds.parse(path, data, read)
    except LockError as error:
        place = f"{display(path)}:{error.line}" if error.line else display(path)
        raise ToolError(
            f"{place} cannot be read: {error.why}",
            cause="the lock is cut off, in conflict, or of a version that lockgate does not know",
            todo=f"lock anew in `{display(dirname(path)) or '.'}`, or leave it out with `exclude`",
        ) from error
