"""A migration that does not go through, and what it leaves behind."""

from collections.abc import Iterator

from lockgate.gates.judged import Judged
from lockgate.gates.migrations.effects.frameworks import alone
from lockgate.gates.migrations.effects.wording import listed
from lockgate.gates.migrations.model import Applied, Failure, Measured, Project
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.untrusted import cut, one_line

_LONGEST = 500
_PROGRAM = (
    "The role that migrates is no superuser here, as it should not be in production: "
    "run the program where the deploy runs, and copy from its output."
)
_ROWS = "Mend the rows that are in its way first, in a migration of its own."
_MENDS = {
    "42501": "Do it by a role that may, outside the migration, or give the role that right.",
    "55P04": "Put `ADD VALUE` into a migration of its own, before the one that uses the value.",
    "0A000": "Look whether the production's PostgreSQL has it, and set `postgres-version` to that one.",
}


def failing(measured: Measured, applied: Applied) -> Iterator[Judged]:
    """Judge how a migration ended."""
    if applied.trace.failure:
        yield _failure(measured.project, applied, applied.trace.failure)
    yield from _invalid(measured, applied)


def _failure(project: Project, applied: Applied, failure: Failure) -> Judged:
    place = Place(applied.migration.path or project.path, failure.line, failure.line)
    said = cut(one_line(failure.message), _LONGEST)
    state = f" (SQLSTATE {failure.state})" if failure.state else ""
    rule, mend = _kind(project, failure)
    what = "does not come to an end" if rule == "takes-too-long" else "fails"
    return judged(rule, place, f"It {what}: {said}{state}", identity=applied.migration.name, mend=mend)


def _kind(project: Project, failure: Failure) -> tuple[str, str]:
    if failure.kind == "timeout":
        return "takes-too-long", ""
    said = failure.message.upper()
    if failure.state == "25001":
        mend = f"Run it {alone(project)}."
        return ("concurrently-in-transaction" if "CONCURRENTLY" in said else "fails"), mend
    if failure.state == "42501" and "PROGRAM" in said:
        return "fails", _PROGRAM
    return "fails", _MENDS.get(failure.state, _ROWS if failure.state.startswith("23") else "")


def _invalid(measured: Measured, applied: Applied) -> Iterator[Judged]:
    """Judge indexes that are not valid when all is done, where they came up."""
    last = measured.applied[-1].after
    before, after = applied.before, applied.after
    for oid, index in sorted(after.indexes.items()):
        table = after.relations.get(index.table)
        known = oid in before.indexes and not before.indexes[oid].valid
        stays = oid in last.indexes and not last.indexes[oid].valid
        # One on a partitioned table waits for those of its partitions, which may come with a later change.
        if index.valid or known or not stays or table is None or table.relkind == "p":
            continue
        yield judged(
            "invalid-index",
            Place(applied.migration.path or measured.project.path),
            f"Leaves the index {listed([index.name])} of {listed([table.full_name])} behind, not valid",
            identity=f"{applied.migration.name} {index.name}",
        )
