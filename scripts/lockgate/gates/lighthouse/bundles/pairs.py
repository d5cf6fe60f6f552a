"""Find which file of the head is which of the base, although builders name files by their content."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from itertools import product

from lockgate.gates.lighthouse.bundles.model import Side
from lockgate.gates.lighthouse.bundles.names import kind_of, stable

_MOST_PAIRS = 10_000  # of files that only their sizes tell apart
_Key = Callable[[Side, str], Hashable]


def paired(head: Side, base: Side) -> dict[str, str]:
    """Give, for files of the head, that of the base: by content, else by name, else by who asks for it.

    Files that all of this leaves in doubt are paired by their sizes, the nearest first.
    """
    users = {id(side): _users(side) for side in (head, base)}
    steps: tuple[_Key, ...] = (
        lambda side, file: (side.sizes[file].digest, file),
        lambda side, file: side.sizes[file].digest,
        lambda _, file: file,
        lambda side, file: (kind_of(file), stable(file), users[id(side)].get(file, frozenset())),
        lambda _, file: (kind_of(file), stable(file)),
    )
    pairs: dict[str, str] = {}
    left, gone = set(head.sizes), set(base.sizes)
    for key in steps:
        before = _grouped(gone, base, key)
        for name, files in _grouped(left, head, key).items():
            pairs |= _nearest(head, base, files, before.get(name, []))
        left -= pairs.keys()
        gone -= set(pairs.values())
    return pairs


def _users(side: Side) -> dict[str, frozenset[str]]:
    users = defaultdict(set)
    for route in side.routes:
        for file in route.assets:
            users[file].add(route.path)
    return {file: frozenset(paths) for file, paths in users.items()}


def _grouped(files: Iterable[str], side: Side, key: _Key) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for file in sorted(files):
        groups[key(side, file)].append(file)
    return groups


def _nearest(head: Side, base: Side, new: list[str], old: list[str]) -> dict[str, str]:
    """Pair files by their sizes: the ones that differ least first; by rank where they are very many."""

    def size(file: str) -> int:
        return head.sizes[file].raw

    def size_before(file: str) -> int:
        return base.sizes[file].raw

    if len(new) * len(old) > _MOST_PAIRS:
        return dict(zip(sorted(new, key=size), sorted(old, key=size_before), strict=False))
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for one, other in sorted(product(new, old), key=lambda pair: abs(size(pair[0]) - size_before(pair[1]))):
        if one not in chosen and other not in taken:
            chosen[one] = other
            taken.add(other)
    return chosen
