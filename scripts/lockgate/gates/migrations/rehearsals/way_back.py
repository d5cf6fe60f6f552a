"""The way back: the change's migrations are undone, and applied again, on a copy of the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.catalog import Catalog
from lockgate.gates.migrations.catalogs.likeness import difference
from lockgate.gates.migrations.model import Applied, Failure, Migration, Project, Session
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.untrusted import shown

_SHOWN = 5
_ONE_WAY = frozenset({"drizzle", "plain"})


@dataclass(frozen=True, slots=True)
class _Undone:
    migration: Migration
    lost: Sequence[str]
    left: Sequence[str]


def way_back(
    project: Project,
    session: Session,
    applied: Sequence[Applied],
    catalog: Callable[[], Catalog],
) -> Iterator[Judged]:
    """Undo the change's migrations, newest first, then apply them again; judge what fails or is left behind.

    `session` stands on a copy of the database to which all of `applied` have been applied, and `catalog`
    reads the copy. What cannot be undone ends the way; tools that have no way back are not blamed for it, nor
    is the project for migrations of installed packages. Raise ToolError where the server or the tool died.
    """
    if project.kind not in {"command", "prisma"} and project.style not in _ONE_WAY:
        yield from (found for found in _walk(project, session, applied, catalog) if found.finding.path)


def _walk(
    project: Project, session: Session, applied: Sequence[Applied], catalog: Callable[[], Catalog]
) -> Iterator[Judged]:
    undone: list[_Undone] = []
    stuck = False
    for one in reversed(applied):
        if one.trace.failure:
            return
        failure = session.revert(one.migration).failure
        if failure:
            stuck = failure.kind != "irreversible"
            if stuck:
                yield _fails(one.migration, "undone", failure)
            elif _has_ways_back(project, session):
                yield _irreversible(one.migration, failure.line)
            break
        undone.append(_Undone(one.migration, *difference(one.before, catalog())))
    yield from _again(session, undone, stuck=stuck)


def _again(session: Session, undone: Sequence[_Undone], *, stuck: bool) -> Iterator[Judged]:
    """Apply what was undone, up to what fails; what fails at what it left behind itself is one finding."""
    for one in reversed(undone):
        failure = None if stuck else session.replay(one.migration)
        stuck = stuck or failure is not None
        if one.lost or one.left:
            yield _differs(one, failure)
        elif failure:
            yield _fails(one.migration, "applied again after it was undone", failure)


def _has_ways_back(project: Project, session: Session) -> bool:
    """Say whether the project cares: of SQL files, whether any other migration can be undone."""
    return project.kind != "sql" or any(migration.down is not None for migration in session.plan())


def _irreversible(migration: Migration, line: int) -> Judged:
    return judged(
        "irreversible",
        Place(migration.path, line),
        f"{shown(migration.name)} cannot be undone, nor can what was applied before it",
        identity=migration.name,
    )


def _fails(migration: Migration, what: str, failure: Failure) -> Judged:
    return judged(
        "down-fails",
        Place(migration.path, failure.line),
        f"{shown(migration.name)} cannot be {what}: {shown(failure.message)}",
        identity=f"{migration.name} {what}",
    )


def _differs(one: _Undone, failure: Failure | None) -> Judged:
    """Weigh what is only left behind, and does not stop the next deploy, less than what is lost."""
    words = [f"{_listed(one.lost)} not restored"] if one.lost else []
    words += [f"{_listed(one.left)} left behind"] if one.left else []
    words += [f"it cannot be applied again: {shown(failure.message)}"] if failure else []
    return judged(
        "down-fails",
        Place(one.migration.path, failure.line if failure else 0),
        f"{shown(one.migration.name)} is undone without an error, but not wholly: {'; '.join(words)}",
        identity=f"{one.migration.name} differs",
        severity=None if one.lost or failure else Severity.LOW,
    )


def _listed(lines: Sequence[str]) -> str:
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return ", ".join(map(shown, lines[:_SHOWN])) + more
