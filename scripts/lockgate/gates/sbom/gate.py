"""Bills of materials of what lock files lock: written, held against their schemas, scored, compared.

What makes them is loaded when it is run: a plan needs neither it nor the libraries that it stands on.
"""

from lockgate.config import GateConfiguration
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.scope import chooser
from lockgate.gates.scope import describe as counted
from lockgate.inventory.kinds import counts, is_lock
from lockgate.tree import Tree

NAME = "sbom"


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where there is any lock file: a bill is of the whole, whatever the change touches."""
    return counted(counts(locks(tree, configuration)), "no lock file", Tree(tree.root))


def locks(tree: Tree, configuration: GateConfiguration) -> list[str]:
    """List the head's lock files, in the change or not."""
    chosen = chooser(is_lock, configuration)
    return [path for path in tree.beside.paths() if chosen(path)] if tree.beside else []


def run(task: Task) -> Output:
    """Make the bills of the head; with a base, say what differs."""
    from lockgate.gates.sbom import making  # noqa: PLC0415 - see above

    return making.run(task, locks(task.tree, task.configuration))
