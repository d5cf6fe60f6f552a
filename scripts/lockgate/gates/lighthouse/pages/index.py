"""Guess which source an element comes from, by the words in its tag: the rarer a word, the more it says."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from urllib.parse import unquote

from lockgate.gates.lighthouse.pages import stable
from lockgate.gates.lighthouse.pages.elements import Element

_WORD = re.compile(r"[\w-]{1,100}(?:\.[\w-]{1,100}){0,5}")
_LEAST = 0.5
_MOST_EQUAL = 3
_MOST_READ = 500_000
_MOST_READ_EVER = 10_000_000
_REACH = 8
_SHOWN = frozenset({"alt", "aria-description", "aria-label", "placeholder", "value"})
_LINKS = frozenset({"action", "href", "poster", "src", "srcset", "xlink:href"})
_IDS = frozenset({"for", "id", "name"})

_Files = Mapping[str, Sequence[str]]


class Index:
    """Hold which files have which words."""

    def __init__(self, texts: Mapping[str, str], changed: Collection[str] = ()) -> None:
        self._texts = texts
        self._changed = frozenset(changed)
        self._left = _MOST_READ_EVER
        self._files: dict[str, list[str]] = {}
        for path, text in texts.items():
            for word in words(text):
                self._files.setdefault(word, []).append(path)

    def element(self, element: Element) -> tuple[str, int] | None:
        """Give the file and line that say most of what makes an element itself; None where none says enough.

        Files that say the same decide nothing, unless the change touches one of them or they are few. Where
        all words of the files do not decide, those beside a tag of the same name may. An element without
        such words is of the one file of the change that has a tag of its name, where it is one.
        """
        weights = {word: weight for word, weight in _weights(element).items() if word in self._files}
        for files in self._ways(element.tag, weights):
            rare = {word: weight / len(files[word]) for word, weight in weights.items() if word in files}
            if path := self._chosen(rare, files):
                text = self._texts[path]
                return path, _line(text, element.tag, rare) if self._may_read(len(text)) else 0
        return None if weights or not element.tag else self._only(element.tag)

    def _ways(self, tag: str, sought: Collection[str]) -> Iterator[_Files]:
        yield self._files
        yield self._near(tag, sought)

    def _chosen(self, weights: Mapping[str, float], files: _Files) -> str:
        scores: dict[str, float] = {}
        for word, weight in weights.items():
            for path in files[word]:
                scores[path] = scores.get(path, 0.0) + weight
        best = max(scores.values(), default=0.0)
        equal = sorted(path for path, score in scores.items() if score > best - 1e-9)
        touched = [path for path in equal if path in self._changed]
        decided = best >= _LEAST and (touched or len(equal) <= _MOST_EQUAL)
        return (touched or equal)[0] if decided else ""

    def _near(self, tag: str, sought: Collection[str]) -> _Files:
        """Give the files that have the words in a tag of that name, or in the few lines after it.

        Where they are too many, those of the change alone.
        """
        near: dict[str, list[str]] = {}
        paths = sorted({path for word in sought for path in self._files[word]})
        if self._size(paths) > _MOST_READ:
            paths = [path for path in paths if path in self._changed]
        if (size := self._size(paths)) <= _MOST_READ and self._may_read(size):
            for path in paths:
                for word in _said(self._texts[path], tag).intersection(sought):
                    near.setdefault(word, []).append(path)
        return near

    def _only(self, tag: str) -> tuple[str, int] | None:
        opening = _opening(tag)
        found = []
        for path in sorted(self._changed.intersection(self._texts)):
            text = self._texts[path]
            if self._may_read(len(text)) and (first := opening.search(text)):
                found.append((path, text.count("\n", 0, first.start()) + 1))
        return found[0] if len(found) == 1 else None

    def _size(self, paths: Collection[str]) -> int:
        return sum(len(self._texts[path]) for path in paths)

    def _may_read(self, size: int) -> bool:
        """Read so many characters by the line, and no more: hostile ones cost half a second for a million."""
        self._left -= size
        return self._left >= 0


def words(text: str) -> set[str]:
    """Give a text's words: names with their hyphens, names with dots whole and in parts."""
    found = set(_WORD.findall(text))
    return found | {part for word in found if "." in word for part in word.split(".")}


def _weights(element: Element) -> dict[str, float]:
    weights: dict[str, float] = {}
    for name, text in element.attributes.items():
        for word, weight in _named(name, text):
            weights[word] = max(weights.get(word, 0.0), weight)
    return weights


def _named(name: str, text: str) -> Iterator[tuple[str, float]]:
    """Give an attribute's words with what each says at most."""
    text = text[:2_000]
    if name in _LINKS:
        yield from ((word, 2.0) for word in _files(text))
    elif name in _IDS:
        yield from ((word, 3.0) for word in text.split())
    elif name == "class":
        for word in text.split():
            yield word, 1.0
            yield from ((part, 0.5) for part in re.split(r"[_*]+", stable.word(word)) if len(part) > 3)
    elif name.startswith("data-"):
        yield name, 1.0
        yield from ((word, 2.0) for word in _WORD.findall(text))
    elif name in _SHOWN:
        yield from ((word, 0.5) for word in _WORD.findall(text) if len(word) > 2)


def _files(text: str) -> Iterator[str]:
    """Give the names of files and the last folders in an address, as the sources may have them."""
    for address in unquote(stable.own(text)).split():
        for part in [part for part in re.split(r"[/?&#=,]", address) if len(part) > 2][-3:]:
            yield part
            yield stable.address(part).replace("-*", "")


def _opening(tag: str) -> re.Pattern[str]:
    return re.compile(rf"<{re.escape(tag)}\b", re.IGNORECASE)


def _said(text: str, tag: str) -> set[str]:
    opening = _opening(tag)
    lines = text.splitlines()
    near = {
        after
        for place, line in enumerate(lines)
        if opening.search(line)
        for after in range(place, min(place + _REACH, len(lines)))
    }
    return words("\n".join(lines[place] for place in sorted(near)))


def _line(text: str, tag: str, weights: Mapping[str, float]) -> int:
    """Give the line with the tag that says most, itself and in the few lines after it; 1 if none does."""
    best, result = 0.0, 1
    lines = text.splitlines()
    opening = _opening(tag)

    @cache
    def said(place: int) -> frozenset[str]:
        return frozenset(words(lines[place]) & weights.keys())

    for place, line in enumerate(lines):
        own = said(place)
        opens = opening.search(line) is not None
        if not own and not opens:
            continue
        around = own.union(*map(said, range(place, min(place + _REACH, len(lines))))) if "<" in line else own
        # What a tag says lines later counts for less than what its own line does.
        score = sum(weights[word] * (1.0 if word in own else 0.9) for word in around) + 0.1 * opens
        if score > best:
            best, result = score, place + 1
    return result
