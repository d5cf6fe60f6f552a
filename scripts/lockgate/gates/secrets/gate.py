"""Secret scanning: detect-secrets' detectors, and our own for the tokens that it misses."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version

from lockgate import __version__
from lockgate.config import GateConfiguration
from lockgate.finding import Rule
from lockgate.gates.analysis import WorkerAnalyser
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.scope import Pace, chooser, count, describe, merged, work
from lockgate.gates.secrets import detect_secrets_rules
from lockgate.gates.secrets.kinds import KINDS
from lockgate.gates.secrets.overlap import one_each
from lockgate.gates.tool_run import attempt, run_tool
from lockgate.tree import Tree
from lockgate.verdict import Tool

NAME = "secrets"
_OURS = "lockgate"
_PACE = Pace(0.0002, 0.6)


def selects(path: str) -> bool:
    """Choose every file: a secret may be anywhere."""
    return bool(path)


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply wherever there is a file, or a commit that had one."""
    chosen = chooser(selects, configuration)
    past = len([source for source in tree.history if chosen(source.path)])
    seconds = work(tree, chosen, _PACE, in_history=True)
    return describe({"file": count(tree, chosen), "earlier version": past}, "no file", tree, seconds)


def run(task: Task) -> Output:
    """Run both sets of detectors; what both find is one finding."""
    theirs = detect_secrets_rules.TOOL
    outputs = [
        _run(task, Tool(_OURS, __version__), "lockgate-secrets", _our_rules),
        _run(task, Tool(theirs, version(theirs)), theirs, _their_rules),
    ]
    return one_each(merged(outputs))


def _run(task: Task, tool: Tool, worker: str, rules: Callable[[Iterable[str]], tuple[Rule, ...]]) -> Output:
    make = partial(WorkerAnalyser, worker, tool.version, task.jobs, task.limits.seconds_per_file)
    return attempt(partial(run_tool, NAME, task, tool, make, selects, rules, in_history=True))


def _our_rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    wanted = set(ids)
    return tuple(
        Rule(id=kind.id, tool=_OURS, name=kind.name, severity=kind.severity,
             what=f"{kind.name} in the source.",
             why=kind.why, mend=kind.mend, help=kind.help, cwe=kind.cwe, tags=("security", "secret"))
        for kind in KINDS if kind.id in wanted
    )  # fmt: skip


def _their_rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    wanted = set(ids)
    return tuple(rule for rule in detect_secrets_rules.RULES if rule.id in wanted)
