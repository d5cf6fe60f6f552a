"""Read the lines of a requirements file, and of the files that it includes."""

import codecs
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lockgate.inventory.model import Gap, Kind, LockError, Origin, Read
from lockgate.inventory.python_graph import normalise
from lockgate.inventory.python_manifest import beside, pyproject, split
from lockgate.inventory.toml_lock import refuse_conflict, text_of

_FILES, _BYTES, _LONGEST = 100, 100_000_000, 4096
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_HASH = re.compile(r"\s--hash[= ]\s*([\w-]+:\w+)")
_OPTION = re.compile(r"\s--(?:global-option|config-settings?|install-option)[= ].*")
_PIN = re.compile(r"={2,3}\s*([A-Za-z0-9][\w.!+-]*)")
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(\S.*)")
_INDEX = re.compile(r"(?:-i|--index-url)(?:\s*=\s*|\s+)(\S+)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+)(.+)")
_FILE_NAME = re.compile(r"([A-Za-z0-9][\w.-]*?)-(\d[\w.!+]*?)(?:-[\w.-]+\.whl|\.tar\.gz|\.zip|\.tar\.bz2)")
_VIA_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Pin:
    """Hold one pinned line; `via` are the names of those that need it, or `-r file`."""

    name: str
    version: str
    line: int
    end_line: int
    origin: Origin = field(default_factory=Origin)
    marker: str = ""
    hashes: tuple[str, ...] = ()
    via: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """Hold what the lines of all files say."""

    text: str
    pins: list[Pin] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    index: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """Hold a logical line: `first` to `last` are the lines that it was written on."""

    text: str
    first: int
    last: int
    comment: str


def collect(path: str, data: bytes, read: Read) -> Found:
    """Read a file and those it includes: each file once, inside the tree, at most 100, at most 100 MB."""
    reader = _Reader(path, _decoded(data), read)
    reader.file(path, reader.found.text, 0)
    reader.fill()
    return reader.found


def _decoded(data: bytes) -> str:
    # Windows PowerShell writes `pip freeze > requirements.txt` in UTF-16, and pip reads that.
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError as error:
            raise LockError("it is not text") from error
    text = text_of(data)
    refuse_conflict(text)
    return text


class _Reader:
    def __init__(self, path: str, text: str, read: Read) -> None:
        self.found = Found(text)
        self._read = read
        self._seen = {path}
        self._constraints: dict[str, set[str]] = {}
        self._open: list[tuple[Pin, str, str]] = []
        self._bytes = 0

    def file(self, path: str, text: str, at: int, *, constraint: bool = False) -> None:
        """Read one file; `at` is the line of the first file that includes it, 0 for that file itself."""
        via = _Via()
        for line in _logical(text):
            if line.text:
                via.start(self._line(path, line, at, constraint))
            via.read(line.comment)

    def fill(self) -> None:
        """Pin what a constraint pins, and report the rest."""
        for pin, wants, text in self._open:
            versions = self._constraints.get(pin.name, set())
            if len(versions) == 1:
                self.found.pins.append(replace(pin, version=next(iter(versions))))
            else:
                why = f"it pins no version: {wants}" if wants else "it pins no version"
                self.found.gaps.append(Gap(pin.line, text[:200], why[:200]))

    def _line(self, path: str, line: _Line, at: int, constraint: bool) -> Pin | None:
        text = line.text
        where = replace(line, first=at or line.first, last=at or line.last)
        if found := _INCLUDE.fullmatch(text):
            self._include(path, found[1], where, constraint or text.startswith(("-c", "--constraint")))
        elif found := _INDEX.fullmatch(text):
            self.found.index = self.found.index or found[1]
        elif found := _EDITABLE.fullmatch(text):
            return self._tree(path, found[1], where)
        elif not text.startswith("-"):
            return self._requirement(path, where, constraint)
        return None

    def _include(self, path: str, name: str, line: _Line, constraint: bool) -> None:
        target = beside(path, name.strip().strip("\"'"))
        if target in self._seen:
            return
        data = self._read(target) if target and len(self._seen) <= _FILES else None
        if data is None or (self._bytes + len(data)) > _BYTES:
            self.found.gaps.append(
                Gap(line.first, line.text[:200], "the file that it includes cannot be read")
            )
            return
        self._seen.add(target)
        self._bytes += len(data)
        try:
            text = _decoded(data)
        except LockError as error:
            self.found.gaps.append(
                Gap(line.first, line.text[:200], f"the file that it includes: {error.why}")
            )
            return
        self.file(target, text, line.first, constraint=constraint)

    def _requirement(self, path: str, line: _Line, constraint: bool) -> Pin | None:
        bare = _OPTION.sub("", _HASH.sub("", line.text)).strip()
        if (parts := split(bare)) is None:
            return self._tree(path, bare, line)
        name, _, wants, marker = parts
        hashes = tuple(_HASH.findall(line.text))
        pin = Pin(name, "", line.first, line.last, marker=marker, hashes=hashes)
        exact = _PIN.fullmatch(wants)
        if constraint:
            if exact:
                self._constraints.setdefault(name, set()).add(exact[1])
            return None
        if wants.startswith("@"):
            address = wants[1:].strip()
            return self._pin(replace(pin, version=_version(address, name), origin=_origin(address)))
        if exact:
            return self._pin(replace(pin, version=exact[1]))
        self._open.append((pin, wants, bare))
        return pin

    def _pin(self, pin: Pin) -> Pin:
        self.found.pins.append(pin)
        return pin

    def _tree(self, path: str, text: str, line: _Line) -> Pin | None:
        """Read a line that is an address or a folder."""
        bare, _, marker = text.partition(" ;")
        address = bare.strip().strip("\"'")
        folder = "" if "://" in address else beside(path, address.partition("[")[0])
        if folder and folder == (posixpath.dirname(path) or "."):
            return None  # the project itself
        if name := normalise(_name(address) or (self._project(folder) if folder else "")):
            hashes = tuple(_HASH.findall(line.text))
            origin, version = _origin(address), _version(address, name)
            return self._pin(Pin(name, version, line.first, line.last, origin, marker.strip(), hashes))
        self.found.gaps.append(Gap(line.first, text[:200], "it names no package and no version"))
        return None

    def _project(self, folder: str) -> str:
        return pyproject(f"{folder}/pyproject.toml", self._read).name


