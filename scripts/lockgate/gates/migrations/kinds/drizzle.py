"""Drizzle: a journal that names the files in order, or since 1.0 a folder with a snapshot for each of them.

Drizzle applies each file in a transaction, one statement after another.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from lockgate.gates.migrations.kinds.sql_text import Read, Sql, migration, sql_of, text_of
from lockgate.gates.migrations.model import Failure, Migration, Project

_JOURNAL, _FILE, _SNAPSHOT = "_journal.json", "migration.sql", "snapshot.json"
_BREAK = "--> statement-breakpoint"
_DIALECTS = ("pg", "postgres", "postgresql")


class _Entry(msgspec.Struct):
    tag: str


class _Journal(msgspec.Struct):
    dialect: str = ""
    entries: list[_Entry] = []


class _Snapshot(msgspec.Struct):
    dialect: str = ""


def find(folders: Mapping[str, Iterable[str]]) -> Iterator[Project]:
    """Find journals with SQL beside them, and folders of folders with SQL and a snapshot."""
    tops: dict[str, list[str]] = {}
    for folder, names in folders.items():
        top, _, last = folder.rpartition("/")
        if last == "meta" and _JOURNAL in names and folders.get(top):
            files = sorted(f"{top}/{name}" for name in folders[top] if name.endswith(".sql"))
            if files:
                yield Project("sql", top, f"{folder}/{_JOURNAL}", tuple(files), "drizzle")
        if _FILE in names and _SNAPSHOT in names and top:
            tops.setdefault(top, []).append(f"{folder}/{_FILE}")
    for top, files in tops.items():
        newest = PurePosixPath(max(files)).parent
        yield Project("sql", top, f"{newest}/{_SNAPSHOT}", tuple(sorted(files)), "drizzle")


def settle(project: Project, read: Read) -> Project | None:
    """Give the project when its journal or snapshot names PostgreSQL, or cannot be read."""
    try:
        found = msgspec.json.decode(read(project.path) or b"", type=_Snapshot)
    except (msgspec.MsgspecError, UnicodeError):
        return project
    return project if found.dialect in _DIALECTS else None


def migrations(project: Project, read: Read) -> tuple[Migration, ...]:
    """Give them in the journal's order; without one by the names of their folders."""
    if not project.path.endswith(_JOURNAL):
        files = sorted(project.files)
        return tuple(_migration(PurePosixPath(path).parent.name, path, read) for path in files)
    try:
        journal = msgspec.json.decode(read(project.path) or b"", type=_Journal)
    except (msgspec.MsgspecError, UnicodeError) as error:
        fault = Sql(refused=Failure(f"the journal cannot be read: {error}"))
        return (migration("_journal", project.path, fault, atomic=True),)
    return tuple(_migration(each.tag, f"{project.folder}/{each.tag}.sql", read) for each in journal.entries)


def _migration(name: str, path: str, read: Read) -> Migration:
    text = text_of(path, read)
    return migration(name, path, sql_of(text and text.replace(_BREAK, f";{_BREAK}")), atomic=True)
