"""Compare what pages ask for with the base: sums of each kind, so that code which only moved is no growth."""

from collections.abc import Iterable, Iterator, Mapping

from lockgate.gates.lighthouse.bundles.model import Change, Grown, Route, Side
from lockgate.gates.lighthouse.bundles.names import kind_of, stable

LEAST = 1_000
"""Bytes over the wire; less growth is no finding."""


def grown(head: Side, base: Side, pairs: Mapping[str, str]) -> list[Grown]:
    """Give what grew by LEAST or more, what grew most first: one for each kind and file that is the cause.

    A page that the base lacks has not grown. What no page asks for at once comes last.
    """
    before = {route.path: route for route in base.routes}
    groups: dict[tuple[str, str], list[Grown]] = {}
    for route in head.routes:
        if old := before.get(route.path):
            for one in _of_route(head, base, pairs, route, old):
                groups.setdefault((one.kind, cause(one)), []).append(one)
    merged = [_merged(several) for several in groups.values()]
    return [*sorted(merged, key=lambda one: (-one.more, one.kind, one.pages)), *_later(head, base, pairs)]


def cause(one: Grown) -> str:
    """Name the file that grew most, without its hash; a page's own HTML is the same cause on each page."""
    return "" if one.kind == "document" else stable(one.changes[0].head)


def _of_route(head: Side, base: Side, pairs: Mapping[str, str], new: Route, old: Route) -> Iterator[Grown]:
    for kind in sorted({kind_of(file) for file in new.assets}):
        changes = _changes(head, base, pairs, _of(kind, new.assets), _of(kind, old.assets))
        was = sum(base.sizes[file].brotli for file in _of(kind, old.assets))
        one = Grown(kind, (new.path,), was, was + sum(change.more for change in changes), tuple(changes))
        if one.more >= LEAST:
            yield one


def _of(kind: str, files: Iterable[str]) -> list[str]:
    return [file for file in files if kind_of(file) == kind]


def _changes(
    head: Side, base: Side, pairs: Mapping[str, str], new: Iterable[str], old: Iterable[str]
) -> list[Change]:
    left = set(old)
    changes = []
    for file in new:
        twin = pairs.get(file, "")
        if twin in left:
            left.remove(twin)
        else:
            twin = ""
        was = base.sizes[twin].brotli if twin else 0
        changes.append(Change(file, twin, was, head.sizes[file].brotli))
    changes += (Change("", file, base.sizes[file].brotli, 0) for file in sorted(left))
    differing = [
        one for one in changes
        if not (one.head and one.base) or head.sizes[one.head].digest != base.sizes[one.base].digest
    ]  # fmt: skip
    return sorted(differing, key=lambda one: (-one.more, one.head, one.base))


def _merged(several: list[Grown]) -> Grown:
    several = sorted(several, key=lambda one: (-one.more, one.pages))
    pages = tuple(page for one in several for page in one.pages)
    worst = several[0]
    return Grown(worst.kind, pages, worst.old, worst.new, worst.changes)


def _later(head: Side, base: Side, pairs: Mapping[str, str]) -> Iterator[Grown]:
    """Compare what no page asks for at once, less what has only moved there from where it was asked for."""
    both = {route.path for route in head.routes} & {route.path for route in base.routes}
    for kind in ("script", "stylesheet"):
        new, old = (_of(kind, _unasked(side)) for side in (head, base))
        changes = _changes(head, base, pairs, new, old)
        more = sum(change.more for change in changes)
        everything = [
            sum(side.sizes[file].brotli for file in _of(kind, _without_new_pages(side, both)))
            for side in (head, base)
        ]
        more = min(more, everything[0] - everything[1])
        if more >= LEAST:
            was = sum(base.sizes[file].brotli for file in old)
            yield Grown(kind, (), was, was + more, tuple(changes))


def _unasked(side: Side) -> list[str]:
    asked = {file for route in side.routes for file in route.assets}
    return [file for file in side.sizes if file not in asked]


def _without_new_pages(side: Side, both: set[str]) -> set[str]:
    kept = {file for route in side.routes if route.path in both for file in route.assets}
    return kept | set(_unasked(side))
