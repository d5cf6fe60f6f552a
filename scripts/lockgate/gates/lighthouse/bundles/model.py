"""What passes between the parts that compare two builds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lockgate.gates.lighthouse.model import Build


@dataclass(frozen=True, slots=True)
class Size:
    """Hold a file's bytes: as it is, and as our server sends it in both encodings (sites.encodings).

    `digest` names its content, by its size where it was too large to be read.
    """

    raw: int
    gzip: int
    brotli: int
    digest: str


@dataclass(frozen=True, slots=True)
class Route:
    """Hold the files that a page asks for at once, its own among them, each once.

    `path` starts with `/`; for an entry of Vite's that has no page it is the entry's source.
    """

    path: str
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Hold a build, what its pages ask for, and the sizes of these files and of all scripts and styles."""

    build: Build
    routes: tuple[Route, ...]
    sizes: Mapping[str, Size]


@dataclass(frozen=True, slots=True)
class Repository:
    """Hold what findings are placed by: the paths that the head has, and what reads one of them."""

    tracked: frozenset[str]
    read: Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Change:
    """Hold what became of one file of a page: its bytes over the wire in the base and in the head.

    `head` and `base` are its names in both builds; one is empty where that side's page does not ask for it.
    """

    head: str
    base: str
    old: int
    new: int

    @property
    def more(self) -> int:
        """Give the bytes that it has more."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Grown:
    """Hold what grew: the sum of one kind over a page, in the base and in the head, and why.

    `pages` are all that grew by the same file, the one that grew most first, whose sums and `changes` these
    are, the largest first. It is empty for what no page asks for at once.
    """

    kind: str
    pages: tuple[str, ...]
    old: int
    new: int
    changes: tuple[Change, ...]

    @property
    def more(self) -> int:
        """Give the bytes that it has more."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Cause:
    """Hold a source, or a package of npm, and the bytes that it adds before compression.

    `path` is a source's in the repository, where that has it. `new` says that the base had nothing of it
    in the same files.
    """

    name: str
    more: int
    package: bool
    path: str
    new: bool
