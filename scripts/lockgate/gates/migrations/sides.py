"""Both sides of a change: its files, and those of the base; what does not differ is read once, from disk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lockgate.beside import Beside
from lockgate.config.model import MigrationsConfiguration
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.projects import find


@dataclass(frozen=True, slots=True)
class Sides:
    """Read files of the head and of the base; `changed` are the paths that differ, None without a base."""

    beside: Beside
    changed: frozenset[str] | None

    def head(self, path: str) -> bytes | None:
        """Give a file of the head."""
        return self.beside.head(path)

    def base(self, path: str) -> bytes | None:
        """Give a file of the base; without one there is none."""
        if self.changed is None:
            return None
        return self.beside.base(path) if path in self.changed else self.beside.head(path)

    def code(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give files of the code that still runs: the base's, or without one the head's."""
        read = self.head if self.changed is None else self.base
        for path in paths:
            data = read(path)
            if data is not None:
                yield path, data

    def paths(self) -> list[str]:
        """List the files of the code that still runs."""
        return self.beside.paths() if self.changed is None else self.beside.base_paths()

    def of(
        self, project: Project, configuration: MigrationsConfiguration, folder: str
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """Give a project's migrations, by path: the head's and the base's."""
        head = {path: data for path in project.files if (data := self.head(path)) is not None}
        if self.changed is None:
            return head, {}
        found = find(self.beside.base_paths(), self.base, configuration, folder)
        same = [each for each in found if (each.kind, each.folder) == (project.kind, project.folder)]
        paths = {path for each in same for path in each.files}
        return head, {path: data for path in paths if (data := self.base(path)) is not None}
