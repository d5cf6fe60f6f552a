"""Read yarn.lock: yarn 1 writes a format of its own, later ones ("berry") YAML."""

from lockgate.inventory import yarn_berry, yarn_classic
from lockgate.inventory.model import Inventory, Read
from lockgate.inventory.node_text import decoded


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a lock of either kind; the key of a component is its entry's, or its first requirement."""
    text = decoded(data)
    berry = text.startswith("__metadata:") or "\n__metadata:" in text
    return yarn_berry.parse(path, text, read) if berry else yarn_classic.parse(path, text, read)
