"""Apply migrations that are SQL, one statement at a time, and watch each of them."""

import re
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from psycopg.pq import TransactionStatus

from lockgate.errors import LockgateError, ToolError
from lockgate.gates.migrations.model import Failure, Migration, Statement, Step, Trace
from lockgate.gates.migrations.sessions.sightings import Sight
from lockgate.gates.migrations.sessions.statements import kind_of
from lockgate.gates.migrations.sessions.time_limit import limited
from lockgate.gates.migrations.sessions.told import Event, Told, heard
from lockgate.postgres.database import Database
from lockgate.postgres.extensions import named_in
from lockgate.postgres.log import Entry

_CONTROL = frozenset(
    {"ABORT", "BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "PREPARE TRANSACTION",
     "START TRANSACTION", "COMMIT PREPARED", "ROLLBACK PREPARED"}
)  # fmt: skip
_GIVES_ROWS = frozenset({"EXECUTE", "EXPLAIN", "FETCH", "SELECT", "SHOW", "TABLE", "VALUES", "WITH"})
_FRESH = b"""RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL;
DISCARD TEMP; DISCARD SEQUENCES;"""
"""Each migration begins as if its tool had just connected."""
_LISTEN = b"SET client_min_messages = log"
"""The server's log is sent to the client too, so what the recorder says of a statement comes with it."""
_CLIENT_COPY = re.compile(r"\b(?:from\s+stdin|to\s+stdout)\b", re.IGNORECASE)
_BODY_LINE = re.compile(r"inline_code_block line (\d+)")
_ABOUT_EXTENSIONS = ("ALTER EXTENSION", "COMMENT ON", "CREATE EXTENSION", "DROP EXTENSION")
_MADE = """
SELECT FROM pg_catalog.pg_extension e
WHERE extname = ANY (%s) AND extname <> 'plpgsql' AND NOT pg_catalog.pg_has_role(e.extowner, 'USAGE')
"""
_NOT_IN_TRANSACTION = frozenset({"25001", "2D000"})
_SERVERS_FAULT = ("53100", "53200", "57P02", "58", "XX001", "XX002")
_TIMEOUT = "57014"


class _Stopped(Exception):  # noqa: N818 - no error of ours
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class SqlSession:
    """Apply migrations to a database as its owner; one may take `seconds` in all."""

    def __init__(self, database: Database, migrations: Sequence[Migration], *, seconds: float) -> None:
        self._database = database
        self._migrations = tuple(migrations)
        self._seconds = seconds
        self._told: list[Told] = []
        self._connect()

    def plan(self) -> Sequence[Migration]:
        """List all migrations in the order in which they are applied."""
        return self._migrations

    def apply(self, migration: Migration) -> Trace:
        """Apply the next one, and watch each statement. Raise ToolError when the server died."""
        return self._trace(migration, migration.up)

    def revert(self, migration: Migration) -> Trace:
        """Undo the last one that was applied. Raise ToolError when the server died."""
        if migration.down is None:
            return Trace(failure=Failure("nothing says how to undo it", kind="irreversible"))
        return self._trace(migration, migration.down)

    def replay(self, migration: Migration) -> Failure | None:
        """Apply the next one, unwatched: at once where its tool does so. Raise ToolError as `apply`."""
        if _is_plain(migration):
            text = ";\n".join(statement.text for statement in migration.up)
            try:
                with limited(self._connection, self._database, self._seconds):
                    self._connection.execute(self._fresh)
                    self._connection.execute(_bytes(text))
                return None
            except psycopg.Error:
                self.close()  # what was told to stop may still be told so
                self._clean()
        return self.apply(migration).failure  # says which statement it was

    def close(self) -> None:
        """End the connection."""
        with suppress(psycopg.Error):
            self._connection.close()

    def _connect(self) -> None:
        self._connection = self._database.connect()
        self._connection.prepare_threshold = None  # a migration may drop what is prepared
        self._connection.add_notice_handler(self._hear)
        self._sight = Sight(self._connection)
        recorded = self._connection.execute("SELECT FROM pg_namespace WHERE nspname = 'lockgate_recorder'")
        self._fresh = _FRESH + _LISTEN if recorded.fetchone() is not None else _FRESH

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        entry = Entry(pid=0, transaction="", database="", level="LOG", message=notice.message_primary or "")
        with suppress(ToolError):  # what is no word of the recorder's is nothing here
            self._told += [each.told for each in heard([entry]) if isinstance(each, Event)]

    def _clean(self) -> None:
        """Undo what is open; connect again when the connection is lost."""
        try:
            self._connection.rollback()
        except psycopg.Error:
            self.close()
        if self._connection.closed:
            self._connect()

    def _trace(self, migration: Migration, statements: Sequence[Statement]) -> Trace:
        if migration.refused:
            return Trace(failure=migration.refused)
        steps: list[Step] = []
        failure: Failure | None = None
        trouble: psycopg.Error | None = None
        statement = Statement("", 1, 1)
        run = _Run(self._connection, self._sight, self._told, migration)
        with limited(self._connection, self._database, self._seconds) as limit:
            try:
                self._connection.execute(self._fresh)
                for statement in statements:
                    steps += run.step(statement)
                run.finish()
            except _Stopped as stopped:
                failure = stopped.failure
            except psycopg.Error as error:
                trouble = error
        if limit.over:
            # What was told to stop may still be told so when it has gone on.
            self.close()
            words = f"it was stopped after {self._seconds:g} seconds"
            failure = Failure(words, statement.line, _TIMEOUT, "timeout")
        elif trouble:
            failure = _failure(trouble, statement)
        if failure:
            self._clean()
        return Trace(tuple(steps), failure)


