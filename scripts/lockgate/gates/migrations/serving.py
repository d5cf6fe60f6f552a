"""Choose a server for a project, and start it."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg

from lockgate.config.model import MigrationsConfiguration
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.projects import CODE
from lockgate.postgres.database import trouble
from lockgate.postgres.given import AnyServer, given
from lockgate.postgres.programs import Programs, choose, installed
from lockgate.postgres.server import serve

MAJORS = (17, 18, 16, 15, 14)
"""The versions that are taken where none is asked for: the first one that does."""


@contextmanager
def serving(
    configuration: MigrationsConfiguration, extensions: frozenset[str], home: Path, kept: Path | None
) -> Iterator[AnyServer]:
    """Run a server with these extensions, or use the caller's; raise ToolError or InputError.

    What a statement of ours meets on it, as when it died, is a ToolError too.
    """
    try:
        with _started(configuration, extensions, home, kept) as server:
            yield server
    except psycopg.Error as error:
        raise trouble(error) from error


def _started(
    configuration: MigrationsConfiguration, extensions: frozenset[str], home: Path, kept: Path | None
) -> AbstractContextManager[AnyServer]:
    if configuration.database_url:
        return given(configuration.database_url, remote=configuration.remote_database == "allow")
    return serve(_programs(configuration, extensions, home), kept)


def _programs(configuration: MigrationsConfiguration, extensions: frozenset[str], home: Path) -> Programs:
    """Take the version that is asked for; else one that is installed and has all, else the first to fetch."""
    if configuration.postgres_version:
        return choose(configuration.postgres_version, extensions, home)
    here = (found for major in MAJORS for found in installed(major) if not found.lacks(extensions))
    return next(here, None) or choose(MAJORS[0], extensions, home)


def kept_place(
    home: Path,
    generation: str,
    configuration: MigrationsConfiguration,
    project: Project,
    merged: Mapping[str, bytes],
) -> Path | None:
    """Name the folder for what the base's migrations make; None where more than their text decides it."""
    if project.kind in CODE or not merged or configuration.database_url:
        return None
    digest = hashlib.sha256(f"{generation} {configuration.postgres_version} {project.style}".encode())
    for path, data in sorted(merged.items()):
        digest.update(hashlib.sha256(path.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(data).digest())
    return home / "postgres" / digest.hexdigest()[:20]
