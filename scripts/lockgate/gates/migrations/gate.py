"""What a change's migrations lock, rewrite and break, measured on a PostgreSQL that is thrown away.

What measures is loaded when it is run: a plan needs neither it nor the libraries that it stands on.
"""

from lockgate.config import GateConfiguration
from lockgate.gates.migrations.projects import in_head, is_source, touched
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.scope import describe
from lockgate.tree import Tree

NAME = "migrations"


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where the change touches a migration, or what migrations are made from; else it costs nothing."""
    if tree.beside is None or not any(map(is_source, tree.changed or tree.beside.paths())):
        return describe({}, "no migration", tree)
    projects = touched(in_head(tree, configuration), tree.changed)
    files = {path for project in projects for path in project.files}
    count = len(files if tree.changed is None else files & tree.changed)
    kinds = sorted({project.style or project.kind for project in projects})
    counted = describe({"migration": count}, "no migration", tree)
    return Applies(max(count, 1), f"{counted.reason} ({', '.join(kinds)})") if projects else counted


def run(task: Task) -> Output:
    """Apply them, and judge what was measured."""
    from lockgate.gates.migrations import judging  # noqa: PLC0415 - see above

    return judging.run(NAME, task)
