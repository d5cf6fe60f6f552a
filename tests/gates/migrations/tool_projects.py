"""Small projects of real tools, copied to where a test may change them, and the Pythons that run them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from lockgate.gates.migrations.kinds import alembic, django
from lockgate.gates.migrations.model import Migration, Trace
from lockgate.gates.migrations.sessions import recorder
from lockgate.gates.migrations.sessions.interpreters import python_of_project
from lockgate.gates.migrations.sessions.tool_session import ToolSession, open_project
from lockgate.host import host
from lockgate.postgres.database import Database
from lockgate.postgres.server import Server

PROJECTS = Path(__file__).with_name("projects")
SHOP = Path(__file__).parents[3] / "examples/shop/backend"


def python_with(lock: Path) -> str:
    """Make the Python that has a lock's packages, once for all runs."""
    home = host(os.environ).home
    return python_of_project(lock, lock, chosen="", active="", home=home)


@contextmanager
def fresh(server: Server) -> Iterator[Database]:
    """Make a database with the recorder in it."""
    database = server.create(f"test_{token_hex(6)}")
    with database.connect(superuser=True) as control:
        recorder.install(control)
    try:
        yield database
    finally:
        server.drop(database.name)


def copied(name: str, root: Path, more: dict[str, str]) -> Path:
    """Copy a project below a checkout's top, and add files to it."""
    shutil.copytree(PROJECTS / name, root / name)
    for path, text in more.items():
        (root / name / path).write_text(text)
    return root


@contextmanager
def opened(server: Server, root: Path, python: str, seconds: float = 60.0) -> Iterator[ToolSession]:
    """Talk with the one project of a checkout, on a database of its own."""
    paths = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    (project,) = [*django.find(paths), *alembic.find(paths)]
    with fresh(server) as database:
        session = open_project(
            database, project, root, python=python, variables={}, entries=server.entries, seconds=seconds
        )
        try:
            yield session
        finally:
            session.close()


def applied(session: ToolSession) -> dict[str, tuple[Migration, Trace]]:
    """Apply everything, watched, to the first that fails."""
    done: dict[str, tuple[Migration, Trace]] = {}
    for migration in session.plan():
        done[migration.name] = (migration, session.apply(migration))
        if done[migration.name][1].failure:
            break
    return done
