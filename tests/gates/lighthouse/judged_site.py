"""A small site in a repository, judged through the whole gate with a double of the browser."""

import re
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType

from checkouts import Checkout
from lockgate.cache import Cache
from lockgate.config import Limits
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.lighthouse import judging
from lockgate.gates.lighthouse.browsers.settings import Settings
from lockgate.gates.lighthouse.model import Page, Request, Sample, Violation
from lockgate.gates.protocol import Output, Task
from lockgate.git import Git
from lockgate.share import WHOLE, Share
from lockgate.tree import of_change, of_checkout
from lockgate.verdict import Tool

HEAD = '<!doctype html><html lang="en"><head><title>T</title><script src="/app.js"></script>'
IMAGE = '<img src="/icon.svg">'
THIRD = '<script src="https://stats.example/visits.js"></script>'


def html(body: str = "", head: str = "") -> str:
    return f"{HEAD}{head}</head>\n<body><h1>Hello</h1>\n{body}\n</body></html>\n"


SITE = {
    "out/index.html": html(),
    "out/about/index.html": html("<p>About</p>"),
    "out/app.js": "console.log(1);\n",
    "out/icon.svg": "<svg/>",
    "package.json": "{}",
}


@dataclass
class Chrome:
    """Stand for all browsers of a test: `loaded` holds the page and the HTML of each run, in their order.

    It shows what the HTML says: pictures without `alt` break a rule of axe, `data-fcp` and `data-tbt` are
    times, with the noise of `noise` by the number of the run; a page with `data-fails` cannot be measured.
    """

    chrome: str = "150.0"
    missing: bool = False
    lhr: bytes = b'{"lighthouseVersion":"13"}'
    noise: Callable[[int], float] = lambda number: number % 5
    benchmark: float = 1_500.0
    loaded: list[tuple[str, str]] = field(default_factory=list)
    opened: int = 0
    asked: list[Settings] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[Tool, ...]:
        return (Tool("chrome", self.chrome),)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.loaded]

    def start(self, _home: Path, settings: Settings) -> "Chrome":
        self.opened += 1
        self.asked.append(settings)
        if self.missing:
            raise ToolError("there is no Chrome", cause="none", todo="install one")
        return self

    def __enter__(self) -> "Chrome":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.opened -= 1

    def run(self, url: str, page: Page) -> Sample:
        text = fetched(url)
        self.loaded.append((page.path, text))
        if "data-fails" in text:
            raise ToolError(f"the page `{page.path}`: it did not come to rest", cause="c", todo="t")
        requests = [_request(url, each) for each in re.findall(r'<script src="([^"]+)"', text)]
        pictures = re.findall(r"<img(?![^>]* alt=)[^>]*>", text)
        noise = self.noise(len(self.loaded))
        times = {
            name: float(found[1]) + noise
            for name in ("fcp", "tbt")
            if (found := re.search(rf'data-{name}="([0-9]+)"', text))
        }
        values = {
            "bytes.script": sum(each.transfer for each in requests),
            "requests.total": 1 + len(requests),
            "dom": text.count("<"),
            "fcp": 1_000.0 + noise,
        }
        return Sample(
            {**values, **times}, tuple(requests), tuple(map(_violation, pictures)), benchmark=self.benchmark
        )


def fetched(url: str) -> str:
    with urllib.request.urlopen(url) as response:
        return str(response.read().decode())


def _request(url: str, source: str) -> Request:
    if "//" in source:
        return Request(source, "script", 0, 0, 0, host=source.split("/")[2])
    size = len(fetched("/".join(url.split("/")[:3]) + source))
    return Request(source, "script", size, size, 200, blocking="block" in source)


def _violation(tag: str) -> Violation:
    return Violation("image-alt", "critical", ("wcag2a",), "Images must have alt", "", tag, tag, "Add one")


@dataclass
class Project:
    """Hold a repository with a site, the browser that looks at it, and what is kept between runs."""

    folder: Path
    files: Mapping[str, str] = field(default_factory=lambda: SITE)
    chrome: Chrome = field(default_factory=Chrome)

    def __post_init__(self) -> None:
        self.cache = Cache(None)
        self.checkout = Checkout(self.folder / "repo")
        self.checkout.commit(dict(self.files))
        self.told: list[int] = []
        self._runs = 0

    def change(self, files: "Mapping[str, str | None]") -> "Project":
        self.checkout.commit(dict(files))
        return self

    def task(self, *, base: str = "HEAD~1", share: Share = WHOLE, **keys: object) -> Task:
        git = Git(self.checkout.root)
        self._runs += 1
        workspace = self.folder / str(self._runs)
        head = self.checkout.git("rev-parse", "HEAD")
        if base:
            commit = self.checkout.git("rev-parse", base)
            tree = of_change(git, "", (), self.cache.digest, base=commit, head=head, workspace=workspace)
        else:
            tree = of_checkout(git, "", (), self.cache.digest)
        configuration = LighthouseConfiguration(**{"directory": "out", "timings": "never", **keys})
        return Task(
            tree=tree, configuration=configuration, limits=Limits(), jobs=1, cache=self.cache,
            home=self.folder / "home", today=date(2026, 11, 21), share=share, progress=self.told.append,
        )  # fmt: skip

    def judge(self, **keys: object) -> Output:
        """Judge the change since the commit before, or `base`; times are not taken unless it is said."""
        return judging.run(self.task(**keys), self.chrome.start)


def fresh(output: Output) -> list[tuple[str, str, int]]:
    """Give rule, path and line of what would block: what is high and not known from the base."""
    return [
        (each.rule, each.path, each.line)
        for each in output.findings
        if each.severity >= Severity.HIGH and each.fingerprint not in output.known
    ]


def told(output: Output, level: str) -> list[str]:
    return [note.message for note in output.notifications if note.level == level]
