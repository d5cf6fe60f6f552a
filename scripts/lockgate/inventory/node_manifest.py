"""Read package.json: what a project asks for, and on which line."""

from dataclasses import dataclass, field

from lockgate.inventory.json_lines import Located, load
from lockgate.inventory.model import LockError, Place, Read, Scope
from lockgate.inventory.node_text import is_name, texts_in

_SECTIONS = {
    "peerDependencies": Scope.RUNTIME,
    "devDependencies": Scope.DEV,
    "dependencies": Scope.RUNTIME,
    "optionalDependencies": Scope.OPTIONAL,
}
"""A later one wins over an earlier one, as it does in npm."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one requirement of a manifest."""

    wants: str
    scope: Scope
    line: int
    peer: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold what a package.json says; `workspaces` are patterns of folders, `resolutions` yarn's."""

    path: str
    name: str = ""
    version: str = ""
    asked: dict[str, Asked] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    resolutions: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> Place | None:
        """Give the line of a requirement."""
        asked = self.asked.get(name)
        return Place(self.path, asked.line, asked.wants) if asked else None


def manifest_of(folder: str, read: Read) -> Manifest:
    """Read the package.json of a folder; an empty one where there is none that can be read.

    A lock can be read without it: all counts as needed at run time then.
    """
    path = f"{folder}/package.json" if folder else "package.json"
    try:
        whole = load(read(path) or b"{}", frozenset(_SECTIONS))
    except (LockError, RecursionError):
        return Manifest(path)
    asked: dict[str, Asked] = {}
    for section, scope in _SECTIONS.items():
        table = whole.get(section)
        for name, at in (table if isinstance(table, dict) else {}).items():
            if isinstance(at, Located) and isinstance(at.value, str) and is_name(name):
                asked[name] = Asked(at.value, scope, at.line, section == "peerDependencies")
    name, version = whole.get("name"), whole.get("version")
    return Manifest(
        path,
        name if isinstance(name, str) else "",
        version if isinstance(version, str) else "",
        asked,
        _workspaces(whole.get("workspaces")),
        texts_in(whole, "resolutions"),
    )


def _workspaces(value: object) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = value.get("packages")
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
