"""Read the lock files of both sides of a change; nothing in them is ever run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from lockgate.config import GateConfiguration
from lockgate.config.model import ScaConfiguration
from lockgate.inventory.kinds import is_lock, parse
from lockgate.inventory.model import Inventory, LockError, Read
from lockgate.source import MAX_BYTES, Source, display, read_bytes
from lockgate.tree import Tree

Select = Callable[[str], bool]
_START = 2_000


@dataclass(frozen=True, slots=True)
class Lock:
    """Hold one lock file: what it locks, or why nobody can say.

    `origin` is the path that it had in the base; `touched` says that the change touches it. `start` is the
    beginning of its text, where tools name themselves. `read` gives files of the same tree.
    """

    path: str
    origin: str
    inventory: Inventory | None = None
    problem: LockError | None = None
    start: str = ""
    read: Read = lambda _: None
    touched: bool = True


@dataclass(frozen=True, slots=True)
class Locks:
    """Hold the lock files of the head, and those of the base that they are compared with."""

    head: tuple[Lock, ...] = ()
    base: tuple[Lock, ...] = ()


def own(configuration: GateConfiguration) -> ScaConfiguration:
    """Give the gate's own configuration."""
    if isinstance(configuration, ScaConfiguration):
        return configuration
    return ScaConfiguration(exclude=configuration.exclude)


def everywhere_in(tree: Tree, configuration: ScaConfiguration) -> bool:
    """Say whether locks count that the change does not touch: what was published since may be about them."""
    return tree.changed is not None and configuration.published_since_base == "block"


def paths(tree: Tree, chosen: Select, *, everywhere: bool) -> list[str]:
    """List the head's lock files, also those that nobody can read: in the change, or `everywhere`."""
    found = {source.path for source in tree.head} | {item.path for item in tree.unreadable}
    if everywhere and tree.beside:
        found |= set(tree.beside.paths())
    return sorted(path for path in found if is_lock(path) and chosen(path))


def load(tree: Tree, chosen: Select, *, everywhere: bool, progress: Callable[[int], None]) -> Locks:
    """Read the lock files of a tree."""

    def wanted(path: str) -> bool:
        return is_lock(path) and chosen(path)

    beside = tree.beside
    head = beside.head if beside else _nothing
    base = beside.base if beside else _nothing
    now = [_of_source(source, head) for source in _each(tree.head, wanted, progress)]
    before = [_of_source(source, base) for source in tree.base if wanted(source.path)]
    if everywhere and beside:
        seen = tree.changed or {source.path for source in tree.head}
        seen = seen | {item.path for item in tree.unreadable}
        others = [path for path in beside.paths() if wanted(path) and path not in seen]
        now += [lock for path in others if (lock := _of_path(path, head))]
        before += [lock for path in others if (lock := _of_path(path, base))]
    return Locks(tuple(now), tuple(before))


def _each(sources: Iterable[Source], wanted: Select, progress: Callable[[int], None]) -> Iterator[Source]:
    for source in sources:
        if wanted(source.path):
            progress(1)
            yield source


def _of_source(source: Source, read: Read) -> Lock:
    try:
        data = read_bytes(source.file, MAX_BYTES)
    except OSError as error:
        problem = LockError(error.strerror or "it cannot be read")
        return Lock(display(source.path), display(source.origin or source.path), problem=problem)
    return _lock(source.path, source.origin or source.path, data, read)


def _of_path(path: str, read: Read) -> Lock | None:
    data = read(path)
    return None if data is None else replace(_lock(path, path, data, read), touched=False)


def _lock(path: str, origin: str, data: bytes, read: Read) -> Lock:
    start = data[:_START].decode("utf-8", "replace")
    try:
        inventory = parse(path, data, read)
    except LockError as problem:
        return Lock(display(path), display(origin), problem=problem)
    return Lock(display(path), display(origin), inventory, start=start, read=read)


def _nothing(_: str) -> None:
    return None
