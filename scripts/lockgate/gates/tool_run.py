"""Run one tool over the head, the base and history of a tree, and make its output."""

from collections.abc import Callable, Iterable

from lockgate.errors import ToolError
from lockgate.finding import NOT_SCANNED, Notification, Rule
from lockgate.gates import found
from lockgate.gates.analysis import Analyser, Reports, analyse
from lockgate.gates.protocol import Output, Task
from lockgate.gates.scope import chooser
from lockgate.source import Source
from lockgate.verdict import Tool


def run_tool(
    gate: str,
    task: Task,
    tool: Tool,
    make: Callable[[], Analyser],
    selects: Callable[[str], bool],
    rules: Callable[[Iterable[str]], tuple[Rule, ...]],
) -> Output:
    """Run a tool where it has something to do; `make` is not called otherwise, so nothing is installed in vain.

    `rules` describes the rules of the given ids.
    """
    chosen = chooser(selects, task.configuration)
    unreadable = found.of_unreadable(gate, tool.name, task.tree.unreadable, chosen)
    head = found.selected(task.tree.head, chosen)
    history = found.selected(task.tree.history, chosen)
    analyser = make() if head or history else None
    base = found.selected(task.tree.base, chosen)
    reports = analyse(analyser, [*head, *base, *history], task.cache, task.progress) if analyser else {}
    findings = found.of_reports(gate, tool.name, _part(reports, head))
    known = found.known(gate, tool.name, _part(reports, base))
    past = found.of_reports(gate, tool.name, _part(reports, history))
    findings += unreadable + found.only_in_history(past, findings, known)
    used = {finding.rule for finding in findings}
    described = rules(used - {NOT_SCANNED})
    return Output(
        findings=tuple(findings),
        known=frozenset(known),
        tools=(tool,) if analyser else (),
        rules=(*described, found.not_scanned_rule(tool.name)) if NOT_SCANNED in used else described,
        counts={tool.name: len(reports) + len(unreadable)},
        secrets=found.secrets(_part(reports, head)),
    )


def attempt(run: Callable[[], Output]) -> Output:
    """Run one tool of several: when it fails, the findings of the others are kept and the gate is incomplete."""
    try:
        return run()
    except ToolError as error:
        return Output(findings=(), tools=(), notifications=(Notification(level="error", message=str(error)),))


def _part(reports: Reports, sources: Iterable[Source]) -> Reports:
    return {source: reports[source] for source in sources if source in reports}
