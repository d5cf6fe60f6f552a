"""Prisma Migrate: a folder for each migration, and a lock file that names the database.

Prisma sends a file as one query: several statements are one transaction, and one is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from lockgate.gates.migrations.kinds.sql_text import Read, one_query, sql_of, text_of
from lockgate.gates.migrations.model import Migration, Project

LOCK, FILE = "migration_lock.toml", "migration.sql"
_PROVIDER = re.compile(r"""^\s*provider\s*=\s*["']([^"'\n]*)["']""", re.MULTILINE)


def find(folders: Mapping[str, Iterable[str]]) -> Iterator[Project]:
    """Find the folders of migrations that have a lock file; `folders` are the names of files by folder."""
    tops: dict[str, list[str]] = {folder: [] for folder, names in folders.items() if LOCK in names and folder}
    for folder, names in folders.items():
        top = folder.rpartition("/")[0]
        if top in tops and FILE in names:
            tops[top].append(f"{folder}/{FILE}")
    for top, files in tops.items():
        if files:
            yield Project("prisma", _home(top), f"{top}/{LOCK}", tuple(sorted(files)))


def _home(top: str) -> str:
    """Give the folder where `prisma` is run: above `prisma/`, else above the migrations."""
    above = PurePosixPath(top).parent
    home = next((each.parent for each in (above, *above.parents) if each.name == "prisma"), above)
    return "" if str(home) == "." else str(home)


def settle(project: Project, read: Read) -> Project | None:
    """Give the project when its lock file names PostgreSQL."""
    found = _PROVIDER.search(text_of(project.path, read) or "")
    return project if found and found[1] in ("postgresql", "postgres") else None


def migrations(project: Project, read: Read) -> tuple[Migration, ...]:
    """Give them by the names of their folders, as `prisma migrate deploy` applies them."""
    return tuple(
        one_query(PurePosixPath(path).parent.name, path, sql_of(text_of(path, read)))
        for path in sorted(project.files)
    )
