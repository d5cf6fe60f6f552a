"""Which histories of migrations a repository has, and which of them a change touches."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

from lockgate.beside import Beside
from lockgate.config.model import GateConfiguration, MigrationsConfiguration
from lockgate.gates.migrations.kinds import alembic, django, sql_folder
from lockgate.gates.migrations.model import Project
from lockgate.gates.scope import chooser

CODE = frozenset({"alembic", "command", "django"})
"""The kinds whose migrations are code of the change."""

_SOURCE = re.compile(
    r"(?:^|/)(?:migrate|migrations?|versions|models)/.*\.(?:go|js|py|ts)$"
    r"|(?:^|/)models\.py$|\.sql$|\.prisma$|(?:^|/)(?:migration_lock\.toml|_journal\.json)$"
)
_MODELS = re.compile(r"(?:^|/)models(?:\.py$|/.*\.py$)|\.prisma$")

Read = Callable[[str], bytes | None]


def own(configuration: GateConfiguration) -> MigrationsConfiguration:
    """Give the gate's own configuration."""
    if isinstance(configuration, MigrationsConfiguration):
        return configuration
    return MigrationsConfiguration(exclude=configuration.exclude)


def is_source(path: str) -> bool:
    """Say whether a file may be a migration, or be what one is made from, by its path."""
    return bool(_SOURCE.search(path))


def in_head(beside: Beside, configuration: GateConfiguration, folder: str = "") -> tuple[Project, ...]:
    """Find the projects of the head that are not excluded."""
    return _in(beside.paths(), beside.head, configuration, folder)


def in_base(beside: Beside, configuration: GateConfiguration, folder: str = "") -> tuple[Project, ...]:
    """Find the projects of the base that are not excluded; none without a base."""
    return _in(beside.base_paths(), beside.base, configuration, folder)


def _in(
    paths: Iterable[str], read: Read, configuration: GateConfiguration, folder: str
) -> tuple[Project, ...]:
    chosen = chooser(lambda _: True, configuration)
    return find(filter(chosen, paths), read, own(configuration), folder)


def find(
    paths: Iterable[str], read: Read, configuration: MigrationsConfiguration, folder: str = ""
) -> tuple[Project, ...]:
    """Find the projects among all files; the configuration's folders go from `folder`.

    A `command` stands for every tool that is there.
    """
    paths = sorted(paths)
    folders = [f"{folder}/{each}".strip("/") for each in configuration.folders]
    if configuration.command:
        return tuple(_of_command(folder, folders, paths))
    named = [found for each in folders if (found := sql_folder.plain(each, paths))]
    taken = set(chain.from_iterable(project.files for project in named))
    rest = [path for path in paths if path not in taken]
    settled = [found for each in sql_folder.find(rest) if (found := sql_folder.settle(each, read))]
    return tuple(chain(named, settled, alembic.find(rest), django.find(rest)))


def _of_command(folder: str, folders: list[str], paths: list[str]) -> Iterable[Project]:
    starts = tuple(f"{each}/" for each in folders)
    files = tuple(path for path in paths if (path.startswith(starts) if starts else _SOURCE.search(path)))
    if files:
        yield Project("command", folder, files[0], files)


def before(project: Project, heads: Iterable[Project], bases: Iterable[Project]) -> tuple[Project, ...]:
    """Pick of the base's projects what a project of the head was there: what has its place, or is gone from it.

    So a project whose folder moves takes its history along.
    """
    alike = [each for each in bases if each.kind == project.kind]
    same = tuple(each for each in alike if each.folder == project.folder)
    return same or tuple(gone(heads, alike))


def gone(heads: Iterable[Project], bases: Iterable[Project]) -> Iterator[Project]:
    """Give the base's projects that the head does not have, or has elsewhere."""
    places = {(each.kind, each.folder) for each in heads}
    yield from (each for each in bases if (each.kind, each.folder) not in places)


def touched(projects: Iterable[Project], changed: Collection[str] | None) -> tuple[Project, ...]:
    """Pick the projects that a change touches: a migration, also one that is gone, or the models."""
    return tuple(each for each in projects if changed is None or any(_is_of(each, path) for path in changed))


def _is_of(project: Project, path: str) -> bool:
    if path in project.files:
        return True
    top = os.path.commonpath([file.rpartition("/")[0] for file in project.files])
    if is_source(path) and (not top or path.startswith(f"{top}/")) and not _MODELS.search(path):
        return True
    inside = not project.folder or path.startswith(f"{project.folder}/")
    return project.kind in {"alembic", "django", "prisma"} and inside and bool(_MODELS.search(path))
