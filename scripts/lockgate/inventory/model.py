"""The one model of what is locked: components, how they need each other, and where that is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Ecosystem = Literal["Docker", "GitHub Actions", "PyPI", "npm"]
"""As OSV names them; Docker is ours."""

Read = Callable[[str], bytes | None]
"""Give a file of the same tree by its path from the repository's top; None where there is none."""


class Scope(StrEnum):
    """Say what a component is for."""

    RUNTIME = "runtime"
    OPTIONAL = "optional"
    DEV = "dev"


class Kind(StrEnum):
    """Say where a component comes from."""

    REGISTRY = "registry"
    GIT = "git"
    URL = "url"
    PATH = "path"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Origin:
    """Hold where a component comes from: `address` as the lock writes it, empty where it does not."""

    kind: Kind = Kind.REGISTRY
    address: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Name a line of a file, counted from 1; `wants` is the requirement that stands there, as written."""

    path: str
    line: int
    wants: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Say that one component needs another: its key, and the range that it asks for, as written."""

    key: str
    wants: str = ""
    scope: Scope = Scope.RUNTIME


@dataclass(frozen=True, slots=True)
class File:
    """Name a file that a component is distributed as: `hashes` are `sha256:<hex>` and the like."""

    name: str
    address: str = ""
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Hold one locked component.

    `key` is its own in its inventory: several copies of one npm package are several components. `name` is
    normalised as its ecosystem's advisories write it, `version` as the lock does; empty where it has none.
    `alias` is the name by which it is required, where that is another (npm).
    Its entry is `line` to `end_line`.
    `marker` is the condition under which it is installed (PEP 508), all conditions count as true.
    `bundled` says that it comes inside its parent's file (npm), and so has no hash of its own.
    `published` is the time at which its files were, where the lock says so (RFC 3339).
    """

    key: str
    ecosystem: Ecosystem
    name: str
    version: str
    line: int
    end_line: int = 0
    alias: str = ""
    scope: Scope = Scope.RUNTIME
    direct: bool = False
    needs: tuple[Need, ...] = ()
    files: tuple[File, ...] = ()
    licence: str = ""
    origin: Origin = Origin()
    marker: str = ""
    install_script: bool = False
    bundled: bool = False
    published: str = ""

    @property
    def hashes(self) -> tuple[str, ...]:
        """Give the hashes of all its files, sorted, each once."""
        return tuple(sorted({digest for file in self.files for digest in file.hashes}))


@dataclass(frozen=True, slots=True)
class Gap:
    """Say what nobody can answer for: a line that pins nothing, an entry without a version.

    `pinned` says that it is always the same, though by nothing that advisories name.
    """

    line: int
    text: str
    why: str
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Hold what one lock file locks.

    `kind` is such as `uv.lock`. `name` and `version` are the project's own, empty where unknown; `needs` are
    its direct requirements. Projects of a workspace are components of kind WORKSPACE that `needs` name too.
    `manifest` gives, by component name, the line to change for a direct requirement.
    """

    path: str
    kind: str
    ecosystem: Ecosystem
    name: str = ""
    version: str = ""
    needs: tuple[Need, ...] = ()
    components: tuple[Component, ...] = ()
    gaps: tuple[Gap, ...] = ()
    manifest: Mapping[str, Place] = field(default_factory=dict)


class LockError(Exception):
    """Say why a lock file cannot be read, and at which line (0: unknown)."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
