"""Read YAML that strangers wrote, and the lines on which its entries stand: the part of it that locks use."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lockgate.inventory.model import LockError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_MOST_DOCUMENTS = 10
Path = tuple[str, ...]
_Event = Any
"""The stubs say that an event's places may be missing; libyaml always gives them."""


@dataclass(slots=True)
class Document:
    """Hold mappings, lists and strings; `lines` has first and last line by a path of one or two keys."""

    value: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, tuple[int, int]] = field(default_factory=dict)


def load(text: str) -> list[Document]:
    """Read the documents of a text; each must be a mapping, and every plain value is a string.

    Raises LockError, with the line, for what is not YAML, a key that stands twice, deep nesting, and anchors,
    aliases and tags, which no lock needs. Event by event: PyYAML's composer overflows the stack when nested.
    """
    try:
        return [*_documents(iter(_LOADER(text).get_event, None))]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise LockError(f"it is not YAML: {error.problem}", line) from error
    except yaml.YAMLError as error:
        raise LockError(f"it is not YAML: {getattr(error, 'reason', 'it cannot be read')}") from error
    except UnicodeEncodeError as error:
        raise LockError("it holds half a character (a lone surrogate)") from error


def _documents(events: Iterator[_Event]) -> Iterator[Document]:
    count = 0
    for event in events:
        count += type(event) is yaml.DocumentStartEvent
        if count > _MOST_DOCUMENTS:
            raise LockError("it has too many documents", event.start_mark.line + 1)
        if type(event) is yaml.DocumentStartEvent:
            yield _document(events)
        elif type(event) is yaml.StreamEndEvent:
            return


def _document(events: Iterator[Any]) -> Document:
    event = next(events)
    if not isinstance(event, yaml.MappingStartEvent):
        raise LockError("it is not a mapping", event.start_mark.line + 1)
    _refuse_extras(event)
    made = Document()
    _Builder(made).fill(events)
    return made


def _refuse_extras(event: _Event) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise LockError("it has an anchor or an alias, which no lock needs", event.start_mark.line + 1)
    if getattr(event, "tag", None) is not None:
        raise LockError("it has a tag, which no lock needs", event.start_mark.line + 1)


class _Builder:
    """Fill a document with a stack of its own."""

    def __init__(self, document: Document) -> None:
        self._lines = document.lines
        self._stack: list[dict[str, Any] | list[Any]] = [document.value]
        self._keys: list[str | None] = [None]
        self._starts: list[int] = []
        self._last = 0

    def fill(self, events: Iterator[Any]) -> None:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._open({}, event)
            elif kind is yaml.SequenceStartEvent:
                self._open([], event)
            elif kind is yaml.AliasEvent:
                _refuse_extras(event)
            elif self._close(event):
                return

    def _scalar(self, event: _Event) -> None:
        if event.anchor is not None or event.tag is not None:
            _refuse_extras(event)
        inside, key = self._stack[-1], self._keys[-1]
        self._last = self._end_of(event)
        if key is None and isinstance(inside, dict):
            self._key(inside, event)
        else:
            self._put(event.value)

    def _end_of(self, event: _Event) -> int:
        """Give the last line of a value: a block of text ends where the next line begins."""
        end = event.end_mark
        line: int = end.line + 1
        return line - 1 if end.column == 0 and line - 1 > event.start_mark.line else line

    def _key(self, inside: dict[str, Any], event: _Event) -> None:
        if event.value in inside:
            raise LockError(f"it has the key {event.value[:100]!r} twice", event.start_mark.line + 1)
        self._keys[-1] = event.value
        if len(self._stack) <= 2:
            self._starts.append(event.start_mark.line + 1)

    def _put(self, value: object) -> None:
        inside, key = self._stack[-1], self._keys[-1]
        if isinstance(inside, list):
            inside.append(value)
            return
        inside[str(key)] = value
        if len(self._stack) <= 2:
            path = (str(key),) if len(self._stack) == 1 else (str(self._keys[0]), str(key))
            self._lines[path] = (self._starts.pop(), self._last)
        self._keys[-1] = None

    def _open(self, value: dict[str, Any] | list[Any], event: _Event) -> None:
        _refuse_extras(event)
        inside = self._stack[-1]
        if isinstance(inside, dict) and self._keys[-1] is None:
            raise LockError("a key of it is not a text", event.start_mark.line + 1)
        if len(self._stack) >= _DEEPEST:
            raise LockError("it is nested too deeply", event.start_mark.line + 1)
        self._stack.append(value)
        self._keys.append(None)

    def _close(self, event: _Event) -> bool:
        """End what is open; say whether that was the document."""
        if event.end_mark.index > event.start_mark.index:  # a bracket: in the block style nothing ends it
            self._last = event.end_mark.line + 1
        value = self._stack.pop()
        self._keys.pop()
        if not self._stack:
            return True
        self._put(value)
        return False
