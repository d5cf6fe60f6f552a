"""Run one tool over the head, the base and history of a tree, and make its output."""

from collections.abc import Callable, Iterable

from lockgate.errors import ToolError
from lockgate.finding import NOT_SCANNED, Notification, Rule
from lockgate.gates import found
from lockgate.gates.analysis import Analyser, Reports, analyse
from lockgate.gates.history import only_in_history
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
    *,
    in_history: bool = False,
) -> Output:
    """Run a tool where it has something to do; else `make` is not called, so nothing is installed in vain.

    `rules` describes the rules of the given ids. `in_history` looks too at what only commits of the change
    hold: a flaw that is gone is mended, a secret that is gone from the tree is not.
    """
    chosen = chooser(selects, task.configuration)
    unreadable = found.of_unreadable(gate, tool.name, task.tree.unreadable, chosen)
    head = found.selected(task.tree.head, chosen)
    history = found.selected(task.tree.history, chosen) if in_history else []
    analyser = make() if head or history else None
    base = found.selected(task.tree.base, chosen)
    reports = (
        analyse(analyser, [*head, *base, *history], task.cache, task.progress, task.share) if analyser else {}
    )
    findings = found.of_reports(gate, tool.name, _part(reports, head))
    before = found.of_reports(gate, tool.name, _part(reports, base))
    here = {finding.fingerprint for finding in findings}
    past, present = _part(reports, history), _part(reports, [*head, *base])
    findings += unreadable + only_in_history(gate, tool.name, past, present)
    used = {finding.rule for finding in findings}
    described = rules(used - {NOT_SCANNED})
    return Output(
        findings=tuple(findings),
        known=frozenset(finding.fingerprint for finding in before),
        gone=tuple(finding for finding in before if finding.fingerprint not in here),
        tools=(tool,) if analyser else (),
        rules=(*described, found.not_scanned_rule(tool.name)) if NOT_SCANNED in used else described,
        counts={tool.name: len(reports) + len(unreadable)},
        secrets=found.secrets(_part(reports, head)),
    )


def attempt(run: Callable[[], Output]) -> Output:
    """Run one tool of several: when it fails, the others' findings are kept and the gate is incomplete."""
    try:
        return run()
    except ToolError as error:
        return _failed(error)
    except OSError as error:
        return _failed(
            ToolError(
                f"a temporary file of the tool cannot be written: {error.strerror}",
                cause="the disk is full, or the folder for temporary files is not writable",
                todo="make room, or set TMPDIR",
            )
        )


def _failed(error: ToolError) -> Output:
    return Output(findings=(), tools=(), notifications=(Notification(level="error", message=str(error)),))


def _part(reports: Reports, sources: Iterable[Source]) -> Reports:
    return {source: reports[source] for source in sources if source in reports}
