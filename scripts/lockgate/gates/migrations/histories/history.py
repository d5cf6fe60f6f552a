"""What a change does to migrations that are already merged, and where it puts its own among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.histories import numbers
from lockgate.gates.migrations.histories.essence import Essence, of_python, of_sql, replaced
from lockgate.gates.migrations.kinds.flyway import repeats
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.untrusted import shown

_RULE = "merged-migration-changed"
_UNDOING = (".down.sql", ".undo.sql")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Read the essence of migrations, by path."""

    swap: Mapping[tuple[str, str], str]

    def read(self, path: str, data: bytes) -> Essence:
        """Give what a file does, or its bytes where nobody can parse it."""
        if path.endswith(".sql"):
            return of_sql(data)
        return of_python(data, self.swap) or Essence(data.hex())


def history(project: Project, base: Mapping[str, bytes], head: Mapping[str, bytes]) -> Iterator[Judged]:
    """Judge how a change treats what is merged: paths of a project's migrations, and their bytes.

    Comments and white space count for nothing. A migration that moved without a new name is the same one.
    """
    base, head = _migrations(project, base), _migrations(project, head)
    squashed = _squashed(base, head)
    reader = _Reader({words: PurePosixPath(path).stem for path, words in squashed})
    stood_for = {str(PurePosixPath(path).with_name(f"{name}.py")) for path, (_, name) in squashed}
    moved = _moved(project, reader, base, head)
    for path in sorted(base):
        if path in moved:
            yield from _renamed(project, path, moved[path])
        elif path in head and base[path] != head[path]:
            line = _first_other(base[path], head[path])
            yield from _edited(
                project, Place(path, line, line), reader.read(path, base[path]), reader.read(path, head[path])
            )
        elif path not in head and path not in stood_for:
            yield _removed(project, path)
    if project.kind in {"prisma", "sql"}:
        new = head.keys() - base.keys() - set(moved.values())
        yield from numbers.taken(project, base, head)
        yield from numbers.late(project, base, new)


def _migrations(project: Project, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out what is no migration, and Flyway's repeatable ones, which are there to be edited."""
    return {
        path: data
        for path, data in files.items()
        if path.endswith((".py", ".sql"))
        and not PurePosixPath(path).name.startswith("__")
        and not repeats(project, path)
    }


def _squashed(*trees: Mapping[str, bytes]) -> list[tuple[str, tuple[str, str]]]:
    """Give the files of squashed migrations, each with the label and the name of one that it replaces."""
    return [
        (path, words)
        for files in trees
        for path, data in files.items()
        if path.endswith(".py")
        for words in replaced(data)
    ]


def _moved(
    project: Project, reader: _Reader, base: Mapping[str, bytes], head: Mapping[str, bytes]
) -> dict[str, str]:
    """Pair what is gone with what is new and does the same, one with the same name first."""
    new: dict[Essence, list[str]] = {}
    gone = sorted(base.keys() - head.keys())
    for path in sorted(head.keys() - base.keys()) if gone else ():
        new.setdefault(reader.read(path, head[path]), []).append(path)
    pairs = {}
    for path in gone:
        if there := new.get(reader.read(path, base[path])):
            name = numbers.name_of(project, path)
            there.sort(key=lambda other: numbers.name_of(project, other) != name)
            pairs[path] = there.pop(0)
    return pairs


def _renamed(project: Project, path: str, now: str) -> Iterator[Judged]:
    name, new = numbers.name_of(project, path), numbers.name_of(project, now)
    if name != new:
        yield judged(
            _RULE,
            Place(now),
            f"{shown(name)} is merged already, and is now called {shown(new)}: its tool takes that for"
            " another migration, and applies it once more",
            identity=f"renamed {name} {new}",
        )


def _removed(project: Project, path: str) -> Judged:
    name = numbers.name_of(project, path)
    return judged(
        _RULE,
        Place(path),
        f"{shown(name)} is merged already, and is removed",
        identity=f"removed {name}",
        severity=Severity.MEDIUM if name.endswith(_UNDOING) else None,
    )


def _first_other(before: bytes, after: bytes) -> int:
    """Give the first line that is another one, the last where lines are missing at the end."""
    old, new = before.splitlines(), after.splitlines()
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    return min(len(old), len(new) - 1) + 1 if same is None else same + 1


def _edited(project: Project, place: Place, before: Essence, after: Essence) -> Iterator[Judged]:
    if before == after:
        return
    name = numbers.name_of(project, place.path)
    undoing = before.up == after.up or name.endswith(_UNDOING) or _is_flyway_undo(project, name)
    yield judged(
        _RULE,
        place,
        f"{shown(name)} is merged already, and {'what undoes it' if undoing else 'what it does'} is edited",
        identity=f"edited {name}",
        severity=Severity.MEDIUM if undoing else None,
    )


def _is_flyway_undo(project: Project, name: str) -> bool:
    return project.style == "flyway" and name.startswith("U")
