"""Make the tables of what each page and each file weighs, in the head and in the base."""

from collections.abc import Iterable, Mapping, Sequence

from lockgate.gates.lighthouse.bundles.model import Side, Size
from lockgate.gates.lighthouse.bundles.names import kind_of
from lockgate.gates.lighthouse.wording import difference, size
from lockgate.untrusted import cut, one_line
from lockgate.verdict import Table

_BROTLI = ("scripts with brotli", "style sheets with brotli", "all with brotli")
_PAGE = ("page", *_BROTLI, "all with gzip", "all uncompressed")
_FILE = ("file", "with brotli", "with gzip", "uncompressed")
_BASE = ("base with brotli", "difference with brotli")
_NOBODY = Size(0, 0, 0, "")
_ROWS = 50
_LONGEST = 120
_Row = tuple[int, int, tuple[str, ...]]
_Rows = Sequence[_Row | None]


def tables(folder: str, head: Side, base: Side | None, pairs: Mapping[str, str]) -> tuple[Table, ...]:
    """Give the sizes of pages by what they ask for at once, and of all files; what differs most comes first.

    What is as large as in the base, with brotli, is only counted: a table may have no row. Empty when there
    is no page.
    """
    if not head.routes:
        return ()
    more = _BASE if base else ()
    return (
        _table("pages", folder, (*_PAGE, *more), [*_pages(head, base)]),
        _table("files", folder, (*_FILE, *more), [*_files(head, base, pairs)]),
    )


def _table(what: str, folder: str, columns: tuple[str, ...], rows: _Rows) -> Table:
    told = [row for row in rows if row]
    left = [f"the first {_ROWS} of {len(told):,}"] if len(told) > _ROWS else []
    same = [f"{len(rows) - len(told):,} as in the base"] if len(told) < len(rows) else []
    more = f" ({'; '.join(left + same)})" if left or same else ""
    return Table(f"Bundle sizes of {what}: {_plain(folder)}{more}", columns, _sorted(told))


def _pages(head: Side, base: Side | None) -> Iterable[_Row | None]:
    before = {route.path: _sum(base, route.assets) for route in base.routes} if base else {}
    for route in head.routes:
        kinds = (
            _sum(head, (file for file in route.assets if kind_of(file) == kind)).brotli
            for kind in ("script", "stylesheet")
        )
        whole = _sum(head, route.assets)
        cells = (_plain(route.path), *map(size, (*kinds, whole.brotli, whole.gzip, whole.raw)))
        yield _compared(cells, whole, before.get(route.path), base)


def _files(head: Side, base: Side | None, pairs: Mapping[str, str]) -> Iterable[_Row | None]:
    for file, here in sorted(head.sizes.items()):
        before = base.sizes.get(pairs.get(file, "")) if base else None
        cells = (_plain(file), *map(size, (here.brotli, here.gzip, here.raw)))
        yield _compared(cells, here, before, base)


def _compared(cells: tuple[str, ...], here: Size, before: Size | None, base: Side | None) -> _Row | None:
    """Make the row; None for what is as large as before."""
    if base is None:
        return 0, here.brotli, cells
    more = here.brotli - (before or _NOBODY).brotli
    if before is None:
        return more, here.brotli, (*cells, "new", difference("bytes.total", more))
    if not more:
        return None
    return more, here.brotli, (*cells, size(before.brotli), difference("bytes.total", more))


def _sum(side: Side, files: Iterable[str]) -> Size:
    sizes = [side.sizes[file] for file in files]
    return Size(sum(s.raw for s in sizes), sum(s.gzip for s in sizes), sum(s.brotli for s in sizes), "")


def _sorted(rows: Iterable[_Row]) -> tuple[tuple[str, ...], ...]:
    """Put what differs most first, then what is largest, and keep the first ones."""
    ordered = sorted(rows, key=lambda row: (-abs(row[0]), -row[1], row[2]))
    return tuple(cells for _, _, cells in ordered[:_ROWS])


def _plain(text: str) -> str:
    return cut(one_line(text), _LONGEST)
