"""Ask Lighthouse CI what somebody without a server of it can: assertions made from the base's medians."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from lighthouse_child import child

RUNS = 5
TIMINGS = {
    "fcp": "first-contentful-paint",
    "lcp": "largest-contentful-paint",
    "tbt": "total-blocking-time",
    "cls": "cumulative-layout-shift",
    "inp": "max-potential-fid",
}
SUMS = {
    "script bytes": "resource-summary:script:size",
    "total bytes": "resource-summary:total:size",
    "third parties": "resource-summary:third-party:count",
}
BLOCKING, ACCESSIBILITY = "render-blocking-resources", "accessibility"
RULES = {
    "median, 10 %": ("median", 0.0, 0.0),
    "optimistic, 10 %": ("optimistic", 0.0, 0.0),
    "median, 10 % and 50 ms": ("median", 50.0, 0.02),
}
"""How runs are aggregated, and the least milliseconds and layout shift of slack."""
_FLAGS = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu"
_SECONDS = 600.0

Run = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lhci:
    """Run it in a folder of its own. `program` is lhci's, `chrome` is Chrome's."""

    program: Path
    chrome: str
    folder: Path

    def collect(self, url: str, categories: Sequence[str]) -> tuple[list[Run], float]:
        """Run it five times; give what each run has, and the seconds that all took."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        settings = {"chromeFlags": _FLAGS, "onlyCategories": list(categories)}
        collect = {"url": [url], "numberOfRuns": RUNS, "settings": settings}
        started = time.monotonic()
        code = self._run("collect", {"collect": collect})
        took = time.monotonic() - started
        if code:
            raise ValueError(f"lhci collect ended with {code}")
        files = sorted((self.folder / ".lighthouseci").glob("lhr-*.json"))
        return [measured(json.loads(file.read_bytes())) for file in files], took

    def failed(self, base: Sequence[Run], rule: str) -> list[str]:
        """Hold the runs that were collected last against the base's; give the assertions that failed."""
        code = self._run("assert", {"assert": {"assertions": assertions(base, rule)}})
        if code == 0:
            return []
        results = json.loads((self.folder / ".lighthouseci/assertion-results.json").read_bytes())
        return sorted({_name(each) for each in results if not each["passed"]})

    def _run(self, command: str, configuration: Mapping[str, object]) -> int:
        (self.folder / "rc.json").write_text(json.dumps({"ci": configuration}))
        argv = [str(self.program), command, "--config=rc.json"]
        return child(argv, self.folder, _SECONDS, {**os.environ, "CHROME_PATH": self.chrome})


def assertions(base: Sequence[Run], rule: str) -> dict[str, object]:
    """Make assertions from the base's medians."""
    method, least, shift = RULES[rule]
    made: dict[str, object] = {}
    for metric, limit in _limits(base, least, shift):
        name = {**TIMINGS, **SUMS}[metric]
        made[name] = ["error", {"aggregationMethod": method, "maxNumericValue": limit}]
    most = round(_middle(base, BLOCKING))
    made[BLOCKING] = ["error", {"aggregationMethod": method, "maxLength": most}]
    score = _middle(base, ACCESSIBILITY)
    made[f"categories:{ACCESSIBILITY}"] = ["error", {"aggregationMethod": method, "minScore": score}]
    return made


def _limits(base: Sequence[Run], least: float, shift: float) -> Iterator[tuple[str, float]]:
    for metric in (*TIMINGS, *SUMS):
        middle = _middle(base, metric)
        slack = 0.0 if metric in SUMS else shift if metric == "cls" else least
        yield metric, middle + max(middle / 10, slack)


def _middle(base: Sequence[Run], metric: str) -> float:
    return median(run[metric] for run in base)


def measured(result: Any) -> Run:  # noqa: ANN401 - JSON of another program
    """Take the numbers out of a result of Lighthouse."""
    audits = result["audits"]
    rows = {row["resourceType"]: row for row in audits["resource-summary"]["details"]["items"]}
    return {
        **{metric: round(audits[name]["numericValue"], 4) for metric, name in TIMINGS.items()},
        "script bytes": rows["script"]["transferSize"],
        "total bytes": rows["total"]["transferSize"],
        "third parties": rows["third-party"]["requestCount"],
        BLOCKING: len(audits[BLOCKING].get("details", {}).get("items", [])),
        ACCESSIBILITY: result["categories"][ACCESSIBILITY]["score"],
        "benchmark": result["environment"]["benchmarkIndex"],
    }


def _name(result: Mapping[str, object]) -> str:
    own = str(result.get("auditProperty", "")).replace(".", ":")
    return f"{result['auditId']}:{own}" if own else str(result["auditId"])
