"""What is known to be wrong with the components that lock files name.

What judges is loaded when it is run: a plan needs neither it nor the libraries that it stands on.
"""

from dataclasses import replace

from lockgate.config import GateConfiguration
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.sca.locks import everywhere_in, own, paths
from lockgate.gates.scope import chooser
from lockgate.gates.scope import describe as counted
from lockgate.inventory.kinds import counts, is_lock
from lockgate.tree import Tree

NAME = "sca"


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where there is a lock file in the change; a changed manifest alone changes nothing installed."""
    chosen, everywhere = chooser(is_lock, configuration), everywhere_in(tree, own(configuration))
    found = counts(paths(tree, chosen, everywhere=everywhere))
    applies = counted(found, "no lock file", replace(tree, changed=None) if everywhere else tree)
    if not own(configuration).environment:
        return applies
    locks = f"{applies.reason}, and " if found else ""
    return Applies(applies.files + 1, f"{locks}1 installed environment")


def run(task: Task) -> Output:
    """Judge what the lock files of the head name, and of the base's what was known and what is gone."""
    from lockgate.gates.sca import judging  # noqa: PLC0415 - see above

    return judging.run(NAME, task)