def _name(address: str) -> str:
    """Give the name that an address tells: `#egg=name`, or its file's."""
    if egg := re.search(r"[#&]egg=([A-Za-z0-9][\w.-]*)", address[:_LONGEST]):
        return egg[1]
    file = _FILE_NAME.fullmatch(_last(address))
    return file[1] if file else ""


def _version(address: str, name: str) -> str:
    """Give the version that the name of a wheel or an archive tells; empty where it tells none."""
    file = _FILE_NAME.fullmatch(_last(address))
    return file[2] if file and normalise(file[1]) == name else ""


def _last(address: str) -> str:
    return address[:_LONGEST].partition("#")[0].rpartition("/")[2]


def _origin(address: str) -> Origin:
    if address.startswith(("git+", "git:")) or address.endswith(".git"):
        return Origin(Kind.GIT, address)
    return Origin(Kind.URL if "://" in address and not address.startswith("file:") else Kind.PATH, address)


def _logical(text: str) -> Iterator[_Line]:
    """Join the lines that end in a backslash; a comment ends neither."""
    parts: list[str] = []
    comments: list[str] = []
    first = 0
    for number, raw in enumerate(text.split("\n"), 1):
        first = first or number
        found = _COMMENT.search(raw)
        bare = (raw[: found.start()] if found else raw).strip()
        if found:
            comments.append(found[0])
        more = bare.endswith("\\")
        parts.append(bare.removesuffix("\\").strip())
        if more or (found and not bare and len(parts) > 1):
            continue
        yield _Line(" ".join(part for part in parts if part), first, number, "\n".join(comments))
        parts, comments, first = [], [], 0
    if parts:
        yield _Line(
            " ".join(part for part in parts if part), first, text.count("\n") + 1, "\n".join(comments)
        )


class _Via:
    """Give a pin the names that the comments on its line and below it tell, in one line or in several."""

    def __init__(self) -> None:
        self._names: list[str] | None = None
        self._open = False

    def start(self, pin: Pin | None) -> None:
        """Take the comments that follow for a pin's."""
        self._names, self._open = pin.via if pin else None, False

    def read(self, comment: str) -> None:
        """Read comments; one that is not a list's ends it."""
        for line in comment.split("\n"):
            body = line.lstrip("# \t").strip()
            if body == "via" or body.startswith("via "):
                self._open, body = True, body[3:].strip()
            elif not body or not re.match(r"#\s{2,}", line):
                self._open = False
            if self._names is None or not self._open:
                continue
            self._names.extend(name for word in body.split(",") if (name := _via_name(word.strip())))


def _via_name(word: str) -> str:
    if word.startswith("-r "):
        return word
    if word.startswith("-c "):
        return ""  # a constraint asks for nothing
    found = _VIA_NAME.match(word)
    # `shop (pyproject.toml)` is the project itself, whatever is listed by that name.
    return "" if not found else f"-r {word}" if "(" in word else normalise(found[0])
