"""Serve both sides of a site, and say which of its pages are looked at."""

from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.gates.lighthouse.model import Build, Page, Site
from lockgate.gates.lighthouse.sites import both_sides, given
from lockgate.gates.lighthouse.sites.both_sides import Base, Checkout
from lockgate.gates.lighthouse.sites.building import build
from lockgate.gates.lighthouse.sites.builds import equal, is_page, read
from lockgate.gates.lighthouse.sites.closures import changed
from lockgate.gates.lighthouse.sites.find import settled
from lockgate.gates.lighthouse.sites.pages import Choice, choose, pages
from lockgate.gates.lighthouse.sites.started import started
from lockgate.gates.lighthouse.sites.static import serve


@dataclass(frozen=True, slots=True)
class Served:
    """Say where one side of a site is served; `build` is what is served, where a build of it is known."""

    origin: str
    build: Build | None = None

    def url(self, page: Page) -> str:
        """Give a page's whole address."""
        return f"{self.origin}{page.path}"


@dataclass(frozen=True, slots=True)
class BothSides:
    """Hold both sides while they are served. `same` are pages that no visitor could tell from the base's.

    `base` is None where nothing is compared. Then `unknown` says why, where the base may have the site all
    the same; it is empty where all of it is new, or there is no base. `lacking` are pages that the base lacks.
    """

    site: Site
    choice: Choice
    head: Served
    base: Served | None = None
    same: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    unknown: str = ""


@contextmanager
def served(site: Site, checkout: Checkout, configuration: LighthouseConfiguration) -> Iterator[BothSides]:
    """Serve a site as long as this lasts; raise ToolError where its head or its base cannot be."""
    with ExitStack() as stack:
        if site.kind == "urls":
            yield BothSides(
                site, given.of_urls(configuration), Served(""), unknown="pages of `urls` have none"
            )
        elif site.kind == "start":
            yield _started(site, checkout, configuration, stack)
        else:
            yield _static(site, checkout, configuration, stack)


def _started(
    site: Site, checkout: Checkout, configuration: LighthouseConfiguration, stack: ExitStack
) -> BothSides:
    folder, seconds = checkout.root / checkout.folder, configuration.start_seconds
    start, ready = configuration.start, configuration.ready
    choice = given.of_start(configuration)
    build(configuration.build, folder, checkout.seconds)
    head = Served(stack.enter_context(started(start, ready, folder=folder, seconds=seconds)))
    if checkout.commit is None:
        return BothSides(site, choice, head)
    if not given.is_movable(configuration):
        return BothSides(
            site, choice, head,
            unknown="head and base cannot use one port at once: write `{port}` in `start` and `ready`",
        )  # fmt: skip
    tree = both_sides.base_tree(checkout, configuration)
    if tree is None:
        return BothSides(site, choice, head)
    base = Served(stack.enter_context(started(start, ready, folder=tree, seconds=seconds)))
    return BothSides(site, choice, head, base)


def _static(
    site: Site, checkout: Checkout, configuration: LighthouseConfiguration, stack: ExitStack
) -> BothSides:
    head = both_sides.head(site, checkout, configuration)
    known = Base("unknown") if checkout.commit is None else both_sides.base(site, checkout, configuration)
    every, before = pages(head, read), known.build
    alike = equal(head, before) if before else frozenset[str]()
    first = changed(head, alike, every, read) if before else ()
    choice = choose(head, every, configuration, first)
    side = Served(stack.enter_context(serve(head, configuration.fallback)), head)
    site = settled(site, head.files)
    if before is None:
        return BothSides(site, choice, side, unknown=known.why if known.source == "unknown" else "")
    fallback = configuration.fallback if configuration.fallback in before.files else ""
    beside = Served(stack.enter_context(serve(before, fallback)), before)
    has = {page.path for page in pages(before, read)}
    return BothSides(
        site,
        choice,
        side,
        beside,
        same=_same(head, before, alike, choice),
        lacking=frozenset(page.path for page in choice.pages if page.path not in has),
    )


def _same(head: Build, base: Build, alike: Set[str], choice: Choice) -> frozenset[str]:
    """Give the pages that are the base's, too: a script may load any file, so all but pages must be equal."""
    others = {file for file in {*head.files, *base.files} - alike if not is_page(file)}
    return frozenset(page.path for page in choice.pages if not others and page.file in alike)
