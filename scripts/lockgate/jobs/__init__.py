"""The jobs of the reusable workflows, one module each: `run(environment)` gives the exit code.

`scripts/run job NAME` starts each in no more than it needs, so a job imports nothing of another.
"""
