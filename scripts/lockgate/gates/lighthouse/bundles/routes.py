"""Find the files that each page asks for at once: from its HTML, and from what builders write beside it."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urljoin, urlsplit

from lockgate.gates.lighthouse.bundles import vite_manifest
from lockgate.gates.lighthouse.bundles.html import asked
from lockgate.gates.lighthouse.bundles.model import Route
from lockgate.gates.lighthouse.bundles.names import kind_of
from lockgate.gates.lighthouse.bundles.sizes import read
from lockgate.gates.lighthouse.model import Build, Page

_SITE = "http://site"
_DEEPEST = 4  # folders that a site is served below, and its build directory does not have
_MOST_FILES = 2_000  # of one page
_BEGINNING = 300_000  # characters of a script: its imports stand at its top
# The end of `import … from "./a.js"` and of `export … from`, and `import "./a.js"`; not `import("./a.js")`.
_IMPORT = re.compile(r"""\b(?:from|import)\s*+(["'])([./][^"'\n]{1,500})\1""")
_CSS_IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]{1,500})""")


def routes(build: Build, pages: Sequence[Page]) -> tuple[Route, ...]:
    """Give what pages ask for, and what Vite's entries do that are no page.

    Raises ToolError for a file that cannot be read, or a manifest that is none.
    """
    files = frozenset(build.files)
    found = [_page(build, files, page) for page in pages]
    for entry, assets in vite_manifest.entries(build):
        found.append(Route(entry, tuple(sorted(files & assets))))
    return tuple(found)


def _page(build: Build, files: frozenset[str], page: Page) -> Route:
    html = asked(read(build.folder, page.file).decode("utf-8", "replace"))
    at = _joined(f"{_SITE}{page.path}", html.base)
    plain = {file for file in _resolved(html.plain, at, files) if kind_of(file) != "document"}
    inline = (found[2] for text in html.inline for found in _IMPORT.finditer(text[:_BEGINNING]))
    modules = dict.fromkeys(_resolved((*html.modules, *inline), at, files))
    found = _followed(build, files, plain, modules)
    return Route(page.path, (page.file, *sorted(found - {page.file})))


def _followed(build: Build, files: frozenset[str], plain: set[str], modules: Iterable[str]) -> set[str]:
    """Add what modules and style sheets import, and what that imports."""
    todo = deque((*modules, *(file for file in plain if kind_of(file) == "stylesheet")))
    seen = {*plain, *todo}
    while todo and len(seen) < _MOST_FILES:
        file = todo.popleft()
        for imported in _resolved(_imports(build, file), f"{_SITE}/{file}", files):
            if imported not in seen:
                seen.add(imported)
                todo.append(imported)
    return seen


def _imports(build: Build, file: str) -> Iterator[str]:
    kind = kind_of(file)
    if kind not in ("script", "stylesheet"):
        return
    text = read(build.folder, file)[:_BEGINNING].decode("utf-8", "replace")
    if kind == "script":
        yield from (found[2] for found in _IMPORT.finditer(text))
    else:
        yield from (found[1] for found in _CSS_IMPORT.finditer(text))


def _resolved(addresses: Iterable[str], at: str, files: frozenset[str]) -> Iterator[str]:
    """Give the build's files that addresses stand for; those of other hosts stand for none."""
    for address in addresses:
        if address and (file := _file(_joined(at, address), files)):
            yield file


def _joined(at: str, address: str) -> str:
    try:
        return urljoin(at, address)
    except ValueError:
        return ""


def _file(address: str, files: frozenset[str]) -> str:
    if not address.startswith(f"{_SITE}/"):
        return ""
    path = unquote(urlsplit(address).path.lstrip("/"), errors="surrogateescape")
    for _ in range(_DEEPEST + 1):
        if path in files:
            return path
        path = path.partition("/")[2]  # `/shop/assets/…`: served below /shop
    return ""
