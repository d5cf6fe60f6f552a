"""Read the tags of HTML as far as it takes to know an element again. Nothing is believed, all is bounded."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import islice

from lockgate.gates.lighthouse.pages import stable

_LONGEST = 8_000
_MOST = 20_000
_MOST_COMPARED = 500_000
_ALIKE = 0.6
_START = re.compile(r"<(?=[a-zA-Z])")
_TAG = re.compile(r"""<([a-zA-Z][\w:-]{0,60})((?:[^<>"']|"[^"]*"|'[^']*')*+)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]{1,200})(?:\s{0,20}=\s{0,20}(?:"([^"]*)(?:"|\Z)|'([^']*)(?:'|\Z)|([^\s"'>]+)))?"""
)
# A tool of the build gives these their names, or Lighthouse leaves them out.
_LEFT_OUT = re.compile(
    r"style|title|autofill-.*|nonce|integrity|data-(?:v|astro-cid|react\w*|svelte)-?.*|_ng.*"
)
_NAMES = frozenset(
    {"aria-controls", "aria-describedby", "aria-labelledby", "aria-owns"}
    | {"class", "for", "headers", "id", "list", "name"}
)


@dataclass(frozen=True, slots=True)
class Element:
    """Hold an element's opening tag."""

    tag: str
    attributes: Mapping[str, str]

    @property
    def stable(self) -> str:
        """Write it in one way, without what a build makes up: names sorted, no styles, no hashes."""
        parts = [f'{name}="{_stable(name, text)}"' for name, text in sorted(self.attributes.items())]
        return f"<{' '.join([self.tag, *parts])}>"

    def likeness(self, other: "Element") -> float:
        """Say from 0 to 1 how much of this one another has: its tag, and its attributes' values."""
        if self.tag != other.tag:
            return 0.0
        names = self.attributes.keys() | other.attributes.keys()
        if not names:
            return 1.0
        same = [name for name in self.attributes if _same(self.attributes[name], other.attributes.get(name))]
        return len(same) / len(names)


class Tags:
    """Hold the opening tags of a page."""

    def __init__(self, html: str) -> None:
        self._by_tag: dict[str, list[tuple[int, Element]]] = {}
        self._exact: dict[tuple[str, frozenset[tuple[str, str]]], list[int]] = {}
        self._left = _MOST_COMPARED
        for line, element in elements(html):
            self._by_tag.setdefault(element.tag, []).append((line, element))
            self._exact.setdefault(_key(element), []).append(line)

    def lines(self, wanted: Element) -> list[int]:
        """Give the lines of the tags that are equal, else of those that are most alike."""
        if equal := self._exact.get(_key(wanted)):
            return equal
        others = self._by_tag.get(wanted.tag, [])[: max(self._left, 0)]
        self._left -= len(others)
        like = [(wanted.likeness(each), line) for line, each in others]
        best = max([_ALIKE, *(share for share, _ in like)])
        return [line for share, line in like if share == best]


def parse(snippet: str) -> Element:
    """Read an opening tag, whole or cut; one without a name has an empty tag."""
    found = re.match(r"\s*<([a-zA-Z][\w:-]{0,60})", snippet)
    if found is None:
        return Element("", {})
    return Element(found[1].lower(), _attributes(snippet[found.end() : _LONGEST]))


def elements(html: str) -> Iterator[tuple[int, Element]]:
    """Give the opening tags of a page with their lines, counted from 1; what comments hold is left out."""
    html = _uncommented(html)
    line, at = 1, 0
    for start in islice(_START.finditer(html), _MOST):
        if found := _TAG.match(html, start.start(), start.start() + _LONGEST):
            line, at = line + html.count("\n", at, found.start()), found.start()
            yield line, Element(found[1].lower(), _attributes(found[2]))


def _uncommented(html: str) -> str:
    """Leave of each comment its lines' ends alone."""
    kept, *rest = html.split("<!--")
    for part in rest:
        comment, end, text = part.partition("-->")
        kept += "\n" * comment.count("\n") + (text if end else "")
    return kept


def _key(element: Element) -> tuple[str, frozenset[tuple[str, str]]]:
    return element.tag, frozenset(element.attributes.items())


def _attributes(text: str) -> dict[str, str]:
    result: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        if name != "…" and not _LEFT_OUT.fullmatch(name.lower()):
            result.setdefault(name.lower(), unescape(double or single or bare))
    return result


def _stable(name: str, text: str) -> str:
    if name in _NAMES:
        return " ".join(sorted(map(stable.word, text.split())))
    return stable.value(text)


def _same(mine: str, others: str | None) -> bool:
    """Compare a value of the browser's, which may be cut or made absolute, with the one in the file."""
    if others is None:
        return False
    mine = stable.own(mine)
    if mine.endswith("…"):
        return others.startswith(mine[:-1])
    return mine == others or ("/" in mine and bool(others) and mine.endswith(f"/{others.lstrip('./')}"))
