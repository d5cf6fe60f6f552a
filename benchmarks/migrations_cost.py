"""What the gate costs over a history of 160 migrations of SQL, beside psql and squawk."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.linting.squawk import Source, squawk_findings
from lockgate.gates.migrations.model import Migration, Project, Session
from lockgate.gates.migrations.sessions.measure import Work, measure
from lockgate.gates.migrations.sessions.sql_session import SqlSession
from lockgate.gates.migrations.sessions.statements import split
from lockgate.host import host
from lockgate.postgres.programs import choose, installed
from lockgate.postgres.server import Database, Server, serve

MIGRATIONS, ROUNDS, MAJOR = 160, 3, 17


def history() -> dict[str, str]:
    """Write files as a product of some years has them: tables, columns, indexes, keys and backfills."""
    return {f"db/{number:04}.sql": ";\n".join(_statements(number)) + ";\n" for number in range(MIGRATIONS)}


def _statements(number: int) -> Iterator[str]:
    table = f"t{number // 4}"
    if number % 4 == 0:
        yield f"CREATE TYPE state{number} AS ENUM ('new', 'done')"
        columns = "id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()"
        yield f"CREATE TABLE {table} ({columns}, state state{number})"
        yield f"CREATE INDEX ON {table} (at)"
        yield f"CREATE UNIQUE INDEX ON {table} (id, at)"
        if number:
            yield f"ALTER TABLE {table} ADD COLUMN parent text"
            yield f"ALTER TABLE {table} ADD FOREIGN KEY (parent) REFERENCES t{number // 4 - 1}"
    elif number % 4 == 1:
        for column in range(4):
            yield f"ALTER TABLE {table} ADD COLUMN c{column} integer"
        yield f"CREATE INDEX ON {table} (c0)"
        yield f"ALTER TABLE {table} ADD COLUMN flag boolean NOT NULL DEFAULT false"
    elif number % 4 == 2:
        yield f"UPDATE {table} SET c0 = 1 WHERE c0 IS NULL"  # noqa: S608 - names are ours
        yield f"ALTER TABLE {table} ALTER COLUMN c0 SET NOT NULL"
        yield f"ALTER TABLE {table} ALTER COLUMN c1 SET DATA TYPE bigint"
        yield f"ALTER TABLE {table} RENAME COLUMN c2 TO d2"
        yield f"ALTER TABLE {table} ADD CONSTRAINT k{number} CHECK (c0 > 0)"
    else:
        yield f"ALTER TABLE {table} DROP COLUMN c3"
        yield f"ALTER TYPE state{number - 3} ADD VALUE 'late'"


def cost() -> None:
    """Print the seconds of each way, medians of rounds in turn."""
    files = history()
    count = sum(len(split(text)) for text in files.values())
    home = host(os.environ).home
    took: dict[str, list[float]] = {}

    def timed(name: str, act: Callable[..., object], *given: object) -> None:
        started = time.monotonic()
        act(*given)
        took.setdefault(name, []).append(time.monotonic() - started)

    programs = next(installed(15), None) or choose(MAJOR, frozenset(), home)
    for _ in range(ROUNDS):
        started = time.monotonic()
        with serve(programs) as server:
            took.setdefault("the server's start", []).append(time.monotonic() - started)
            timed("applied, watched and judged", judged, server, files)
            for name in ("base", "head"):
                server.drop(name)
            timed("replayed as the base", replayed, server, files)
            if psql := shutil.which("psql"):
                timed("`psql -f` of each", fed, psql, server.create("peer").url, files)
        timed("squawk", linted, files)
    timed("a fresh Python that imports it all", imported)
    print(f"{len(files)} migrations, {count} statements, PostgreSQL {programs.version} ({programs.source}),"
          f" medians of {ROUNDS}\n\n| what | seconds |\n|---|---:|")  # fmt: skip
    for name, each in took.items():
        print(f"| {name} | {statistics.median(each):.2f} |")


def migrations(files: dict[str, str]) -> tuple[Migration, ...]:
    """Give the files as the gate has them."""
    return tuple(Migration(Path(path).stem, path, split(text)) for path, text in files.items())


def judged(server: Server, files: dict[str, str]) -> int:
    """Apply all as if they were the change's."""
    project = Project("sql", "db", "db", tuple(files), "plain")

    def opens(database: Database) -> Session:
        return SqlSession(database, migrations(files), seconds=60)

    measured = measure(server, Work(project, opens, opens, lambda _: True, whole=True))
    if failed := [each.trace.failure for each in measured.applied if each.trace.failure]:
        sys.exit(str(failed))
    return len(list(effects(measured)))


def replayed(server: Server, files: dict[str, str]) -> None:
    """Apply all as the base's are."""
    plan = migrations(files)
    with closing(SqlSession(server.create("replayed"), plan, seconds=60)) as session:
        for migration in plan:
            if failure := session.replay(migration):
                sys.exit(failure.message)


def fed(psql: str, url: str, files: dict[str, str]) -> None:
    """Start psql for each file."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(files.values()):
            file = Path(folder, f"{number}.sql")
            file.write_text(text)
            argv = [psql, "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", str(file), url]
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, timeout=60)


def linted(files: dict[str, str]) -> None:
    """Let squawk read all."""
    squawk_findings([Source(*each, atomic=True) for each in files.items()], None, major=MAJOR, seconds=60)


def imported() -> None:
    """Start Python and import what the gate imports."""
    path = str(Path(__file__).resolve().parents[1] / "scripts")
    code = f"import sys; sys.path.insert(0, {path!r}); import lockgate.gates.migrations.judging"
    subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)
