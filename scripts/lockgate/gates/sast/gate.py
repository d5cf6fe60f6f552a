"""Static analysis: bandit for Python, oxlint with security plugins for JavaScript and TypeScript."""

from functools import partial

from lockgate.config import GateConfiguration
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.sast import bandit, oxlint
from lockgate.gates.scope import Pace, chooser, count, describe, merged, work
from lockgate.gates.tool_run import attempt
from lockgate.tree import Tree

NAME = "sast"
_LANGUAGES = (("Python file", bandit), ("JavaScript/TypeScript file", oxlint))
_PACES = {bandit: Pace(0.002, 1.7), oxlint: Pace(0.003, 1.0)}


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where there is Python, JavaScript or TypeScript."""
    chosen = {tool: chooser(tool.selects, configuration) for _, tool in _LANGUAGES}
    counts = {language: count(tree, chosen[tool]) for language, tool in _LANGUAGES}
    seconds = sum(work(tree, chosen[tool], pace) for tool, pace in _PACES.items())
    return describe(counts, "no Python, JavaScript or TypeScript file", tree, seconds)


def run(task: Task) -> Output:
    """Run the tools of the languages that are there."""
    return merged([attempt(partial(tool.run, NAME, task)) for _, tool in _LANGUAGES])
