"""Take runs of pages: what is exact once, and from the cache where the same build was measured before."""

import gzip
import re
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers.driving import SET, Browser, open_browser
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.decisions.looks import Side
from lockgate.gates.lighthouse.model import Page, Sample
from lockgate.gates.lighthouse.serving import BothSides, Served, in_the_base
from lockgate.toolset import lock_digest
from lockgate.verdict import Tool

_MOST_KEPT = 10_000_000
_NO_LETTER = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 60

Start = Callable[[Path, Settings], Browser]


class _Kept(msgspec.Struct, frozen=True):
    """Hold what the cache has of a run: `lhr` is Lighthouse's own result, compressed."""

    sample: Sample
    lhr: bytes
    tools: tuple[Tool, ...]


class Opener:
    """Open the browser when it is first needed; it ends with `stack`. What fails is not tried again."""

    def __init__(self, stack: ExitStack, home: Path, settings: Settings, start: Start = open_browser) -> None:
        self.settings = settings
        self._stack, self._home, self._start = stack, home, start
        self._browser: Browser | None = None
        self._failure: ToolError | None = None

    def __call__(self) -> Browser:
        """Give the browser; raise ToolError where there is none."""
        if self._failure:
            raise self._failure
        if self._browser is None:
            try:
                self._browser = self._stack.enter_context(self._start(self._home, self.settings))
            except ToolError as error:
                self._failure = error
                raise
        return self._browser

    @property
    def notes(self) -> tuple[str, ...]:
        """Give what people should know of it."""
        return tuple(self._browser.notes) if self._browser else ()


@dataclass(slots=True)
class Measuring:
    """Run the pages of one site.

    `documents` takes the results of the runs, for the report's folder; all sites have one.
    """

    sides: BothSides
    browser: Opener
    cache: Cache
    documents: dict[str, bytes] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()

    def exact(self, side: Side, page: Page) -> Sample:
        """Take one run for what is the same in each; raise ToolError where the page cannot be measured."""
        served = self._served(side)
        key = self._key(served, page)
        kept = _decoded(self.cache.get([key]).get(key)) if key else None
        if kept is None:
            kept = self._run(served, page)
            if key:
                self.cache.put({key: msgspec.msgpack.encode(kept)})
        self._keep(side, page, kept)
        return kept.sample

    def fresh(self, side: Side, page: Page) -> Sample:
        """Take one run for its time; raise ToolError where the page cannot be measured."""
        kept = self._run(self._served(side), page)
        self._keep(side, page, kept)
        return kept.sample

    def _served(self, side: Side) -> Served:
        return self.sides.base if side == "base" and self.sides.base else self.sides.head

    def _run(self, served: Served, page: Page) -> _Kept:
        browser = self.browser()
        with in_the_base() if served is self.sides.base else nullcontext():
            sample = browser.run(served.url(page), page)
        return _Kept(sample, gzip.compress(browser.lhr, 6, mtime=0), browser.tools)

    def _key(self, served: Served, page: Page) -> bytes:
        """Name a run that another one would repeat; nothing where what was loaded is not all known."""
        if served.build is None or self.browser.settings.third_parties:
            return b""
        settings = msgspec.json.encode(self.browser.settings).decode()
        parts = (
            served.build.digest,
            served.fallback,
            page.path,
            settings,
            lock_digest(SET),
            self.browser().chrome,
        )
        return self.cache.key("lighthouse", *parts)

    def _keep(self, side: Side, page: Page, kept: _Kept) -> None:
        self.tools = tuple(dict.fromkeys((*self.tools, *kept.tools)))
        number = [each.path for each in self.sides.choice.pages].index(page.path) + 1
        words = (self.sides.site.folder or "site", f"{number}-{page.path}")
        stem = "/".join(_NO_LETTER.sub("-", word).strip("-")[:_LONGEST] or "site" for word in words)
        run = sum(name.startswith(f"lighthouse/{stem}/{side}-") for name in self.documents) + 1
        if sum(map(len, self.documents.values())) + len(kept.lhr) <= _MOST_KEPT:
            self.documents[f"lighthouse/{stem}/{side}-{run}.json.gz"] = kept.lhr


def _decoded(data: bytes | None) -> _Kept | None:
    try:
        return msgspec.msgpack.decode(data, type=_Kept) if data else None
    except msgspec.DecodeError:
        return None
