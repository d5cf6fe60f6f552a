"""Which project a file belongs to: the one whose folder is nearest above it."""

from collections.abc import Set as AbstractSet


def nearest(path: str, folders: AbstractSet[str]) -> str | None:
    """Give the deepest of the folders that a path is in; None for none. The top is the empty name."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in folders:
            return folder
    return None
