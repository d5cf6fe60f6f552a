"""What the gate talks about: projects, their migrations, and what was measured while one was applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from lockgate.gates.migrations.catalogs.catalog import Catalog

Kind = Literal["alembic", "command", "django", "prisma", "sql"]

MODES = {
    "AccessShareLock": "ACCESS SHARE",
    "RowShareLock": "ROW SHARE",
    "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}
"""The modes of `pg_locks` as SQL names them, from weak to strong."""
BLOCKS_READS = frozenset({"AccessExclusiveLock"})
BLOCKS_WRITES = frozenset({"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", *BLOCKS_READS})
"""Modes of locks on a table that make others' INSERT, UPDATE and DELETE wait (PostgreSQL, 13.3.1)."""


@dataclass(frozen=True, slots=True)
class Project:
    """Name one history of migrations. `path` is the file that says so, `folder` where its tool is run.

    Both are relative to the repository's top; `files` are the paths of its migrations, sorted. `style` is
    whose layout a folder of SQL files has: `flyway`, `sqlx`, `goose`, `dbmate`, `migrate`, `drizzle`, `knex`,
    `plain`.
    """

    kind: Kind
    folder: str
    path: str
    files: tuple[str, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one SQL statement and its lines in its file, counted from 1."""

    text: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Migration:
    """Name one migration as its tool does; `path` is its file, empty for one of an installed package.

    `up` and `down` are its statements where it is SQL; `down` is None where nothing undoes it. `atomic` says
    whether its tool puts a transaction around it, `whole` that it sends all at once: behind a COMMIT in it
    begins another one. `refused` is why it cannot be applied at all.
    """

    name: str
    path: str
    up: tuple[Statement, ...] = ()
    down: tuple[Statement, ...] | None = None
    atomic: bool = True
    whole: bool = False
    refused: "Failure | None" = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Hold a lock on a relation: its oid, its name with the schema, `relkind` and the mode of `pg_locks`."""

    oid: int
    name: str
    relkind: str
    mode: str


def strength(lock: Lock) -> int:
    """Give the place of a lock's mode among all, from weak to strong."""
    return list(MODES).index(lock.mode)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Name a table that was written anew, and why: `type change`, `volatile default`, `persistence`, …"""

    oid: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """Hold what one statement did.

    `what` is its text or, where only the server was listened to, its command tag (`ALTER TABLE`). `line` is
    0 where nobody knows it. `locks` are those that its transaction held when it had ended, taken by it or by
    an earlier step of the same `transaction`; `scanned` are oids of tables that it read whole, `written` of
    those whose rows it wrote or removed. `lock_timeout` is in milliseconds, 0 for none. `objects` are the
    identities of what it made or altered, as `pg_event_trigger_ddl_commands` has them.
    """

    what: str
    line: int = 0
    end_line: int = 0
    transaction: int = 0
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    scanned: frozenset[int] = frozenset()
    written: frozenset[int] = frozenset()
    lock_timeout: int = 0
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Say why a migration did not go through; `state` is SQLSTATE, empty where the tool itself failed.

    `kind` is `irreversible` for one whose tool says that it cannot be undone.
    """

    message: str
    line: int = 0
    state: str = ""
    kind: Literal["failed", "irreversible", "timeout"] = "failed"


@dataclass(frozen=True, slots=True)
class Trace:
    """Hold what was seen while a migration was applied or undone."""

    steps: tuple[Step, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """Hold one migration of the change, what was seen, and the catalog before and after."""

    migration: Migration
    trace: Trace
    before: Catalog
    after: Catalog


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what was measured of a project.

    `before` is the catalog with all that the base applies. `existed` holds, for each of `applied`, the oids
    of relations that were there before the change (without a base: before that migration). `sizes` are a
    table's rows and bytes as in production, by its name with the schema, where somebody gave them.
    """

    project: Project
    server: str
    before: Catalog
    applied: tuple[Applied, ...] = ()
    existed: tuple[frozenset[int], ...] = ()
    sizes: Mapping[str, "Size"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """Hold how large a table is in production."""

    rows: int
    bytes: int


class Session(Protocol):
    """Apply a project's migrations to one database, one after another.

    What the project's own SQL or code does wrong is a Failure; raise ToolError where the server or the tool
    died, so that nothing was measured.
    """

    def plan(self) -> Sequence[Migration]:
        """List all migrations in the order in which they are applied."""

    def apply(self, migration: Migration) -> Trace:
        """Apply the next one, watched."""

    def replay(self, migration: Migration) -> Failure | None:
        """Apply the next one, unwatched."""

    def revert(self, migration: Migration) -> Trace:
        """Undo the last one that was applied."""

    def close(self) -> None:
        """End what was started."""
