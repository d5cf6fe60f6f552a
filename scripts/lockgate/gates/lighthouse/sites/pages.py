"""Which pages a build has, which of them are judged, and which files a page is made of."""

import difflib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.budgets.matching import matches
from lockgate.gates.lighthouse.model import Build, Page
from lockgate.gates.lighthouse.sites.addresses import address, path_of
from lockgate.gates.lighthouse.sites.builds import is_page
from lockgate.untrusted import shown

Read = Callable[[Build, str], bytes]

# What hosts answer with when something is wrong, and what tools leave beside the pages.
_ANSWERS = frozenset({"200", "403", "404", "500", "50x", "fallback", "offline", "unavailable"})
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?\Z")
_OF_TOOLS = re.compile(r"(?:google[0-9a-f]{12,}|iframe|pinterest-[0-9a-f]+|yandex_[0-9a-f]+)\Z")
_ASSETS = frozenset({"assets", "static", "storybook", "storybook-static", "node_modules"})
_HEAD_BYTES = 64 * 1024
_DOCUMENT = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
# What does not end reaches to the end of the page, as in a browser: so each takes linear time.
_HIDDEN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<noscript.*?(?:</noscript|\Z)|<script.*?(?:</script|\Z)", re.IGNORECASE | re.DOTALL
)
_META = re.compile(rb"<meta\b[^<>]{0,2000}", re.IGNORECASE)
_REFRESH = re.compile(rb"""http-equiv\s*=\s*["']?refresh""", re.IGNORECASE)
_AT_ONCE = re.compile(rb"""content\s*=\s*["']?\s*[0-5](?:\.\d*)?\s*[;,]\s*(?:url\s*=)?\s*\S""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold the pages that are judged, and how many others there are."""

    pages: tuple[Page, ...]
    left_out: int = 0


def pages(build: Build, read: Read) -> tuple[Page, ...]:
    """Give a build's pages, by their addresses on our server; `read` gives its files.

    Left out is what no visitor goes to: what answers for errors, redirects and parts of pages, what tools
    leave behind, what lies among the assets, and files whose names begin with `_` or a dot. A page that asks
    search engines not to list it is left in: visitors see the cart and the log-in, too.
    """
    named = (file for file in build.files if is_page(file) and not _is_generated(file))
    files = frozenset(build.files)
    return tuple(Page(path_of(file, files), file) for file in named if _is_document(read(build, file)))


def choose(
    build: Build, every: Sequence[Page], configuration: LighthouseConfiguration, changed: Collection[str] = ()
) -> Choice:
    """Choose of `every` page those that are judged: `changed` paths first, in order, then short paths.

    A path that is named without a `*` may be one that is left out otherwise, or that `fallback` answers.
    Raise ConfigurationError for one that there is no page for.
    """
    if configuration.pages:
        named = (_named(each, every, build, configuration.fallback) for each in configuration.pages)
        every = list({page.path: page for found in named for page in found}.values())
    first = {path: place for place, path in enumerate(changed)}
    ranked = sorted(every, key=lambda page: (first.get(page.path, len(first)), *_length(page.path)))
    most = configuration.most_pages
    return Choice(tuple(ranked[:most]), max(0, len(ranked) - most))


def _length(path: str) -> tuple[int, int, str]:
    return path.rstrip("/").count("/"), len(path), path


def _matches(pattern: str, page: Page) -> bool:
    """Say whether a path of the configuration means a page, written as in its address or as it is read."""
    plain = replace(page, path=unquote(page.path, errors="surrogateescape"))
    return matches("wild", pattern, page) or matches("wild", pattern, plain)


def _named(pattern: str, every: Sequence[Page], build: Build, fallback: str) -> Sequence[Page]:
    if found := [page for page in every if _matches(pattern, page)]:
        return found
    files = frozenset(build.files)
    others = (Page(path_of(file, files), file) for file in build.files if is_page(file))
    if found := [page for page in others if pattern in {page.path, f"/{page.file}"}]:
        return found
    if fallback and pattern.startswith("/") and "*" not in pattern:
        return [Page(address(pattern), fallback)]
    near = difflib.get_close_matches(pattern, [page.path for page in every[:1_000]], 1, 0.0)
    example = f", such as {shown(near[0])}" if near else " as in its address"
    raise ConfigurationError(
        f"`gates.lighthouse.pages` has {shown(pattern)}, and the site has no such page",
        cause="it is misspelt, or the page is no longer built",
        todo=f"write its path{example}; where a script "
        "makes pages of paths, name the file that is served for them as `fallback`",
    )


def _is_generated(file: str) -> bool:
    *folders, name = file.split("/")
    stem = name.rpartition(".")[0]
    if any(part.startswith(("_", ".")) for part in (*folders, stem)) or _OF_TOOLS.match(stem):
        return True
    if folders and folders[0] in _ASSETS:
        return True
    route = [*folders, stem] if stem != "index" else folders
    if len(route) == 2 and _LOCALE.match(route[0]):
        route = route[1:]
    return len(route) == 1 and route[0].lower() in _ANSWERS


def _is_document(data: bytes) -> bool:
    """Tell a page from a part of one, and from a stub that sends its visitors elsewhere."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    head = _HIDDEN.sub(b"", data[:_HEAD_BYTES])
    if not _DOCUMENT.search(head):
        return False
    return not any(_REFRESH.search(meta) and _AT_ONCE.search(meta) for meta in _META.findall(head))
