"""Run one job of the workflows: `python -I -m lockgate.jobs NAME`."""

import importlib
import os
import sys
from collections.abc import Sequence

from lockgate.failures import guarded
from lockgate.process import end_with_signals

JOBS = ("attest", "gate", "plan", "report", "shard")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job that is named."""
    argv = sys.argv[1:] if argv is None else argv
    if len(argv) != 1 or argv[0] not in JOBS:
        sys.stderr.write(f"lockgate: which job? One of: {', '.join(JOBS)}\n")
        return 2
    end_with_signals()
    job = importlib.import_module(f"lockgate.jobs.{argv[0]}")
    return guarded(lambda: job.run(os.environ), os.environ)


if __name__ == "__main__":
    sys.exit(main())
