"""What is known of vulnerabilities: the part of OSV's records that a gate goes by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """Name a package as advisories do: the ecosystem in OSV's words, the name normalised."""

    ecosystem: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """Name one version of a package."""

    package: Package
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """Hold one vulnerability of one package; twins of several databases are one.

    `id` is the name that it goes by here (GHSA before CVE before PYSEC before others), `ids` are all of them,
    sorted. `score` is CVSS's, 0.0 to 10.0, None where no record has one; `vector` is what it comes from;
    `word` is the database's own severity, lower case (`moderate` is `medium`), empty where it has none.
    `fixed` are the versions that mend it, oldest first, over all records and branches.
    `exploited` says that it is in CISA's catalogue (KEV); `epss` is FIRST's probability, None if not given.
    `malicious` marks a package that is an attack itself (MAL-).
    """

    id: str
    ids: tuple[str, ...]
    package: Package
    summary: str = ""
    details: str = ""
    score: float | None = None
    vector: str = ""
    word: str = ""
    cwe: tuple[int, ...] = ()
    link: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    fixed: tuple[str, ...] = ()
    exploited: bool = False
    epss: float | None = None
    malicious: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Name the data that answers were given from.

    `source` is `OSV` or where the index was made from, `digest` is a sha256 over ids and times of change,
    `newest` the newest of those, `count` the number of records; empty, None and 0 where live data has none.
    `ecosystems` are those that it has records of; empty where it knows of all.
    """

    source: str
    digest: str = ""
    newest: datetime | None = None
    count: int = 0
    ecosystems: frozenset[str] = frozenset()


class Advisories(Protocol):
    """Answer which advisories hold for pinned versions."""

    @property
    def snapshot(self) -> Snapshot:
        """Name the data."""

    def of(self, pins: Iterable[Pin]) -> Mapping[Pin, tuple[Advisory, ...]]:
        """Give the advisories of each pin, no withdrawn ones, sorted by id; pins with none may be missing.

        Raise PlatformError when the data cannot be had whole.
        """

    def records(self, packages: Iterable[Package]) -> Mapping[Package, tuple[dict[str, object], ...]]:
        """Give OSV's own records of packages, for a second opinion; withdrawn ones apart, sorted by id."""
