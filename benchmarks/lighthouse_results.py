"""Keep what was measured, step by step, so that nothing is lost when it is cut."""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from lockgate.errors import LockgateError
from lockgate.gates.lighthouse.browsers.turns import turn

_INNER = re.compile(r"[{\[][^][{}]*[]}]")


class Results:
    """Hold the steps of a file, by page, who, what and number; `measured` is the simulation's file.

    `home` has the lock by which one run alone measures pages on this machine.
    """

    def __init__(self, file: Path, measured: Path, home: Path) -> None:
        self._file, self._measured, self._home = file, measured, home
        self._builds: dict[str, str] = {}
        self.steps: list[dict[str, Any]] = json.loads(file.read_bytes()) if file.is_file() else []

    def begin(self, page: str, build: str) -> None:
        """Name the build that a page is of; steps of another one count no longer."""
        self._builds[page] = build
        self.steps = [step for step in self.steps if step["page"] != page or step.get("build") == build]

    def has(self, *key: str | int) -> bool:
        """Say whether a step is done."""
        return self._find(key) is not None

    def take(
        self, page: str, who: str, what: str, number: int, step: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Do a step that is not done, keep what it gave, and give it; one that fails gives `error` alone."""
        key = (page, who, what, number)
        if (found := self._find(key)) is not None:
            return found
        time.sleep(1)  # others who wait may be first
        try:
            with turn(self._home, 3600, lambda _: None):
                given = step()
        except (LockgateError, OSError, ValueError, KeyError, SubprocessError) as error:
            print(f"{key}: {error!r}", file=sys.stderr, flush=True)
            given = {"error": str(error)}
        about: dict[str, str | int] = dict(zip(("page", "who", "what", "number"), key, strict=True))
        self.steps = [each for each in self.steps if any(each[name] != about[name] for name in about)]
        about["build"] = self._builds.get(page, "")
        self.steps.append({**about, "load": round(os.getloadavg()[0], 1), **given})
        print(time.strftime("%H:%M:%S"), *key, given.get("seconds"), file=sys.stderr, flush=True)
        self._write()
        return given

    def _find(self, key: tuple[str | int, ...]) -> dict[str, Any] | None:
        for step in self.steps:
            if (step["page"], step["who"], step["what"], step["number"]) == key and "error" not in step:
                return step
        return None

    def _write(self) -> None:
        """Write both files; the simulation takes the gate's runs of equal builds."""
        pages: dict[str, list[dict[str, float]]] = {}
        for step in self.steps:
            if step["who"] == "lockgate" and step["what"] == "identical" and "error" not in step:
                pages.setdefault(step["page"], []).extend([*step["base"], *step["head"]])
        _replace(self._file, self.steps)
        _replace(self._measured, pages)


def _replace(file: Path, data: object) -> None:
    """Write JSON with one line for each innermost list or object, all at once."""
    text = json.dumps(data, indent=1, ensure_ascii=False)
    text = _INNER.sub(lambda inner: re.sub(r"\s*\n\s*", " ", inner[0]), text)
    other = file.with_suffix(".new")
    other.write_text(f"{text}\n")
    assert json.loads(other.read_bytes()) == data  # noqa: S101
    other.replace(file)
