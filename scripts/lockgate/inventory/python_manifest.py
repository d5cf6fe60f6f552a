"""Read what a Python project asks for, and on which line: pyproject.toml, Pipfile, requirements.in."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lockgate.inventory.model import Component, Inventory, LockError, Place, Read, Scope
from lockgate.inventory.python_graph import Edge, Edges, fitting, needs_of, normalise, orphans, settle
from lockgate.inventory.toml_lock import TOKEN, blank_strings, decode, text_of

_REQUIREMENT = re.compile(
    r"\s*+([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*+(?:\[([^\]]*)\])?\s*+(.*)", re.DOTALL | re.ASCII
)
_LONGEST = 4096
_FOR_DEVELOPMENT = re.compile(
    r"(?:^|[/._-])(?:dev|develop|development|tests?|testing|docs?|lint|linting)(?=[/._-]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold one requirement: `wants` is its range or address as written."""

    name: str
    wants: str
    place: Place
    scope: Scope = Scope.RUNTIME
    extras: tuple[str, ...] = ()
    marker: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold a project's own name, version and requirements; `extras` and `groups` are the names of both."""

    name: str = ""
    version: str = ""
    wanted: tuple[Wanted, ...] = ()
    extras: frozenset[str] = field(default_factory=frozenset)
    groups: frozenset[str] = field(default_factory=frozenset)

    @property
    def places(self) -> dict[str, Place]:
        """Give the first line on which each name is asked for."""
        found: dict[str, Place] = {}
        for one in self.wanted:
            found.setdefault(one.name, one.place)
        return found


def for_development(name: str) -> bool:
    """Say whether a file or a group is by its name for development alone."""
    return bool(_FOR_DEVELOPMENT.search(name))


def beside(path: str, name: str) -> str:
    """Give the path of a file beside another; empty where it is outside of the tree."""
    if name.startswith(("/", "\\")) or "\0" in name or re.match(r"[A-Za-z]:", name):
        return ""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), name.replace("\\", "/")))
    return "" if found == ".." or found.startswith(("../", "/")) else found


def split(requirement: str) -> tuple[str, tuple[str, ...], str, str] | None:
    """Split a requirement (PEP 508) into name, extras, range or address, and marker."""
    head, _, marker = _at_marker(requirement)
    if len(requirement) > _LONGEST or not (found := _REQUIREMENT.fullmatch(head)):
        return None
    name, extras, wants = found[1], found[2] or "", (found[3] or "").strip()
    if wants and (wants[0] not in "@=<>!~(" or wants == "@"):
        return None
    wants = wants[1:-1].strip() if wants.startswith("(") and wants.endswith(")") else wants
    listed = tuple(normalise(extra.strip()) for extra in extras.split(",") if extra.strip())
    return normalise(name), listed, wants, marker.strip()


def _at_marker(requirement: str) -> tuple[str, str, str]:
    # In an address, a `;` is a marker's only behind white space.
    return requirement.partition(" ;" if "@" in requirement.partition(";")[0] else ";")


def pyproject(path: str, read: Read) -> Manifest:
    """Read a pyproject.toml; an empty manifest where there is none that can be read."""
    if not path or (data := read(path)) is None:
        return Manifest()
    try:
        text = text_of(data)
        top = decode(text)
    except (LockError, RecursionError):
        return Manifest()
    lines = _Lines(path, text)
    project, tool = _table(top.get("project")), _table(top.get("tool"))
    poetry = _table(tool.get("poetry"))
    wanted = [
        *_listed(project.get("dependencies"), lines, Scope.RUNTIME, ""),
        *_grouped(project.get("optional-dependencies"), lines, Scope.OPTIONAL),
        *_grouped(top.get("dependency-groups"), lines, Scope.DEV),
        *_listed(_table(tool.get("uv")).get("dev-dependencies"), lines, Scope.DEV, "dev"),
        *_grouped(_table(tool.get("pdm")).get("dev-dependencies"), lines, Scope.DEV),
        *_poetry(poetry, lines),
        *_dynamic(path, _table(_table(tool.get("setuptools")).get("dynamic")).get("dependencies"), read),
    ]
    groups = {*_table(top.get("dependency-groups")), *_table(_table(tool.get("pdm")).get("dev-dependencies"))}
    return Manifest(
        normalise(_text(project.get("name")) or _text(poetry.get("name"))),
        _text(project.get("version")) or _text(poetry.get("version")),
        tuple(wanted),
        frozenset(map(normalise, _table(project.get("optional-dependencies")))),
        frozenset(map(normalise, groups)),
    )


def pipfile(path: str, read: Read) -> Manifest:
    """Read a Pipfile; an empty manifest where there is none that can be read."""
    if not path or (data := read(path)) is None:
        return Manifest()
    try:
        text = text_of(data)
        top = decode(text)
    except (LockError, RecursionError):
        return Manifest()
    lines = _Lines(path, text)
    fixed = {"packages": Scope.RUNTIME, "dev-packages": Scope.DEV}
    other = {"source", "requires", "scripts", "pipenv", "pipfile"}
    wanted = [
        one
        for section, table in top.items()
        if section not in other
        for one in _tabled(_table(table), lines, section, fixed.get(section) or group_scope(section), section)
    ]
    return Manifest(wanted=tuple(wanted))


