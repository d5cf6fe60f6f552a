"""Child processes: one bounded run, and a pool of workers that survives its files."""

from lockgate.process.children import end_with_signals, network, which
from lockgate.process.pool import Job, Pool, Reply
from lockgate.process.run import Completed, run

__all__ = ["Completed", "Job", "Pool", "Reply", "end_with_signals", "network", "run", "which"]
