"""Ask pip-audit whether it agrees on what is from PyPI."""

import re

from lockgate.config.model import ScaConfiguration
from lockgate.errors import PlatformError, ToolError
from lockgate.finding import Notification
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sca.advice import Answers
from lockgate.gates.sca.hits import pins
from lockgate.gates.sca.locks import Locks
from lockgate.gates.sca.sources import Sources
from lockgate.toolset import REQUIREMENTS
from lockgate.verdict import Tool

_SHOWN = 5


def second_opinion(
    task: Task, configuration: ScaConfiguration, locks: Locks, answers: Answers, sources: Sources
) -> Output:
    """Hold pip-audit's answers against ours; where they differ, one of both is wrong and nothing is clean."""
    python = (lock for lock in locks.head if lock.inventory and lock.inventory.ecosystem == "PyPI")
    asked = pins(python) if configuration.second_opinion else []
    if not asked:
        return Output(findings=(), tools=())
    try:
        differences = sources.audit(asked, answers.advisories, answers.found, task.home, task.cache)
    except (PlatformError, ToolError) as error:
        return Output(findings=(), tools=(), notifications=(Notification(level="error", message=str(error)),))
    tools = (Tool("pip-audit", _version()),)
    told = (_disagreement(differences),) if differences else ()
    return Output(findings=(), tools=tools, notifications=told)


def _disagreement(differences: list[str]) -> Notification:
    more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
    error = ToolError(
        f"internal error: pip-audit and lockgate disagree about {'; '.join(differences[:_SHOWN])}{more}",
        cause="a bug in one of them, or an advisory that they read differently",
        todo="report it; `second-opinion: false` for this gate goes on without pip-audit",
    )
    return Notification(level="error", message=str(error))


def _version() -> str:
    found = re.search(r"^pip-audit==(\S+)", (REQUIREMENTS / "audit.txt").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"
