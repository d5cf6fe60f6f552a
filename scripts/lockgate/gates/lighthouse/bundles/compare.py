"""Compare the bundles of two builds: what each page weighs, what grew, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lockgate.config.lighthouse import Growth
from lockgate.finding import Finding, Severity
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.budgets.amounts import size as limit
from lockgate.gates.lighthouse.bundles.causes import Attribution
from lockgate.gates.lighthouse.bundles.growth import cause, grown
from lockgate.gates.lighthouse.bundles.model import Cause, Grown, Repository, Side
from lockgate.gates.lighthouse.bundles.names import kind_of
from lockgate.gates.lighthouse.bundles.pairs import paired
from lockgate.gates.lighthouse.bundles.place import place
from lockgate.gates.lighthouse.bundles.routes import routes
from lockgate.gates.lighthouse.bundles.sizes import Sizer
from lockgate.gates.lighthouse.bundles.table import tables
from lockgate.gates.lighthouse.bundles.wording import mend, message
from lockgate.gates.lighthouse.model import Build, Page, Site
from lockgate.gates.lighthouse.rule_book import judged
from lockgate.gates.lighthouse.sites.builds import read
from lockgate.gates.lighthouse.sites.pages import pages
from lockgate.untrusted import shown
from lockgate.verdict import Table

MOST_PAGES = 1_000
_KEYS = {"stylesheet": "css"}


@dataclass(frozen=True, slots=True)
class Bundled:
    """Hold what the builds say: findings, tables, notes for people.

    `named` has the finding about each file that grew, the highest, by the path that a page loads it by.
    """

    findings: tuple[Judged, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    named: Mapping[str, Finding]


def compare(
    site: Site,
    head: Build,
    base: Build | None,
    *,
    growth: Growth,
    repository: Repository,
    sizer: Sizer,
) -> Bundled:
    """Compare what each page asks for at once with the base; without one, only measure.

    Raises ToolError for a build that cannot be read.
    """
    every = pages(head, read)
    here = _side(head, every[:MOST_PAGES], sizer)
    left = {page.path for page in every[MOST_PAGES:]}
    before = (
        _side(base, [page for page in pages(base, read) if page.path not in left], sizer) if base else None
    )
    pairs = paired(here, before) if before else {}
    found: list[Judged] = []
    named: dict[str, Finding] = {}
    unmapped = False
    if before:
        attribution = Attribution(site, here, before, repository.tracked)
        for one in grown(here, before, pairs):
            causes = attribution.causes(one)
            unmapped |= one.kind == "script" and not causes and bool(one.pages)
            for each in _finding(site, one, causes, growth, repository):
                found.append(each)
                for path in _paths(one):
                    named[path] = max(each.finding, named.get(path, each.finding), key=_severity)
    return Bundled(
        tuple(found),
        tables(site.folder, here, before, pairs),
        tuple(_notes(site, len(every), unmapped)),
        named,
    )


def _severity(finding: Finding) -> Severity:
    return finding.severity


def _paths(one: Grown) -> list[str]:
    """Give the paths of what grew, as they are read: those of the pages themselves for their HTML."""
    if one.kind == "document":
        return [unquote(page) for page in one.pages]
    return [f"/{change.head}" for change in one.changes if change.more > 0]


def _side(build: Build, pages: Sequence[Page], sizer: Sizer) -> Side:
    found = routes(build, pages)
    asked = {file for route in found for file in route.assets}
    later = {file for file in build.files if kind_of(file) in {"script", "stylesheet"}}
    return Side(build, found, sizer.measure(build, asked | later))


def _finding(
    site: Site, one: Grown, causes: Sequence[Cause], growth: Growth, repository: Repository
) -> list[Judged]:
    """Make the finding; what pages load later blocks nothing, and is one only above the threshold."""
    key = _KEYS.get(one.kind, one.kind)
    allowed: str = getattr(growth, key)
    over = one.more >= limit(allowed)
    if not over and not one.pages:
        return []
    raised = f" If it is worth it, raise `gates.lighthouse.growth.{key}` ({allowed})." if over else ""
    identity = f"{one.kind} {cause(one)}" if one.pages else f"{one.kind} later"
    return [
        judged(
            "grew",
            place(site, one, causes, repository),
            message(one, causes),
            identity=identity,
            origin=site.folder,
            severity=Severity.HIGH if over and one.pages else Severity.LOW,
            mend=mend(one, causes) + raised,
        )
    ]


def _notes(site: Site, every: int, unmapped: bool) -> Iterator[str]:
    if every > MOST_PAGES:
        yield f"{shown(site.folder)}: the sizes of its first {MOST_PAGES:,} pages of {every:,} were compared"
    if unmapped:
        yield (
            f"{shown(site.folder)}: no source maps tell what grew inside its scripts; both builds need them "
            "(`productionBrowserSourceMaps` of Next.js, `build.sourcemap` of Vite)"
        )
