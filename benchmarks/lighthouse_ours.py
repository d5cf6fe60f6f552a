"""Ask the gate: its own timing of a build beside a copy of it, and the whole gate for what is planted."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from lighthouse_child import child
from lighthouse_plants import planted

from lockgate.cache import Cache
from lockgate.config.lighthouse import Growth, MinimumEffect
from lockgate.gates.lighthouse.browsers.driving import Browser
from lockgate.gates.lighthouse.bundles.compare import compare
from lockgate.gates.lighthouse.bundles.model import Repository
from lockgate.gates.lighthouse.bundles.sizes import Sizer
from lockgate.gates.lighthouse.decisions.looks import Side
from lockgate.gates.lighthouse.metrics import COMPARED
from lockgate.gates.lighthouse.model import Page, Sample, Site
from lockgate.gates.lighthouse.sites.builds import of_folder
from lockgate.gates.lighthouse.timing import timed

Step = dict[str, object]

PAGE = Page("/", "index.html")
_RUN = Path(__file__).resolve().parents[1] / "scripts/run"
_SECONDS = 900.0
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")


@dataclass(slots=True)
class Timer:
    """Take runs of both sides, and note the seconds of each."""

    browser: Browser
    origins: Mapping[Side, str]
    seconds: list[float]

    def __call__(self, side: Side) -> Sample:
        """Take one run."""
        started = time.monotonic()
        sample = self.browser.run(f"{self.origins[side]}{PAGE.path}", PAGE)
        self.seconds.append(time.monotonic() - started)
        return sample


def identical(timer: Timer) -> Step:
    """Compare a build with its copy, as the gate would if it did not know that they are equal."""
    timer.seconds.clear()
    told = timed(timer, MinimumEffect())
    return {
        "seconds": round(sum(timer.seconds), 2),
        "each": [round(seconds, 2) for seconds in timer.seconds],
        "base": [_timings(run) for run in told.base],
        "head": [_timings(run) for run in told.head],
        "benchmark": [round(run.benchmark) for run in (*told.base, *told.head)],
        "exact": len({_exact(run) for run in (*told.base, *told.head)}) == 1,
        "answers": {decision.metric: decision.answer for decision in told.decisions},
        "doubt": told.doubt,
    }


def _timings(run: Sample) -> dict[str, float]:
    return {metric: round(run.values[metric], 4) for metric in COMPARED if metric in run.values}


def _exact(run: Sample) -> str:
    names = ("bytes.total", "bytes.script", "requests.total", "dom", "unused-js", "category.accessibility")
    broken = sorted((each.rule, each.selector) for each in run.violations)
    return repr(([run.values.get(name) for name in names], broken))


def gate(build: Path, plant: str, home: Path, *, timings: str = "compare") -> Step:
    """Run the whole gate, as a process, on a repository whose change plants something."""
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        repository = folder / "repository"
        file = _repository(build, plant, repository, timings)
        argv = [str(_RUN), "run", str(repository), "--base", "HEAD~1", "--gates", "lighthouse"]
        started = time.monotonic()
        env = {**os.environ, "LOCKGATE_HOME": str(home)}
        code = child([*argv, "--output", str(folder / "output")], folder, _SECONDS, env)
        took = time.monotonic() - started
        verdict = json.loads((folder / "output/verdict.json").read_bytes())
    (gate,) = (each for each in verdict["gates"] if each["name"] == "lighthouse")
    return {
        "seconds": round(took, 2),
        "code": code,
        "outcome": gate["outcome"],
        "said": [each["message"] for each in gate["notifications"]],
        "planted": f"out/{file}",
        "findings": [
            {key: each[key] for key in ("rule", "path", "line", "severity", "message")}
            for each in verdict["findings"]
            if each["blocking"]
        ],
    }


def home_of_its_own(home: Path, place: Path) -> Path:
    """Make a home with what is installed in `home`, but its results and its lock, which is held here."""
    place.mkdir()
    for each in home.iterdir():
        if each.is_dir():
            (place / each.name).symlink_to(each)
    return place


def _repository(build: Path, plant: str, repository: Path, timings: str) -> str:
    """Make it, with two commits; a mark of its own in both keeps the cache out of it."""
    base = repository.with_name("base")
    shutil.copytree(build, base)
    with (base / "index.html").open("a") as page:
        page.write(f"<!-- {time.time_ns()} -->\n")
    repository.mkdir()
    (repository / ".lockgate.yml").write_text(
        f'gates:\n  lighthouse:\n    directory: out\n    pages: ["/"]\n    timings: {timings}\n'
    )
    shutil.copytree(base, repository / "out")
    _git(repository, "init", "-q")
    _commit(repository)
    shutil.rmtree(repository / "out")
    file = planted(base, plant, repository / "out")
    _commit(repository)
    return file


def _commit(repository: Path) -> None:
    _git(repository, "add", "-A", "-f")
    _git(repository, "commit", "-q", "-m", "x")


def _git(repository: Path, *words: str) -> None:
    subprocess.run([*_GIT, *words], cwd=repository, check=True, timeout=60)


def bundles(build: Path) -> Step:
    """Time the part that needs no browser, five times without a cache; give the median."""
    took = []
    with TemporaryDirectory(prefix="bench-") as name:
        planted(build, "+30 KB script", Path(name, "out"))
        for _ in range(5):
            started = time.monotonic()
            found = compare(
                Site("plain", "out", "", "out/index.html"),
                of_folder(Path(name, "out"), "out"),
                of_folder(build, "out"),
                growth=Growth(),
                repository=Repository(frozenset(), lambda _: None),
                sizer=Sizer(Cache(None), 2),
            )
            took.append(time.monotonic() - started)
    return {"seconds": round(median(took), 3), "findings": [each.finding.rule for each in found.findings]}
