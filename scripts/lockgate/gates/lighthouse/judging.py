"""Run the gate `lighthouse`: find the sites, serve both sides, load the pages, judge."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate import __version__
from lockgate.beside import Beside
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.finding import Finding, Notification
from lockgate.gates import judged
from lockgate.gates.lighthouse.browsers.driving import open_browser
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.budgets.judge import categories, idle, needs_speed_index
from lockgate.gates.lighthouse.budgets.reading import read as read_budgets
from lockgate.gates.lighthouse.bundles.compare import compare as compare_bundles
from lockgate.gates.lighthouse.bundles.model import Repository
from lockgate.gates.lighthouse.bundles.sizes import Sizer
from lockgate.gates.lighthouse.calibrating import calibrated
from lockgate.gates.lighthouse.looking import Looking
from lockgate.gates.lighthouse.measuring import Measuring, Opener, Start
from lockgate.gates.lighthouse.model import Limit, Site
from lockgate.gates.lighthouse.pages import sources
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.rule_book import RULES, TOOL
from lockgate.gates.lighthouse.serving import BothSides, served
from lockgate.gates.lighthouse.sites.both_sides import Checkout
from lockgate.gates.lighthouse.sites.find import find_in, own, touched
from lockgate.gates.lighthouse.sites.several import told_apart
from lockgate.gates.protocol import Output, Task
from lockgate.gates.scope import merged
from lockgate.gates.tool_run import attempt
from lockgate.untrusted import shown
from lockgate.verdict import Tool

_ALWAYS = ("performance", "accessibility")
_WHERE = {"start": "what `start` serves", "urls": "what `urls` names"}


def run(task: Task, start: Start = open_browser) -> Output:
    """Judge the sites that the change may alter. One job does it all, the one that judges."""
    beside = task.tree.beside
    if task.share.count > 1 or beside is None:
        return Output(findings=(), tools=())
    configuration = own(task.configuration)
    limits, notes = read_budgets(configuration, partial(_running, beside), task.folder)
    sites = [site for site in find_in(task.tree, configuration).sites if touched(site, task.tree.changed)]
    documents: dict[str, bytes] = {}
    with ExitStack() as stack:
        browser = Opener(stack, task.home, _settings(configuration, limits), start)
        runs = [_Run(task, beside, configuration, limits, site, browser, documents) for site in sites]
        outputs = [each.output() for each in runs]
        if len(sites) > 1:
            outputs = [told_apart(*each) for each in zip(sites, outputs, strict=True)]
        whole = merged(outputs)
        notes += tuple(Notification(level="note", message=each) for each in browser.notes)
    return replace(
        whole,
        notifications=(*whole.notifications, *notes),
        tools=tuple(dict.fromkeys(whole.tools)),
        rules=tuple(dict.fromkeys(whole.rules)),
        documents=documents,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Judge one site."""

    task: Task
    beside: Beside
    configuration: LighthouseConfiguration
    limits: tuple[Limit, ...]
    site: Site
    browser: Opener
    documents: dict[str, bytes]

    def output(self) -> Output:
        """Judge it; what was found is kept when something fails."""
        with TemporaryDirectory(prefix="lockgate-site-", ignore_cleanup_errors=True) as workspace:
            return attempt(partial(self._served, Path(workspace)))

    def _served(self, workspace: Path) -> Output:
        checkout = Checkout(
            self.task.tree.root,
            self.task.folder,
            self.task.home,
            workspace,
            self.task.limits.seconds_per_tool,
            self.beside.git,
            self.beside.commit,
        )
        with served(self.site, checkout, self.configuration) as sides:
            measuring = Measuring(sides, self.browser, self.task.cache, self.documents)
            if self.configuration.mode == "calibrate":
                return calibrated(measuring, self.configuration, self.task.progress)
            named: dict[str, Finding] = {}
            bundled = attempt(partial(self._bundled, sides, named))
            looking = Looking(measuring, self.configuration, self.limits, self._finder(sides.site), named)
            seen = looking.output(bundled.findings, self.task.progress)
            return merged([bundled, seen, Output(findings=(), tools=(), notifications=self._notes(sides))])

    def _bundled(self, sides: BothSides, named: dict[str, Finding]) -> Output:
        """Judge what the builds weigh, for which no browser is needed; put what is `named` there."""
        head, base = sides.head.build, sides.base.build if sides.base else None
        if head is None:
            return Output(findings=(), tools=())
        bundled = compare_bundles(
            sides.site,
            head,
            base,
            growth=self.configuration.growth,
            repository=Repository(frozenset(self.beside.paths()), self.beside.head),
            sizer=Sizer(self.task.cache, self.task.jobs),
        )
        named.update(bundled.named)
        return replace(
            judged.output(bundled.findings, RULES),
            tools=(Tool(TOOL, __version__),),
            tables=bundled.tables,
            counts={"files": len(head.files)},
            notifications=tuple(Notification(level="note", message=each) for each in bundled.notes),
        )

    def _finder(self, site: Site) -> Finder:
        changed = self.task.tree.changed or frozenset()
        paths = sources.wanted(self.beside.paths(), site, changed)
        return Finder(site, sources.Sources(paths, self.beside.head, site, self._size), changed)

    def _size(self, path: str) -> int:
        return (self.task.tree.root / path).lstat().st_size

    def _notes(self, sides: BothSides) -> tuple[Notification, ...]:
        """Say what was not done."""
        said = list(idle(self.limits, sides.choice.pages))
        where = _WHERE.get(sides.site.kind) or shown(sides.site.folder or "the repository's top")
        if sides.unknown and self.beside.commit is not None:
            words = f"{where} is not compared with the base, so that budgets alone block: {sides.unknown}"
            said.append(Notification(level="warning", message=words))
        if not sides.choice.pages:
            words = (
                f"{where} has no page that a visitor goes to: what answers for errors is not one.\n"
                "  likely cause: the build failed, or made parts of pages alone\n"
                "  what to do: build it again, or name the pages in `gates.lighthouse.pages`"
            )
            said.append(Notification(level="error", message=words))
        if left := sides.choice.left_out:
            most = self.configuration.most_pages
            words = (
                f"{where} has {left:,} more page{'s' * (left > 1)} than are judged: `most-pages` is {most}"
            )
            said.append(Notification(level="note", message=words))
        return tuple(said)


def _settings(configuration: LighthouseConfiguration, limits: tuple[Limit, ...]) -> Settings:
    return Settings(
        form_factor=configuration.form_factor,
        categories=tuple(dict.fromkeys((*_ALWAYS, *sorted(categories(limits))))),
        speed_index=needs_speed_index(limits),
        third_parties=configuration.third_parties,
    )


def _running(beside: Beside, path: str) -> bytes | None:
    """Read a file as the base has it, or without a base the head: a change cannot rewrite its own budgets."""
    return beside.head(path) if beside.commit is None else beside.base(path)
