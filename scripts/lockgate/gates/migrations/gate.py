"""What a change's migrations lock, rewrite and break, measured on a PostgreSQL that is thrown away.

What measures is loaded when it is run: a plan needs neither it nor the libraries that it stands on.
"""

from lockgate.config import GateConfiguration
from lockgate.gates.migrations.projects import chosen, gone, may_touch, touched
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.scope import describe
from lockgate.tree import Tree

NAME = "migrations"


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where the change touches a migration, or what migrations are made from; else it costs nothing."""
    beside, changed = tree.beside, tree.changed
    if beside is None or not may_touch(changed or beside.paths(), configuration, tree.folder):
        return describe({}, "no migration", tree)
    heads = chosen(beside.paths(), beside.head, configuration, tree.folder)
    bases = chosen(beside.base_paths(), beside.base, configuration, tree.folder)
    projects = touched(heads, bases, changed) or gone(heads, bases)
    files = {path for project in projects for path in project.files}
    count = len(files if changed is None else files & changed)
    kinds = sorted({project.style or project.kind for project in projects})
    things = {"migration": count} if count or not projects else {"project": len(projects)}  # its models alone
    counted = describe(things, "no migration", tree)
    return Applies(max(count, 1), f"{counted.reason} ({', '.join(kinds)})") if projects else counted


def run(task: Task) -> Output:
    """Apply them, and judge what was measured."""
    from lockgate.gates.migrations import judging  # noqa: PLC0415 - see above

    return judging.run(task)
