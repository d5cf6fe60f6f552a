"""What a run takes from the machine that it runs on."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Host:
    """Hold what a run takes from the machine. `home` is where results and tools are kept between runs."""

    environment: Mapping[str, str]
    home: Path
    today: date
    clock: Callable[[], float] = time.monotonic


def host(environment: Mapping[str, str]) -> Host:
    """Describe this machine: where results are kept, and what day it is."""
    return Host(environment=environment, home=_home(environment), today=datetime.now(UTC).date())


def _home(environment: Mapping[str, str]) -> Path:
    """Find the folder that scripts/run uses too."""
    if environment.get("LOCKGATE_HOME"):
        return Path(environment["LOCKGATE_HOME"]).absolute()
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("RUNNER_TEMP"):
        return Path(environment["RUNNER_TEMP"], "lockgate")
    cache = Path(environment.get("XDG_CACHE_HOME", ""))
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "lockgate"
