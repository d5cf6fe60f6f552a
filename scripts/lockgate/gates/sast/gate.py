"""Static analysis: bandit for Python, oxlint with security plugins for JavaScript and TypeScript."""

from functools import partial

from lockgate.config import GateConfiguration
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.sast import bandit, oxlint
from lockgate.gates.scope import chooser, count, describe, merged
from lockgate.gates.tool_run import attempt
from lockgate.tree import Tree

NAME = "sast"
_LANGUAGES = (("Python file", bandit), ("JavaScript/TypeScript file", oxlint))


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where there is Python, JavaScript or TypeScript."""
    counts = {language: count(tree, chooser(tool.selects, configuration)) for language, tool in _LANGUAGES}
    return describe(counts, "no Python, JavaScript or TypeScript file", tree)


def run(task: Task) -> Output:
    """Run the tools of the languages that are there."""
    return merged([attempt(partial(tool.run, NAME, task)) for _, tool in _LANGUAGES])
