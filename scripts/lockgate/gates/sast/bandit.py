"""bandit over many files, in worker processes."""

from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from platform import python_version

from lockgate.finding import Rule, Severity
from lockgate.gates.analysis import WorkerAnalyser
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sast.bandit_rules import TABLE, why
from lockgate.gates.tool_run import run_tool
from lockgate.verdict import Tool

_NAME = "bandit"


def selects(path: str) -> bool:
    """Choose what `bandit -r` chooses, and `.pyw`, which is Python too."""
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

    def describe(rule_id: str) -> Rule:
        listed, plugin = MANAGER.blacklist_by_id.get(rule_id), MANAGER.plugins_by_id.get(rule_id)
        cwe, what, mend = TABLE.get(rule_id, (0, "", ""))
        return Rule(
            id=rule_id,
            tool=_NAME,
            name=str(listed["name"] if listed else plugin.name if plugin else rule_id).replace("_", " "),
            severity=Severity.MEDIUM,
            what=what,
            why=why(rule_id) if cwe else "",
            mend=mend,
            help=get_url(rule_id),
            cwe=(cwe,) if cwe else (),
            tags=("security",),
        )

    return tuple(describe(rule_id) for rule_id in sorted(ids))
