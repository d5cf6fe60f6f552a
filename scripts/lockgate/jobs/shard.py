"""A job of several that do a gate's work: look at its share of the files, and keep what the tools say."""

import sys
from collections.abc import Mapping

from lockgate.errors import ExitCode, InputError
from lockgate.github import Emitter
from lockgate.host import host
from lockgate.inputs import Cell, from_action, number, read_input
from lockgate.observer import Silent
from lockgate.pipeline import run_part


def run(environment: Mapping[str, str]) -> ExitCode:
    """Write the part and set `part`, its file; what a tool fails at is in it, for the job that judges."""
    cell = Cell(
        read_input(environment, "gate"),
        *(number(read_input(environment, name), name) for name in ("number", "count")),
    )
    if cell.number > cell.count:
        raise InputError(
            f"there is no part {cell.number} of {cell.count}",
            cause="the inputs are not those of the plan",
            todo="give `number` and `count` of one of its `shards`",
        )
    file = run_part(cell, from_action(environment, cell.gate), host(environment), Silent())
    emitter = Emitter.of(environment, sys.stdout)
    emitter.plain(
        f"part {cell.number} of {cell.count} of {cell.gate}: {file.stat().st_size:,} bytes of results"
    )
    emitter.set_output("part", str(file))
    return ExitCode.PASS
