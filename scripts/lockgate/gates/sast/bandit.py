"""bandit over many files, in worker processes."""

from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from platform import python_version

from lockgate.finding import Rule, Severity
from lockgate.gates.analysis import WorkerAnalyser
from lockgate.gates.protocol import Output, Task
from lockgate.gates.tool_run import run_tool
from lockgate.verdict import Tool

_NAME = "bandit"


def selects(path: str) -> bool:
    """Choose the files that `bandit -r` chooses."""
    return path.endswith((".py", ".pyw"))


def run(gate: str, task: Task) -> Output:
    """Run bandit over the Python files."""
    tool = Tool(_NAME, version(_NAME))
    # What bandit can parse, and so what it finds, depends on the Python that it runs on.
    identity = f"{tool.version} python {python_version()}"
    make = partial(WorkerAnalyser, _NAME, identity, task.jobs, task.limits.seconds_per_file)
    return run_tool(gate, task, tool, make, selects, rules)


def rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    """Describe bandit's rules."""
    from bandit.core.docs_utils import get_url  # noqa: PLC0415 - loads every plugin of bandit
    from bandit.core.extension_loader import MANAGER  # noqa: PLC0415

    described = []
    for rule_id in sorted(ids):
        listed = MANAGER.blacklist_by_id.get(rule_id)
        plugin = MANAGER.plugins_by_id.get(rule_id)
        name = listed["name"] if listed else plugin.name if plugin else rule_id
        described.append(
            Rule(
                id=rule_id,
                tool=_NAME,
                name=str(name).replace("_", " "),
                severity=Severity.MEDIUM,
                help=get_url(rule_id),
                tags=("security",),
            )
        )
    return tuple(described)
