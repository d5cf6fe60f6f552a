"""The seed: rows of the project's own choice, loaded before the change's migrations are applied to a copy."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.catalog import Catalog, Constraint
from lockgate.gates.migrations.model import Applied, Failure, Migration, Session, Statement
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.gates.migrations.sessions.statements import SqlError, split
from lockgate.untrusted import shown

_REASONS = {
    "22001": "a text is too long for its column",
    "22003": "a number is too large for its column",
    "22P02": "a value cannot be read as its column's type",
    "23502": "a column that shall be NOT NULL holds NULL",
    "23503": "a row refers to one that is not there",
    "23505": "a value that shall be unique is there twice",
    "23514": "a row breaks a check",
    "23P01": "two rows exclude each other",
}
_KEY = re.compile(r"\(([^()]{1,500})\)=\(")
_QUOTED = re.compile(r'"([^"]{1,200})"')
_SHOWN = 10

Load = Callable[[Migration], Failure | None]
"""Run a seed, or a statement of ours, on the copy, on a connection of its own."""


def seed_of(path: str, data: bytes) -> Migration | Judged:
    """Read a seed as what one transaction loads, or say why it is no SQL."""
    try:
        return Migration(path, path, split(data.decode("utf-8")))
    except SqlError as error:
        return _spoilt(path, Failure(error.what, error.line))
    except UnicodeDecodeError:
        return _spoilt(path, Failure("it is not UTF-8"))


def seeded(seed: Migration, applied: Sequence[Applied], load: Load, session: Session) -> Iterator[Judged]:
    """Load a seed into a copy of the base's database, apply the change's migrations, and judge what fails.

    `applied` tells what went through without rows. `session` stands on the copy before the first of them. No
    value of a row is shown: what the server says is only looked through for names that the catalog has.
    """
    if failure := load(seed):
        yield _spoilt(seed.path, failure)
        return
    for one in applied:
        if one.trace.failure:
            return
        if failure := session.replay(one.migration):
            yield _fails(seed, one, failure)
            return
    if applied:
        yield from _unproved(seed, applied, load)


def _spoilt(path: str, failure: Failure) -> Judged:
    """Tell of a seed that cannot be loaded; what may quote a value of it is not shown."""
    state = f" (SQLSTATE {failure.state})" if failure.state else ""
    plain = not failure.state or (failure.state.startswith("42") and failure.state != "42601")
    reason = _REASONS.get(failure.state, failure.message if plain else "")
    because = f": {shown(reason)}" if reason else ""
    return judged(
        "fails",
        Place(path, failure.line),
        f"the seed {shown(path)} cannot be loaded into the base's database{because}{state}",
        identity=f"seed {path}",
        mend="Let the seed fit the schema of the base branch.",
    )


def _fails(seed: Migration, one: Applied, failure: Failure) -> Judged:
    reason = _REASONS.get(
        failure.state, "it does not end" if failure.kind == "timeout" else "the server refuses it"
    )
    state = f" (SQLSTATE {failure.state})" if failure.state else ""
    names = _names(failure.message, one.before, one.after)
    about = f": {', '.join(map(shown, names[:_SHOWN]))}" if names else ""
    return judged(
        "fails-on-data",
        Place(one.migration.path or seed.path, failure.line),
        f"{shown(one.migration.name)} goes through without rows, and fails on those of {shown(seed.path)}:"
        f" {reason}{state}{about}",
        identity=one.migration.name,
    )


def _names(message: str, *catalogs: Catalog) -> list[str]:
    """Find words of a message that name something of the catalogs, in order: no value of a row is one."""
    known = {name for catalog in catalogs for name in _all_names(catalog)}
    keys = (word.strip().strip('"') for match in _KEY.finditer(message) for word in match[1].split(","))
    quoted = (match[1] for match in _QUOTED.finditer(message))
    return list(dict.fromkeys(word for word in chain(quoted, keys) if word in known))


def _all_names(catalog: Catalog) -> Iterator[str]:
    for mapping in (catalog.relations, catalog.columns, catalog.constraints, catalog.indexes, catalog.enums):
        yield from (one.name for one in mapping.values())


def _unproved(seed: Migration, applied: Sequence[Applied], load: Load) -> Iterator[Judged]:
    """Validate the constraints that the change added NOT VALID: the rows of the seed may break one."""
    old = applied[0].before.constraints
    for one in applied:
        for oid, constraint in sorted(one.after.constraints.items()):
            last = applied[-1].after.constraints.get(oid)
            if oid in old or oid in one.before.constraints or last is None or last.valid:
                continue
            if load(_validation(constraint, applied[-1].after)):
                yield judged(
                    "fails-on-data",
                    Place(one.migration.path),
                    f"rows of {shown(seed.path)} break the constraint {shown(constraint.name)}, which is not"
                    " valid yet: validating it will fail",
                    identity=f"{one.migration.name} {constraint.name}",
                    severity=Severity.MEDIUM,
                )


def _validation(constraint: Constraint, catalog: Catalog) -> Migration:
    table = catalog.relations[constraint.table]
    name = f"{_quoted(table.schema)}.{_quoted(table.name)}"
    text = f"ALTER TABLE {name} VALIDATE CONSTRAINT {_quoted(constraint.name)}"
    return Migration("validate", "", (Statement(text, 1, 1),))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
