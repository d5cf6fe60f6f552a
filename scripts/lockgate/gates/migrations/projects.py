"""Which histories of migrations a repository has, and which of them a change touches."""

import re
from collections.abc import Collection, Iterable
from itertools import chain
from posixpath import normpath

from lockgate.config import GateConfiguration
from lockgate.config.model import MigrationsConfiguration
from lockgate.gates.migrations.kinds import alembic, django, sql_folder
from lockgate.gates.migrations.kinds.sql_text import Read
from lockgate.gates.migrations.model import Project
from lockgate.gates.scope import chooser

CODE = frozenset({"alembic", "command", "django"})
"""The kinds whose migrations are code of the change."""

_SOURCE = re.compile(
    r"(?:^|/)(?:changelogs?|migrate|migrations?|versions)/.*"
    r"\.(?:cjs|cs|exs|go|java|js|json|kt|mjs|php|py|rb|rs|ts|xml|ya?ml)\Z"
    r"|(?:^|/)models/.*\.(?:go|js|py|ts)\Z|(?:^|/)models\.py\Z|\.sql\Z|\.prisma\Z"
    r"|(?:^|/)(?:migration_lock\.toml|_journal\.json)\Z",
    re.DOTALL,
)
_MODELS = re.compile(r"(?:^|/)models(?:\.py$|/.*\.py$)|\.prisma$")


def own(configuration: GateConfiguration) -> MigrationsConfiguration:
    """Give the gate's own configuration."""
    if isinstance(configuration, MigrationsConfiguration):
        return configuration
    return MigrationsConfiguration(exclude=configuration.exclude)


def may_touch(paths: Iterable[str], configuration: GateConfiguration, folder: str) -> bool:
    """Say whether one of some files may be a migration, or be what one is made from, by its path."""
    starts = tuple(map(_start, _folders(own(configuration), folder)))
    return any(_SOURCE.search(path) or path.startswith(starts) for path in paths)


def _folders(configuration: MigrationsConfiguration, folder: str) -> list[str]:
    """Give the folders that are named, from the repository's top; empty for the top itself."""
    return [normpath(f"{folder or '.'}/{each}").removeprefix(".") for each in configuration.folders]


def _start(folder: str) -> str:
    return f"{folder}/" if folder else ""


def chosen(
    paths: Iterable[str], read: Read, configuration: GateConfiguration, folder: str
) -> tuple[Project, ...]:
    """Find the projects among the files of one side that are not excluded."""
    wanted = chooser(lambda _: True, configuration)
    return find(filter(wanted, paths), read, own(configuration), folder)


def find(
    paths: Iterable[str], read: Read, configuration: MigrationsConfiguration, folder: str = ""
) -> tuple[Project, ...]:
    """Find the projects among all files; the configuration's folders go from `folder`.

    A `command` stands for every tool that is there.
    """
    paths = sorted(paths)
    folders = _folders(configuration, folder)
    if configuration.command:
        return tuple(_of_command(folder, folders, paths))
    named = [found for each in folders if (found := sql_folder.plain(each, paths))]
    taken = set(chain.from_iterable(project.files for project in named))
    rest = [path for path in paths if path not in taken]
    settled = [found for each in sql_folder.find(rest) if (found := sql_folder.settle(each, read))]
    return tuple(chain(named, settled, alembic.find(rest), django.find(rest)))


def _of_command(folder: str, folders: list[str], paths: list[str]) -> Iterable[Project]:
    starts = tuple(map(_start, folders))
    files = tuple(path for path in paths if (path.startswith(starts) if starts else _SOURCE.search(path)))
    if files:
        yield Project("command", folder, files[0], files)


def touched(
    heads: Iterable[Project], bases: Iterable[Project], changed: Collection[str] | None
) -> tuple[Project, ...]:
    """Pick the projects of the head that a change touches: a migration, one that is gone, or the models."""
    if changed is None:
        return tuple(heads)
    files = {_place(each): {each.path, *each.files} for each in bases}
    return tuple(
        each
        for each in heads
        if not files.get(_place(each), set()).union(each.files, [each.path]).isdisjoint(changed)
        or any(_is_model_of(each, path) for path in changed)
    )


def gone(heads: Iterable[Project], bases: Iterable[Project]) -> tuple[Project, ...]:
    """Pick the base's projects that the head does not have, or has elsewhere."""
    places = set(map(_place, heads))
    return tuple(each for each in bases if _place(each) not in places)


def _place(project: Project) -> tuple[str, str]:
    return project.kind, project.folder


def _is_model_of(project: Project, path: str) -> bool:
    inside = not project.folder or path.startswith(f"{project.folder}/")
    return project.kind in {"alembic", "django", "prisma"} and inside and bool(_MODELS.search(path))
