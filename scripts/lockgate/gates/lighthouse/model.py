"""What passes between the parts of the gate: sites, pages, and what one run of a page showed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Grammar = Literal["regex", "robots", "wild"]
Kind = Literal["next", "plain", "start", "urls", "vite"]


@dataclass(frozen=True, slots=True)
class Site:
    """Name a site that is judged.

    `folder` is its build directory in the repository, from its top; that of the configuration for `start`
    and `urls`. `root` is the folder that its sources are below. `manifest` is a file of the repository that
    stands for it where no other does: its package.json, its first page, or the configuration.
    """

    kind: Kind
    folder: str
    root: str
    manifest: str


@dataclass(frozen=True, slots=True)
class Page:
    """Name a page: `path` as in its address, with `/` at the start; a whole address for `urls`.

    `file` is the page's file in the build directory, relative to it; empty where there is none.
    """

    path: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """Hold one side's build directory on disk. `digest` names its whole content; `files` its files' bytes.

    The files are relative to `folder`, with `/`, sorted, regular files alone.
    """

    folder: Path
    digest: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request of a page: `url` from the root for the site's own, whole for others.

    `kind` is one of metrics.KINDS. `transfer` is its bytes over the wire, `size` what they hold; `host` is
    empty for the site's own. `unused` counts the bytes of a script that nothing ran. `status` is 0 or less
    where there was no answer: a third party that is not allowed is asked for and never reached.
    """

    url: str
    kind: str
    transfer: int
    size: int
    status: int
    host: str = ""
    blocking: bool = False
    unused: int = 0


@dataclass(frozen=True, slots=True)
class Violation:
    """Hold one element that breaks an accessibility rule of axe.

    `impact` is critical, serious, moderate or minor. `tags` are axe's, such as `wcag2a` and `wcag111`.
    `selector` finds this element and no other; `structure` is one without positions, as Lighthouse writes
    it, which stays when other elements come and go; empty where nobody gave it.
    """

    rule: str
    impact: str
    tags: tuple[str, ...]
    title: str
    help: str
    selector: str
    snippet: str
    summary: str
    structure: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Hold what an audit of Lighthouse says, for those who assert on it; None where it says nothing.

    `title` and `detail`, the first thing that is wrong, are for people, and empty where it passes.
    """

    score: float | None = None
    value: float | None = None
    length: int | None = None
    mode: str = ""
    title: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold one run of one page: values by the ids of `metrics.METRICS`, as far as it was measured.

    `benchmark` is Lighthouse's index of the machine's pace during the run. `address` is where the page was
    in the end, from the root for the site's own.
    """

    values: Mapping[str, float]
    requests: tuple[Request, ...] = ()
    violations: tuple[Violation, ...] = ()
    audits: Mapping[str, Audit] = field(default_factory=dict)
    benchmark: float = 0.0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """Hold one budget: pages that match `pages` have at most `most`, or at least `least`, of a metric.

    `metric` is an id of metrics.METRICS, or `audit.<id>.score`, `.value` or `.length` of an audit. `source`
    is what says so, in the user's own words and fit to be shown (`resourceSizes` in budget.json); `path` and
    `line` are its place in the repository. `warns` makes it a medium finding that blocks nothing by default.
    `grammar` says how `pages` is written (budgets.matching); pages that match one of `unless` are left to
    others. `own` are hosts that are no third parties.
    """

    pages: str
    metric: str
    most: float | None = None
    least: float | None = None
    source: str = ""
    path: str = ""
    warns: bool = False
    line: int = 0
    grammar: Grammar = "wild"
    unless: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageResult:
    """Hold all runs of one page: the head's, and the base's where the base has it, each in their order.

    The first of each side was the one for what is exact.
    """

    page: Page
    head: tuple[Sample, ...]
    base: tuple[Sample, ...] = ()
