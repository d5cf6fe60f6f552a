"""Load the pages of a site, and judge what they show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ToolError
from lockgate.finding import Finding, Notification
from lockgate.gates import judged
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse import timing
from lockgate.gates.lighthouse.budgets.judge import is_timed, over
from lockgate.gates.lighthouse.decisions.looks import LOOKS, Side
from lockgate.gates.lighthouse.measuring import Measuring
from lockgate.gates.lighthouse.model import Limit, Page, PageResult, Sample
from lockgate.gates.lighthouse.pages.comparison import compare
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.table import table
from lockgate.gates.lighthouse.rule_book import RULES, Place
from lockgate.gates.lighthouse.timing import Timed, timed
from lockgate.gates.protocol import Output
from lockgate.untrusted import shown
from lockgate.verdict import Table

_CAUSES = frozenset({"blocking-added", "grew"})


@dataclass(slots=True)
class Looking:
    """Load each page as often as it takes, and judge all of them together.

    `named` are findings about files of the build, by the files' addresses.
    """

    measuring: Measuring
    configuration: LighthouseConfiguration
    limits: tuple[Limit, ...]
    finder: Finder
    named: Mapping[str, Finding]
    results: list[PageResult] = field(default_factory=list)
    timings: dict[str, Timed] = field(default_factory=dict)
    problems: list[Notification] = field(default_factory=list)

    def output(self, bundled: Sequence[Finding], progress: Callable[[int], None]) -> Output:
        """Judge the pages; one that cannot be measured makes the gate incomplete, and the others count.

        `bundled` are the findings about files that the site has.
        """
        compares, holds = self._to_time()
        for page in self.measuring.sides.choice.pages:
            try:
                self.results.append(self._result(page, compares=page in compares, holds=page in holds))
            except ToolError as error:
                problem = Notification(level="error", message=str(error))
                if problem not in self.problems:  # without a Chrome it is the same for each page
                    self.problems.append(problem)
            progress(1)
        return self._judged(bundled)

    def _to_time(self) -> tuple[list[Page], list[Page]]:
        """Pick the pages that are timed on both sides, and those that are for their budgets alone."""
        sides, most = self.measuring.sides, self.configuration.timed_pages
        compares: list[Page] = []
        if self.configuration.timings == "compare" and sides.base:
            unlike = (page for page in sides.choice.pages if page.path not in sides.same | sides.lacking)
            compares = list(islice(unlike, most))
        if self.configuration.timings == "never":
            return [], []
        budgeted = (page for page in sides.choice.pages if is_timed(self.limits, page))
        holds = [page for page in budgeted if page not in compares]
        return compares, holds[: max(most - len(compares), 0)]

    def _result(self, page: Page, *, compares: bool, holds: bool) -> PageResult:
        sides = self.measuring.sides
        if compares:
            told = timed(lambda side: self.measuring.fresh(side, page), self.configuration.minimum_effect)
            self.timings[page.path] = told
            return PageResult(page, told.head, told.base)
        head = self._runs("head", page) if holds else (self.measuring.exact("head", page),)
        if sides.base is None or page.path in sides.lacking:
            return PageResult(page, head)
        if page.path in sides.same:
            return PageResult(page, head, head)
        # What is over its budget blocks unless the base is, too: that takes as many runs to know.
        if holds and over(self.limits, PageResult(page, head), sides.site)[0]:
            return PageResult(page, head, self._runs("base", page))
        return PageResult(page, head, (self.measuring.exact("base", page),))

    def _runs(self, side: Side, page: Page) -> tuple[Sample, ...]:
        return tuple(self.measuring.fresh(side, page) for _ in range(LOOKS[0].runs))

    def _judged(self, bundled: Sequence[Finding]) -> Output:
        configuration, site = self.configuration, self.measuring.sides.site
        seen = compare(
            site, self.results, self.finder, configuration.growth, configuration.third_parties, self.named
        )
        # What may be the base's as well is not called new.
        found, known = list(seen.head), list(seen.head if self.measuring.sides.unknown else seen.base)
        notes: list[Notification] = []
        for result in self.results:
            said, more, before = self._over(result)
            found += said
            notes += more
            known += before
        causes = [*bundled, *(each.finding for each in seen.head)]
        found += [each for result in self.results for each in self._slower(result.page, causes)]
        return replace(
            judged.output(found, (*RULES, *seen.rules), known=known),
            tools=self.measuring.tools,
            tables=tuple(self._tables()),
            counts={"pages": len(self.results)},
            notifications=(*self.problems, *notes, *self._unclear()),
        )

    def _over(self, result: PageResult) -> tuple[list[Judged], tuple[Notification, ...], list[Judged]]:
        """Judge the budgets of a page, and which of them the base breaks, too."""
        limits, sides = self._limits(result.page), self.measuring.sides
        # What axe finds in a new page may be known from another one: then its budget speaks for itself.
        folds = bool(result.base) or (sides.base is None and not sides.unknown)
        found, notes = over(limits, result, sides.site, folds=folds)
        if not result.base:
            return found, notes, []
        return found, notes, over(limits, PageResult(result.page, result.base), sides.site, folds=True)[0]

    def _limits(self, page: Page) -> tuple[Limit, ...]:
        """Give the limits; those of time only where times are taken."""
        if self.configuration.timings != "never":
            return self.limits
        return tuple(limit for limit in self.limits if not is_timed([limit], page))

    def _slower(self, page: Page, causes: Sequence[Finding]) -> list[Judged]:
        """Find what has become slower, shown where something of the site is that explains it."""
        told = self.timings.get(page.path)
        if told is None:
            return []
        likely = [each for each in causes if each.rule in _CAUSES]
        cause = min(likely, key=lambda each: (-each.severity, each.rule), default=None)
        place = Place(cause.path, cause.line) if cause else self.finder.page(page)
        site = self.measuring.sides.site
        origin = f"{site.folder or site.manifest}#{page.path}"
        return list(
            timing.findings(page, told, place, origin, blocks=self.configuration.inconclusive == "block")
        )

    def _tables(self) -> Iterator[Table]:
        for result in self.results:
            exact = table(result, self._limits(result.page))
            yield from [exact] if exact.rows else []
            if told := self.timings.get(result.page.path):
                yield timing.table(result.page, told)

    def _unclear(self) -> Iterator[Notification]:
        for page, told in self.timings.items():
            if told.unclear:
                why = told.doubt or f"{', '.join(told.unclear)}: the runs differ too much among themselves"
                words = f"nobody can say whether {shown(page)} has become slower: {why}"
                yield Notification(level="note", message=words)
