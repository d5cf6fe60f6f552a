"""Read a budget's file, which strangers wrote: its data, their lines, and errors that name both."""

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from lockgate.config.yaml_lines import Document, Path, YamlError, parse
from lockgate.errors import ConfigurationError
from lockgate.untrusted import cut, one_line, shown

T = TypeVar("T")
ReadFile = Callable[[str], bytes | None]
_MAX_BYTES = 1_000_000
_PARTS = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class Source:
    """Hold a file of the repository that was read."""

    path: str
    document: Document

    def line(self, place: Path) -> int:
        """Give the line of a value, or of the nearest one around it."""
        return self.document.line(place)

    def error(self, place: Path, what: str, todo: str) -> ConfigurationError:
        """Refuse what stands at a place."""
        where = f"{shown(dotted(place))}: " if place else ""
        return ConfigurationError(
            f"{shown(self.path)}, line {self.line(place)}: {where}{what}",
            cause="it was written by hand, or for another program",
            todo=todo,
        )


def named(read_file: ReadFile, folder: str, name: str, key: str) -> Source:
    """Read the file that a key names, from a folder of the repository; raise ConfigurationError."""
    path = posixpath.normpath(posixpath.join(folder, name))
    data = None if path.startswith(("../", "/")) or path == ".." else read_file(path)
    if data is None:
        raise ConfigurationError(
            f"{key} names {shown(path)}, which cannot be read",
            cause="it is not in the base (a pull request's own is not read), no regular file, or too large",
            todo="give its path from the folder of the file that names it",
        )
    return source(data, path)


def source(data: bytes, path: str) -> Source:
    """Read JSON or YAML, with all scalars as text; raise ConfigurationError."""
    line, what = 1, "it is larger than 1 MB"
    if len(data) <= _MAX_BYTES:
        try:
            text = data.decode("utf-8-sig")
            # JSON may be indented with tabs, which YAML does not take and no JSON text holds elsewhere.
            return Source(path, parse(text.replace("\t", " ") if path.endswith(".json") else text))
        except UnicodeDecodeError as error:
            line, what = data[: error.start].count(b"\n") + 1, "it is not UTF-8"
        except YamlError as error:
            line, what = min(error.line, data.count(b"\n") + 1), one_line(error.message)
    raise ConfigurationError(
        f"{shown(path)}, line {line}: {what}",
        cause="it is damaged, or no budget",
        todo="mend it, or name another file",
    )


def decode(read: Source, kind: type[T], at: Path, data: object, known: Iterable[str]) -> T:
    """Convert data from a place into a type; raise ConfigurationError, with the nearest known word."""
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        inner = tuple(
            name or (int(number) if number.isdigit() else 0)
            for name, number in _PARTS.findall(place.rstrip("`"))
        )
        words = re.findall(r"(?:field|value) [`']([^`']*)", message)
        raise read.error(
            (*at, *inner), cut(one_line(message), 200), nearest(words[0] if words else "", known)
        ) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which of the known words was meant, and all of them."""
    words = tuple(known)
    near = difflib.get_close_matches(word[:80], words, 1, 0.5)
    return (f"did you mean `{near[0]}`? " if near else "") + f"known are {', '.join(words)}"


def dotted(place: Path) -> str:
    """Write a place as `[0].resourceSizes[1].budget`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
