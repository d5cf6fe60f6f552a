"""Which files a page is made of, and which pages are made of other files than in the base."""

import re
from collections.abc import Callable, Collection, Iterator, Set
from html import unescape
from posixpath import dirname, normpath
from urllib.parse import unquote

from lockgate.gates.lighthouse.model import Build, Page

Read = Callable[[Build, str], bytes]

_MOST_BYTES = 2_000_000
_TAG = re.compile(
    rb"<(?:audio|embed|iframe|img|input|link|object|script|source|track|video)\b[^>]{1,8000}", re.IGNORECASE
)
_ADDRESS = re.compile(
    rb"""\b(?:src|href|data|poster|srcset|imagesrcset)\s*=\s*(?:"([^"]{0,4000})"|'([^']{0,4000})'|([^\s"'>]{1,4000}))""",
    re.IGNORECASE,
)


def closure(build: Build, page: Page, read: Read) -> frozenset[str]:
    """Give the files that a page is made of: its own, and those of the build that its HTML names.

    What scripts and style sheets load later is not among them.
    """
    if not page.file:
        return frozenset()
    files = _Files(build)
    return files.named(page.file, read(build, page.file))


def changed(head: Build, equal: Set[str], pages: Collection[Page], read: Read) -> frozenset[str]:
    """Give the paths of the pages whose files are not all `equal` in the base.

    It says which pages to look at first, and nothing about those that it does not give: see closure().
    """
    files = _Files(head)
    return frozenset(
        page.path
        for page in pages
        if page.file not in equal or not files.named(page.file, read(head, page.file)) <= equal
    )


class _Files:
    def __init__(self, build: Build) -> None:
        self._files = frozenset(build.files)

    def named(self, file: str, html: bytes) -> frozenset[str]:
        """Give a page's file and those that it names."""
        folder = f"/{dirname(file)}"
        found = (self._file(folder, each) for each in _addresses(html[:_MOST_BYTES]))
        return frozenset({file, *filter(None, found)})

    def _file(self, folder: str, address: str) -> str:
        """Give the file of the build that an address names; empty for that of another site."""
        path = unquote(re.split("[?#]", address, maxsplit=1)[0], errors="surrogateescape")
        if path.startswith("//") or ":" in path.partition("/")[0]:
            return ""
        name = normpath(f"{folder}/{path}" if not path.startswith("/") else path).lstrip("/")
        return name if name in self._files else ""


def _addresses(html: bytes) -> Iterator[str]:
    for tag in _TAG.findall(html):
        for quoted in _ADDRESS.findall(tag):
            text = unescape(b"".join(quoted).decode("utf-8", "surrogateescape")).strip()
            yield text
            yield from (part.split()[0] for part in text.split(",")[:50] if part.strip())