def requirements_in(path: str, read: Read) -> Manifest:
    """Read the requirements of a file such as requirements.in, one a line."""
    if not path or (data := read(path)) is None:
        return Manifest()
    try:
        text = text_of(data)
    except LockError:
        return Manifest()
    scope = Scope.DEV if for_development(path) else Scope.RUNTIME
    wanted = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if bare and not bare.startswith("-") and (found := split(bare)):
            name, extras, wants, marker = found
            wanted.append(Wanted(name, wants, Place(path, number, bare), scope, extras, marker))
    return Manifest(wanted=tuple(wanted))


def group_scope(group: str) -> Scope:
    """Say what a group is for by its name."""
    return Scope.DEV if for_development(group) else Scope.OPTIONAL


def roots(
    wanted: Iterable[Wanted], names: Mapping[str, list[str]], components: Mapping[str, Component]
) -> list[Edge]:
    """Draw an edge to every component that a requirement can mean."""
    return [
        Edge(key, one.wants, one.scope, one.extras)
        for one in wanted
        for key in fitting(names.get(one.name, []), one.wants, components)
    ]


class _Lines:
    """Find the line on which something stands in a TOML file."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = blank_strings(text).split("\n")
        self._strings: dict[str, int] = {}
        self._keys: dict[tuple[str, str], int] = {}
        section = ""
        for number, line in enumerate(self._lines, 1):
            if header := re.match(r"\s*\[+\s*([^\]\[]+?)\s*\]+\s*(?:#.*)?$", line):
                section = re.sub(r"[\s\"']", "", header[1])
            if key := re.match(r"\s*[\"']?([\w.-]+?)[\"']?\s*=", line):
                self._keys.setdefault((section, normalise(key[1])), number)
            for found in TOKEN.findall(line):
                if found[0] in "\"'":
                    self._strings.setdefault(found[1:-1].replace("\\", ""), number)

    def of_text(self, text: str) -> Place:
        return Place(self._path, self._strings.get(text, 1), text)

    def of_key(self, section: str, name: str, wants: str) -> Place:
        return Place(self._path, self._keys.get((section, name), 1), wants)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _listed(value: object, lines: _Lines, scope: Scope, group: str) -> Iterator[Wanted]:
    for text in value if isinstance(value, list) else ():
        if isinstance(text, str) and (found := split(text)):
            name, extras, wants, marker = found
            yield Wanted(name, wants, lines.of_text(text), scope, extras, marker, group)


def _grouped(value: object, lines: _Lines, scope: Scope) -> Iterator[Wanted]:
    for group, listed in _table(value).items():
        yield from _listed(listed, lines, scope, normalise(group))


def _poetry(poetry: dict[str, object], lines: _Lines) -> Iterator[Wanted]:
    main = {key: value for key, value in _table(poetry.get("dependencies")).items() if key != "python"}
    yield from _tabled(main, lines, "tool.poetry.dependencies", Scope.RUNTIME, "")
    old = _table(poetry.get("dev-dependencies"))
    yield from _tabled(old, lines, "tool.poetry.dev-dependencies", Scope.DEV, "dev")
    for group, table in _table(poetry.get("group")).items():
        section = f"tool.poetry.group.{group}.dependencies"
        yield from _tabled(_table(_table(table).get("dependencies")), lines, section, Scope.DEV, group)


def _tabled(
    table: dict[str, object], lines: _Lines, section: str, scope: Scope, group: str
) -> Iterator[Wanted]:
    """Read requirements that are `name = "range"` or `name = {version = "range", …}`, or a list of these."""
    for name, value in table.items():
        for one in value if isinstance(value, list) else [value]:
            more = _table(one)
            wants = _text(one) or _text(more.get("version"))
            extras = more.get("extras")
            listed = tuple(
                normalise(each)
                for each in (extras if isinstance(extras, list) else ())
                if isinstance(each, str)
            )
            place = lines.of_key(section, normalise(name), wants)
            real = Scope.OPTIONAL if more.get("optional") is True and scope is Scope.RUNTIME else scope
            yield Wanted(normalise(name), wants, place, real, listed, _text(more.get("markers")), group)


def _dynamic(path: str, value: object, read: Read) -> Iterator[Wanted]:
    named = _table(value).get("file")
    for name in [named] if isinstance(named, str) else named if isinstance(named, list) else []:
        if isinstance(name, str):
            yield from requirements_in(beside(path, name), read).wanted


def assembled(
    path: str,
    kind: str,
    manifest: Manifest,
    names: Mapping[str, list[str]],
    components: Mapping[str, Component],
    edges: Edges,
    told: frozenset[str] = frozenset(),
) -> Inventory:
    """Make the inventory of a lock that leaves to its manifest what the project itself asks for.

    `names` gives the keys of each name; `told` are components whose scope the lock says itself.
    """
    asked = roots(manifest.wanted, names, components) or orphans(components, edges)
    return Inventory(
        path=path,
        kind=kind,
        ecosystem="PyPI",
        name=manifest.name,
        version=manifest.version,
        needs=needs_of(asked),
        components=settle(components, edges, asked, told),
        manifest=manifest.places,
    )
