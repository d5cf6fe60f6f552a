"""Serve both sides of a site, and say which of its pages are looked at."""

from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import requests

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.model import Build, Page, Site
from lockgate.gates.lighthouse.sites import both_sides, given
from lockgate.gates.lighthouse.sites.altered import changed
from lockgate.gates.lighthouse.sites.both_sides import Base, Checkout
from lockgate.gates.lighthouse.sites.building import build
from lockgate.gates.lighthouse.sites.builds import equal, is_page, read
from lockgate.gates.lighthouse.sites.find import settled
from lockgate.gates.lighthouse.sites.pages import Choice, choose, pages
from lockgate.gates.lighthouse.sites.started import started
from lockgate.gates.lighthouse.sites.static import serve

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """Say where one side of a site is served; `build` is what is served, where a build of it is known.

    `fallback` is the file of it that answers for paths that are not there.
    """

    origin: str
    build: Build | None = None
    fallback: str = ""

    def url(self, page: Page) -> str:
        """Give a page's whole address."""
        return f"{self.origin}{page.path}"


@dataclass(frozen=True, slots=True)
class BothSides:
    """Hold both sides while they are served. `same` are pages that no visitor could tell from the base's.

    `base` is None where nothing is compared. Then `unknown` says why, where the base may have the site all
    the same; it is empty where all of it is new, or there is no base. `lacking` are pages that it lacks.
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
            unknown = "pages of `urls` have none" if checkout.commit is not None else ""
            yield BothSides(site, given.of_urls(configuration), Served(""), unknown=unknown)
        elif site.kind == "start":
            yield _started(site, checkout, configuration, stack)
        else:
            yield _static(site, checkout, configuration, stack)


@contextmanager
def in_the_base() -> Iterator[None]:
    """Say of an error that it is the base's: its words are those of the head's."""
    try:
        yield
    except ToolError as error:
        raise ToolError(f"in the base: {error.what}", cause=error.cause, todo=error.todo) from error


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
    with in_the_base():
        tree = both_sides.base_tree(checkout, configuration)
        if tree is None:
            return BothSides(site, choice, head)
        base = Served(stack.enter_context(started(start, ready, folder=tree, seconds=seconds)))
    lacking = frozenset(page.path for page in choice.pages if _is_missing(base.url(page)))
    return BothSides(site, choice, head, base, lacking=lacking)


def _is_missing(url: str) -> bool:
    """Ask the base's server for a page: nothing else says which it has."""
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between us and this machine
            with session.get(url, timeout=_PATIENCE, stream=True) as response:
                return response.status_code in (404, 410)
    except requests.RequestException:
        return False  # the browser tells what is wrong


def _static(
    site: Site, checkout: Checkout, configuration: LighthouseConfiguration, stack: ExitStack
) -> BothSides:
    head = both_sides.head(site, checkout, configuration)
    with in_the_base():
        known = Base("unknown") if checkout.commit is None else both_sides.base(site, checkout, configuration)
    every, before = pages(head, read), known.build
    alike = equal(head, before) if before else frozenset[str]()
    first = changed(head, alike, every, read, before) if before else ()
    choice = choose(head, every, configuration, first)
    side = _served(head, configuration.fallback, stack)
    site = settled(site, head.files)
    if before is None:
        return BothSides(site, choice, side, unknown=known.why if known.source == "unknown" else "")
    fallback = configuration.fallback if configuration.fallback in before.files else ""
    beside = _served(before, fallback, stack)
    has = {page.path for page in pages(before, read)}
    return BothSides(
        site,
        choice,
        side,
        beside,
        same=_same(head, before, alike, choice),
        lacking=frozenset(
            page.path
            for page in choice.pages
            # A page that is named may be one that is left out otherwise, or that the fallback answers.
            if page.path not in has and page.file not in before.files
        ),
    )


def _served(build: Build, fallback: str, stack: ExitStack) -> Served:
    return Served(stack.enter_context(serve(build, fallback)), build, fallback)


def _same(head: Build, base: Build, alike: Set[str], choice: Choice) -> frozenset[str]:
    """Give the pages that are the base's, too: a script may load any file, so all but pages must be equal."""
    others = {file for file in {*head.files, *base.files} - alike if not is_page(file)}
    return frozenset(page.path for page in choice.pages if not others and page.file in alike)
