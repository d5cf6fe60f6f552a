"""Child processes: one bounded run; `pool` has workers that survive their files."""

from lockgate.process.children import end_with_signals, network, which
from lockgate.process.run import Completed, run

__all__ = ["Completed", "end_with_signals", "network", "run", "which"]
