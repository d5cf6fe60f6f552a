"""Both sides of a change: its files, and those of the base; what does not differ is read once, from disk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lockgate.beside import Beside
from lockgate.gates.migrations.histories.numbers import name_of
from lockgate.gates.migrations.kinds.sql_text import Read
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.projects import gone

Files = dict[str, bytes]


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

    def running(self, path: str) -> bytes | None:
        """Give a file of the code that still runs: the base's, or without one the head's."""
        return self.head(path) if self.changed is None else self.base(path)

    def code(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give files of the code that still runs."""
        for path in paths:
            data = self.running(path)
            if data is not None:
                yield path, data

    def paths(self) -> list[str]:
        """List the files of the code that still runs."""
        return self.beside.paths() if self.changed is None else self.beside.base_paths()

    def before(
        self, project: Project, heads: Sequence[Project], bases: Sequence[Project]
    ) -> tuple[Project, ...]:
        """Pick of the base's projects what this one was: what had its place, else what it has moved from."""
        same = tuple(each for each in bases if not gone([project], [each]))
        if same:
            return same
        here = {_same(project, path, data) for path, data in self._read(project, self.head).items()}
        return tuple(
            each
            for each in gone(heads, bases)
            if each.kind == project.kind
            and any(_same(each, *file) in here for file in self._read(each, self.base).items())
        )

    def of(self, project: Project, before: Sequence[Project]) -> tuple[Files, Files]:
        """Give a project's migrations by path, of head and base: what has moved has its new path."""
        head = self._read(project, self.head)
        base = {path: data for each in before for path, data in self._read(each, self.base).items()}
        new = {_same(project, path, data): path for path, data in head.items() if path not in base}
        return head, {
            path if path in head else new.pop(_same(project, path, data), path): data
            for path, data in base.items()
        }

    @staticmethod
    def _read(project: Project, read: Read) -> Files:
        return {path: data for path in project.files if (data := read(path)) is not None}


def _same(project: Project, path: str, data: bytes) -> tuple[str, bytes]:
    """Give what a migration keeps when its file moves."""
    return name_of(project, path), data
