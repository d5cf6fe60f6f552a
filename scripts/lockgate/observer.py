"""Who watches a run go on."""

from typing import Protocol

from lockgate.answer import GateRun
from lockgate.plan import Plan


class Observer(Protocol):
    """Watch a run go on; called from several threads."""

    def planned(self, plan: Plan) -> None:
        """See the plan before the gates run."""

    def progress(self, gate: str, files: int) -> None:
        """See a gate be done with some files."""

    def finished(self, run: GateRun) -> None:
        """See a gate end."""


class Silent:
    """Show nothing."""

    def planned(self, plan: Plan) -> None:
        """Show nothing of the plan."""

    def progress(self, gate: str, files: int) -> None:
        """Show nothing of progress."""

    def finished(self, run: GateRun) -> None:
        """Show nothing of a gate's end."""
