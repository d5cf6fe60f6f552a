"""Choose and read the files of the repository that a site's pages may come from."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from lockgate.gates.lighthouse.model import Site

MOST_FILES = 5_000
LARGEST = 200_000
LARGEST_PAGE = 2_000_000
LARGEST_SUM = 50_000_000
_HTML = (".htm", ".html")
_TEMPLATES = re.compile(
    r"\.(?:adoc|astro|cjs|ejs|erb|haml|hbs|html?|j2|jinja2?|jsx?|liquid|markdown|mdx?|mjs|mustache|njk|php"
    r"|pug|rst|slim|svelte|tsx?|twig|vue)$"
)
_NO_SOURCE = re.compile(r"\.(?:d|min|spec|stories|test)\.\w+$")
_ELSEWHERE = frozenset(
    {"__mocks__", "__tests__", "bower_components", "e2e", "node_modules", "spec", "test", "tests", "vendor"}
)


def wanted(paths: Iterable[str], site: Site, changed: Collection[str] = ()) -> tuple[str, ...]:
    """Choose templates, components and scripts of the site's sources and of its build, where git has that.

    At most MOST_FILES: the build's pages come first, then what the change touches.
    """
    root, build = folder(site.root), folder(site.folder)

    def rank(path: str) -> tuple[bool, bool, str]:
        return not (path.startswith(build) and path.endswith(_HTML)), path not in changed, path

    chosen = {path for path in paths if path.startswith((root, build)) and _is_source(path, root)}
    return tuple(sorted(chosen, key=rank)[:MOST_FILES])


class Sources(Mapping[str, str]):
    """Hold files' texts by their paths, each read when it is first asked for.

    A file is empty when `read` gives None for it, when it is too large, and when too much was read already.
    `size` gives a file's bytes without reading it, or raises OSError for one that is not there.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], bytes | None],
        site: Site,
        size: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self._paths = dict.fromkeys(paths)
        self._read = read
        self._size = size
        self._build = folder(site.folder)
        self._texts: dict[str, str] = {}
        self._left = LARGEST_SUM

    def __getitem__(self, path: str) -> str:
        if path not in self._texts:
            if path not in self._paths:
                raise KeyError(path)
            self._texts[path] = self._text(path)
        return self._texts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def _text(self, path: str) -> str:
        page = path.startswith(self._build) and path.endswith(_HTML)
        largest = LARGEST_PAGE if page else LARGEST
        data = self._read(path) if self._left > 0 and self._is_small(path, largest) else None
        if data is None or len(data) > largest:
            return ""
        self._left -= len(data)
        return data.decode("utf-8", "replace")

    def _is_small(self, path: str, largest: int) -> bool:
        try:
            return self._size(path) <= largest
        except OSError:
            return False


def folder(path: str) -> str:
    """Give what paths below a folder start with; empty for the repository's top."""
    path = path.strip("/")
    return "" if path in {"", "."} else f"{path}/"


def _is_source(path: str, root: str) -> bool:
    inner = PurePosixPath(path.removeprefix(root))
    if not _TEMPLATES.search(inner.name.lower()) or _NO_SOURCE.search(inner.name):
        return False
    return not _ELSEWHERE.intersection(inner.parts[:-1])
