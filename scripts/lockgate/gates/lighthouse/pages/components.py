"""Find the file and line of the repository that an element or a request of a page comes from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lockgate.gates.lighthouse.model import Page, Site
from lockgate.gates.lighthouse.pages import stable
from lockgate.gates.lighthouse.pages.elements import Tags, parse
from lockgate.gates.lighthouse.pages.index import Index
from lockgate.gates.lighthouse.pages.sources import folder
from lockgate.gates.lighthouse.rule_book import Place

_MOST_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """Name where something comes from. `guessed` says that it may be elsewhere."""

    place: Place
    guessed: bool = False

    @property
    def note(self) -> str:
        """Say so in a message, with a space before it."""
        return " The file is a best guess." if self.guessed else ""


class Finder:
    """Find places of one site; what it has read and indexed, it keeps.

    `sources` are files that the repository has (pages.sources), `changed` the paths that the change touches.
    After _MOST_SEARCHED long searches it says the page's file or the site's: a page may name any number.
    """

    def __init__(self, site: Site, sources: Mapping[str, str], changed: Collection[str] = ()) -> None:
        self._site = site
        self._sources = sources
        self._changed = frozenset(changed)
        self._build = folder(site.folder)
        self._apart = bool(self._build) and self._build != folder(site.root)
        self._tags: dict[str, Tags] = {}
        self._guesses: dict[str, Spot | None] = {}
        self._addresses: dict[tuple[str, str], Spot] = {}
        self._left = _MOST_SEARCHED

    def page(self, page: Page) -> Place:
        """Give the page's file where the repository has it, else the file that stands for the site."""
        return Place(self._built(page) or self._site.manifest)

    def element(self, page: Page, snippet: str, number: int = 0, of: int = 1) -> Spot:
        """Find an element by its opening tag, the `number`-th, from 0, `of` equal ones that are looked for.

        The built page's line where the repository has that page; else the source that has most of what makes
        the element different from others.
        """
        built = self._built(page)
        lines = self._lines(built, snippet) if built else []
        if lines:
            return Spot(Place(built, lines[min(number, len(lines) - 1)]), guessed=len(lines) != of)
        return self._guess(snippet) or Spot(self.page(page), guessed=True)

    def address(self, page: Page, url: str) -> Spot:
        """Find the line that names an address: in the built page, in the sources, in the build."""
        key = page.file, url
        if key not in self._addresses:
            self._addresses[key] = self._address(page, url)
        return self._addresses[key]

    def _built(self, page: Page) -> str:
        path = f"{self._build}{page.file}"
        return path if page.file and path in self._sources else ""

    def _lines(self, path: str, snippet: str) -> list[int]:
        """Give the lines of a page's tags that are most like the one that is looked for."""
        if path not in self._tags:
            self._tags[path] = Tags(self._sources[path])
        return self._tags[path].lines(parse(snippet))

    def _guess(self, snippet: str) -> Spot | None:
        if snippet not in self._guesses and self._may_search():
            found = self._index.element(parse(snippet))
            self._guesses[snippet] = Spot(Place(*found), guessed=True) if found else None
        return self._guesses.get(snippet)

    def _address(self, page: Page, url: str) -> Spot:
        terms = _terms(url)
        if (built := self._built(page)) and (found := _named(self._sources[built], terms)):
            return Spot(Place(built, found[0]))
        for path in self._by_rank if self._may_search() else ():
            if found := _named(self._sources[path], terms):
                line, term = found
                return Spot(Place(path, line), guessed=term == PurePosixPath(url).name)
        return Spot(self.page(page), guessed=True)

    def _may_search(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def _is_built(self, path: str) -> bool:
        return self._apart and path.startswith(self._build)

    @cached_property
    def _index(self) -> Index:
        texts = {path: text for path, text in self._sources.items() if not self._is_built(path)}
        return Index(texts, self._changed)

    @cached_property
    def _by_rank(self) -> list[str]:
        """Order the sources before the build, and what the change touches before the rest."""
        return sorted(self._sources, key=lambda path: (self._is_built(path), path not in self._changed, path))


def _terms(url: str) -> list[str]:
    """Give what names an address, the surest first: the whole, it without its scheme, its host or file."""
    parts = urlsplit(stable.own(url))
    terms = [stable.own(url), f"{parts.netloc}{parts.path}"]
    name = PurePosixPath(parts.path).name
    terms += [parts.netloc] if parts.netloc else [name] if "." in name else []
    return [term for term in dict.fromkeys(terms) if len(term) > 3]


def _named(text: str, terms: Iterable[str]) -> tuple[int, str] | None:
    """Give the line of the first term that a text has, and the term."""
    for term in terms:
        at = text.find(term)
        if at >= 0:
            return text.count("\n", 0, at) + 1, term
    return None
