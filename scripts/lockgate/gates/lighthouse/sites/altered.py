"""Which pages a change alters, those first that it alters most."""

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Set
from html import unescape
from posixpath import dirname, normpath
from urllib.parse import unquote
from zlib import crc32

from lockgate.gates.lighthouse.model import Build, Page

Read = Callable[[Build, str], bytes]

_MOST_BYTES = 2_000_000
_MOST_PARTS = 1_000_000
_PART = re.compile(rb"[<\n]")
_UP = re.compile(rb"(?:\.{1,2}/)+")
_TAG = re.compile(
    rb"<(?:audio|embed|iframe|img|input|link|object|script|source|track|video)\b[^>]{1,8000}", re.IGNORECASE
)
_ADDRESS = re.compile(
    rb"""\b(?:src|href|data|poster|srcset|imagesrcset)\s*=\s*(?:"([^"]{0,4000})"|'([^']{0,4000})'|([^\s"'>]{1,4000}))""",
    re.IGNORECASE,
)


def changed(
    head: Build, equal: Set[str], pages: Collection[Page], read: Read, base: Build | None = None
) -> tuple[str, ...]:
    """Give the paths of the pages whose files are not all `equal` in the base, the most changed first.

    Pages that the base lacks come before all others. Of a page each tag, line and file counts that is not as
    in the base, by one over the number of pages where it is so: what all pages share weighs next to nothing.
    What scripts and style sheets load later is not seen: it says which pages to look at first, and nothing
    about those that it does not give.
    """
    files, before = _Files(head), frozenset((base or head).files)
    most = max(_MOST_PARTS // max(len(pages), 1), 1)
    altered: dict[Page, list[int]] = {}
    for page in pages:
        html = read(head, page.file)
        if others := files.named(page.file, html) - equal:
            parts = {crc32(os.fsencode(file)) for file in others - {page.file}}
            if page.file in others:
                old = read(base, page.file) if base and page.file in before else b""
                parts.update(map(crc32, _parts(html) ^ _parts(old)))
            altered[page] = sorted(parts)[:most]  # of all pages the same ones, where they are too many
    common = Counter(part for parts in altered.values() for part in parts)

    def rank(page: Page) -> tuple[bool, float, int, str]:
        weight = sum(1 / common[part] for part in altered[page]) if page.file in before else 0
        return page.file in before, -round(weight, 3), len(page.path), page.path

    return tuple(page.path for page in sorted(altered, key=rank))


def _parts(html: bytes) -> set[bytes]:
    """Give a page's tags and lines; how deep the page lies does not make its links others."""
    return set(map(bytes.strip, _PART.split(_UP.sub(b"", html[:_MOST_BYTES]))))


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
