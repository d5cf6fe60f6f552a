"""Any other tool: a program that applies all migrations to `DATABASE_URL`, listened to while it runs."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lockgate.errors import ToolError
from lockgate.gates.migrations.catalogs.snapshot import snapshot
from lockgate.gates.migrations.model import Failure, Migration, Project, Trace
from lockgate.gates.migrations.sessions.recorder import steps
from lockgate.gates.migrations.sessions.tool_session import environment, hang_up
from lockgate.postgres.database import Database
from lockgate.postgres.log import Entry
from lockgate.process import run
from lockgate.untrusted import cut, one_line

_LONGEST = 1000
_MOST_OUTPUT = 64 * 1024 * 1024


class CommandSession:
    """Run the command of the configuration (see model.Session): all that it does is one migration.

    `root` is a checkout, of the base to make what is there, of the head to see what the change does. The
    change's code is run: it must have been decided before that it may be.
    """

    def __init__(
        self,
        database: Database,
        project: Project,
        root: Path,
        argv: Sequence[str],
        *,
        variables: Mapping[str, str],
        entries: Callable[[], list[Entry]],
        seconds: float,
    ) -> None:
        self._project = project
        self._folder = root / project.folder
        self._argv = tuple(argv)
        self._env = {**environment(database), **variables}
        self._entries = entries
        self._seconds = seconds
        self._control = database.connect(superuser=True)

    def plan(self) -> Sequence[Migration]:
        """Give the one migration, which is named like the program."""
        return [Migration(Path(self._argv[0]).name, self._project.path, atomic=False)]

    def apply(self, migration: Migration) -> Trace:
        """Run the command, watched; its lines are not known."""
        before = snapshot(self._control)
        self._entries()
        failure = self.replay(migration, keep=True)
        heard = self._entries()
        if not heard and not failure:
            raise ToolError(
                f"{migration.name} said nothing to the database",
                cause="it does not go by DATABASE_URL, or `database-url` names a server that is not ours",
                todo="let it read DATABASE_URL, and leave `database-url` out",
            )
        return Trace(steps(heard, before), failure)

    def replay(self, migration: Migration, *, keep: bool = False) -> Failure | None:
        """Run the command; without `keep` what the log says of it is thrown away."""
        failure = self._run(migration.name)
        if failure:
            hang_up(self._control)
        if not keep:
            self._entries()
        return failure

    def revert(self, _migration: Migration) -> Trace:
        """Say that nobody knows how."""
        return Trace(failure=Failure("the command has no way back", kind="irreversible"))

    def close(self) -> None:
        """End our connection, and what the command has left behind."""
        with suppress(ToolError):
            hang_up(self._control)
        self._control.close()

    def _run(self, name: str) -> Failure | None:
        argv = [self._program(), *self._argv[1:]]
        start = time.monotonic()
        try:
            done = run(argv, cwd=self._folder, seconds=self._seconds, env=self._env, max_output=_MOST_OUTPUT)
        except ToolError as error:
            if time.monotonic() - start < self._seconds:
                raise
            return Failure(error.what, kind="timeout")
        if done.code == 0:
            return None
        words = one_line((done.stderr.strip() or done.stdout).decode("utf-8", "replace"))
        return Failure(cut(f"{name} ended with {done.code}: {words[-_LONGEST:]}", _LONGEST))

    def _program(self) -> str:
        """Give a program of the checkout by its whole path; the others are looked for on PATH."""
        program = self._argv[0]
        return str(self._folder / program) if "/" in program else program
