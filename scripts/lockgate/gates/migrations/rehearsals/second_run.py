"""The second run: a migration without a transaction stops half-way, and is run again as a whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from lockgate.gates.judged import Judged
from lockgate.gates.migrations.model import Applied, Failure, Migration
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.gates.migrations.sessions.statements import kind_of
from lockgate.untrusted import shown

_MOST = 10
_BEGIN = frozenset({"BEGIN", "START TRANSACTION"})
_END = frozenset({"COMMIT", "END"})
_TO_SAVEPOINT = re.compile(r"\bTO\b", re.IGNORECASE)
_BACK = frozenset({"ABORT", "ROLLBACK"})

Copy = Callable[[], AbstractContextManager[Callable[[Migration], Failure | None]]]
"""Open a copy of the database as it was before the migration, and give what applies one, each on a connection
of its own."""


class Stops(Protocol):
    """Apply migrations by a tool that can be stopped on the way."""

    def stop(self, migration: Migration, statements: int) -> int | None:
        """Stop one behind some of its statements, give the last one's line; None where it has no more."""

    def replay(self, migration: Migration) -> Failure | None:
        """Apply one as a whole."""


def second_run(migration: Migration, copy: Copy) -> Iterator[Judged]:
    """Stop a migration behind each statement that stays when it is stopped there, and run it again.

    At most ten places are tried, the first and the last among them; the first that fails is told. What is in
    a transaction leaves nothing behind, and is silent. Raise ToolError where the server died.
    """
    for cut in _some(stays(migration)):
        half = replace(migration, up=migration.up[:cut])
        with copy() as apply:
            if apply(half):
                return  # the whole fails there too, and says so
            failure = apply(migration)
        if failure:
            yield _not_rerunnable(migration, migration.up[cut - 1].end_line, failure)
            return


def second_run_of_code(one: Applied, copy: Callable[[], AbstractContextManager[Stops]]) -> Iterator[Judged]:
    """Let the tool stop a migration behind each of its first ten statements, and run it again.

    `copy` opens the tool on a copy of the database as it was before; the first that fails is told.
    """
    if not commits(one):
        return
    for statements in range(1, _MOST + 1):
        with copy() as session:
            line = session.stop(one.migration, statements)
            if line is None:
                return
            failure = session.replay(one.migration)
        if failure:
            yield _not_rerunnable(one.migration, line, failure)
            return


def commits(one: Applied) -> bool:
    """Say whether what a migration's code does was seen in more than one transaction."""
    return len({step.transaction for step in one.trace.steps if step.line}) > 1


def _not_rerunnable(migration: Migration, line: int, failure: Failure) -> Judged:
    return judged(
        "not-rerunnable",
        Place(migration.path, failure.line),
        f"{shown(migration.name)} does not run in one transaction: when it has stopped behind line"
        f" {line}, it fails at its second run: {shown(failure.message)}",
        identity=migration.name,
    )


def stays(migration: Migration) -> list[int]:
    """Count the statements up to each place where a migration may stop and what it did stays done.

    The end of the migration is none of them.
    """
    inside, found = migration.atomic, []
    for count, statement in enumerate(migration.up, 1):
        kind = kind_of(statement)
        if kind in _BEGIN:
            inside = True
        elif kind in _END:
            found.append(count)
            inside = migration.atomic
        elif kind in _BACK and not _TO_SAVEPOINT.search(statement.text):
            inside = migration.atomic
        elif not inside:
            found.append(count)
    return [count for count in found if count < len(migration.up)]


def _some(cuts: Sequence[int]) -> list[int]:
    if len(cuts) <= _MOST:
        return list(cuts)
    return [cuts[at * (len(cuts) - 1) // (_MOST - 1)] for at in range(_MOST)]
