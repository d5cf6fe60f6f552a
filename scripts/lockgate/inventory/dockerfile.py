"""Read the images that a Dockerfile builds on: https://docs.docker.com/reference/dockerfile/."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lockgate.inventory import image
from lockgate.inventory.model import Component, Gap, Inventory, Need, Place, Read, Scope
from lockgate.inventory.node_text import decoded

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEREDOC = re.compile(r"(?<!<)<<(-?)(['\"]?)([A-Za-z_]\w*)\2(?!<)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}$]*))?\})")
_ARGUMENT = re.compile(r"(\w+)(?:=(\"[^\"]*\"|'[^']*'|\S*))?")
_FROM = re.compile(r"--from=(\S+)")
_MOUNT = re.compile(r"--mount=\S*?\bfrom=([^\s,]+)")
_LONGEST = 1_000
_WITH_TEXT = frozenset({"ADD", "COPY", "RUN"})


@dataclass(slots=True)
class _Reader:
    """Hold what is known at a line: arguments from before the first stage, and the names of stages."""

    arguments: dict[str, str] = field(default_factory=dict)
    stages: set[str] = field(default_factory=set)
    count: int = 0
    components: dict[str, Component] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


def parse(path: str, data: bytes, _: Read) -> Inventory:
    """List the images that a Dockerfile names; stages of its own and `scratch` are none.

    An `ARG` before the first stage stands for its default, as a build without arguments would have it.
    """
    text = decoded(data)
    reader = _Reader()
    for line, words in _instructions(text):
        _instruction(reader, path, line, words)
    components = tuple(reader.components.values())
    return Inventory(
        path=path, kind="Dockerfile", ecosystem="Docker", components=components, gaps=tuple(reader.gaps),
        needs=tuple(Need(component.key) for component in components), manifest=reader.places,
    )  # fmt: skip


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each instruction, lines joined, texts inside it (heredocs) left out."""
    lines = iter(enumerate(text.splitlines(), 1))
    end, directives = "\\", True
    joined: list[str] = []
    first = 0
    for number, raw in lines:
        line = raw.strip()
        if line.startswith("#") or not line:
            match = _DIRECTIVE.fullmatch(line) if directives else None
            if match and match[1].lower() == "escape" and match[2] in {"\\", "`"}:
                end = match[2]
            elif match and match[1].lower() == "syntax":
                yield number, f"SYNTAX {match[2]}"
            directives = directives and match is not None
            continue
        directives = False
        first = first if joined else number
        if line.endswith(end):
            joined.append(line[:-1])
            continue
        whole = " ".join([*joined, line])
        joined = []
        yield first, whole
        if whole.partition(" ")[0].upper() in _WITH_TEXT:
            _skip(lines, whole)
    if joined:
        yield first, " ".join(joined)


def _skip(lines: Iterator[tuple[int, str]], instruction: str) -> None:
    for tabs, _, word in _HEREDOC.findall(instruction):
        for _, line in lines:
            if (line.lstrip("\t") if tabs else line) == word:
                break


def _instruction(reader: _Reader, path: str, line: int, text: str) -> None:
    name, _, rest = text.partition(" ")
    match name.upper():
        case "SYNTAX":
            _image(reader, path, line, rest, Scope.DEV)
        case "ARG" if not reader.count:
            for key, value in _ARGUMENT.findall(rest):
                if value:
                    reader.arguments[key] = _filled(reader, value.strip("\"'"))
        case "FROM":
            _stage(reader, path, line, rest)
        case "COPY" | "ADD":
            for source in _FROM.findall(rest):
                _source(reader, path, line, source)
        case "RUN":
            for source in _MOUNT.findall(rest):
                _source(reader, path, line, source)


def _stage(reader: _Reader, path: str, line: int, rest: str) -> None:
    words = [word for word in rest.split() if not word.startswith("--")]
    source = _filled(reader, words[0]) if words else ""
    if source.lower() not in reader.stages and source != "scratch":
        _image(reader, path, line, source, Scope.RUNTIME)
    reader.count += 1
    if len(words) == 3 and words[1].lower() == "as":
        reader.stages.add(words[2].lower())


def _source(reader: _Reader, path: str, line: int, source: str) -> None:
    """Take an image that files come from; it may be a stage, by its name or its number."""
    source = _filled(reader, source.strip("\"'"))
    if source.lower() not in reader.stages and not source.isdecimal():
        _image(reader, path, line, source, Scope.RUNTIME)


def _image(reader: _Reader, path: str, line: int, text: str, scope: Scope) -> None:
    found = image.component(text, line)
    if isinstance(found, Gap):
        reader.gaps.append(found)
        return
    reader.components.setdefault(found.key, replace(found, scope=scope))
    reader.places.setdefault(found.name, Place(path, line, text))
    if unsaid := image.gap(found, text):
        reader.gaps.append(unsaid)


def _filled(reader: _Reader, text: str) -> str:
    """Put arguments in; what has no default stays as it is, and so names no image.

    What is longer than any name stays too, and is cut, as arguments made of arguments multiply.
    """
    if len(text) > _LONGEST:
        return text

    def value(match: re.Match[str]) -> str:
        given = reader.arguments.get(match[1] or match[2])
        if match[3] and "+" in match[3]:
            return match[4] if given else ""
        if given or (given is not None and match[3] != ":-"):
            return given
        return match[4] if match[3] else match[0]

    return _VARIABLE.sub(value, text)[: _LONGEST + 1]