class _Run:
    """Run a migration's statements in the transactions that its tool would use."""

    def __init__(
        self, connection: "psycopg.Connection[tuple[object, ...]]", sight: Sight, told: list[Told],
        migration: Migration,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._sight = sight
        self._told = told
        self._migration = migration
        self._number = 0

    def step(self, statement: Statement) -> tuple[Step, ...]:
        kind = kind_of(statement)
        self._told.clear()
        _refuse(statement, kind)
        if kind.split(" ")[0] in _CONTROL or kind in _CONTROL:
            self._control(statement)
            return ()
        if self._idle and self._migration.atomic and (self._migration.whole or not self._number):
            self._begin()
        if not self._idle:
            self._execute(statement, kind)
            return (self._sight.after(statement, kind, self._number, self._told),)
        return (self._by_itself(statement, kind),)

    def finish(self) -> None:
        if not self._idle:
            self._connection.execute("COMMIT")

    @property
    def _idle(self) -> bool:
        return self._connection.info.transaction_status == TransactionStatus.IDLE

    def _begin(self, words: bytes = b"BEGIN") -> None:
        self._connection.execute(words)
        self._number += 1
        self._sight.begin()

    def _control(self, statement: Statement) -> None:
        idle = self._idle
        words = _bytes(statement.text)
        if idle and kind_of(statement) in {"BEGIN", "START TRANSACTION"}:
            self._begin(words)
            return
        if idle and self._migration.atomic and not self._number:
            self._begin()
        self._connection.execute(words)
        if not self._idle and re.search(r"\bchain\b", statement.text, re.IGNORECASE):
            self._number += 1
            self._sight.begin()

    def _by_itself(self, statement: Statement, kind: str) -> Step:
        """Run one in a transaction of its own, to look at it; without one where it refuses that."""
        self._begin()
        try:
            self._execute(statement, kind)
        except psycopg.Error as error:
            if error.sqlstate not in _NOT_IN_TRANSACTION:
                raise
            self._connection.execute("ROLLBACK")
            self._execute(statement, kind)
            return self._sight.alone(statement, kind, self._number)
        step = self._sight.after(statement, kind, self._number, self._told)
        self._connection.execute("COMMIT")
        return step

    def _is_there(self, statement: Statement) -> bool:
        """Say whether it is about an extension that a superuser has made beforehand, as only one may."""
        made = self._connection.execute(_MADE, [sorted(named_in(statement.text))])
        return made.fetchone() is not None

    def _execute(self, statement: Statement, kind: str) -> None:
        if kind.startswith(_ABOUT_EXTENSIONS) and self._is_there(statement):
            return
        words = _bytes(statement.text)
        if kind not in _GIVES_ROWS:
            self._connection.execute(words)
            return
        with self._connection.cursor() as cursor:  # a billion rows are not kept
            for _ in cursor.stream(words):
                pass


def _refuse(statement: Statement, kind: str) -> None:
    if kind == "COPY" and _CLIENT_COPY.search(statement.text):
        words = "COPY from or to the client works in psql alone: no tool gives it the data"
        raise _Stopped(Failure(words, statement.line, "08P01"))
    if "\0" in statement.text:
        line = statement.line + statement.text.partition("\0")[0].count("\n")
        raise _Stopped(Failure("the character NUL is no SQL", line, "22021"))


def _is_plain(migration: Migration) -> bool:
    """Say whether all of it can be sent at once without any difference to what its tool does."""
    return migration.atomic and not migration.refused and not any(
        kind_of(each).split(" ")[0] in {*_CONTROL, "START", "PREPARE", "COPY", "VACUUM"} or "\0" in each.text
        for each in migration.up
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _failure(error: psycopg.Error, statement: Statement) -> Failure:
    """Say what went wrong; raise ToolError where the server is to blame."""
    state = error.sqlstate or ""
    if state.startswith(_SERVERS_FAULT) or (not state and isinstance(error, psycopg.OperationalError)):
        raise _died(error) from error
    diagnosis = error.diag
    message = diagnosis.message_primary or str(error).strip() or "the server closed the connection"
    kind = "timeout" if state == _TIMEOUT else "failed"
    return Failure(message, _line(diagnosis, statement), state, kind)  # type: ignore[arg-type]


def _line(diagnosis: psycopg.errors.Diagnostic, statement: Statement) -> int:
    """Give the line of the file where it went wrong, as far as the server says it; else the statement's."""
    text = statement.text
    if diagnosis.statement_position:
        return statement.line + text.count("\n", 0, int(diagnosis.statement_position) - 1)
    body = _BODY_LINE.search(diagnosis.context or "")
    if body and (quote := re.search(r"\$\w*\$", text)):
        return min(statement.line + text.count("\n", 0, quote.end()) + int(body[1]) - 1, statement.end_line)
    return statement.line


def _died(error: Exception) -> LockgateError:
    return ToolError(
        f"the server did not do what it was asked for: {str(error).strip()}",
        cause="it has died, or the disk or the memory is full",
        todo="try again, with more space in the folder for temporary files",
    )
