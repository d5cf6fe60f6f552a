"""The gate as a user runs it: an engine in a process, on a machine that has what Lighthouse needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.engine import FLAW, Done, Machine, commit, repository
from gates.lighthouse.browser import processes, wait_until

APP = "app.py"
Files = Mapping[str, str]


@dataclass(frozen=True)
class Judged:
    """Hold what a run has printed and written."""

    done: Done
    verdict: "dict[str, list[dict[str, Any]]]"

    @property
    def code(self) -> int:
        return self.done.returncode

    @property
    def said(self) -> str:
        return (self.done.stdout + self.done.stderr).decode()

    def blocking(self, gate: str = "lighthouse") -> "list[tuple[object, ...]]":
        found = [each for each in self.verdict["findings"] if each["blocking"] and each["gate"] == gate]
        return sorted((each["rule"], each["path"], each["line"]) for each in found)

    @property
    def gate(self) -> "dict[str, list[dict[str, str]]]":
        (gate,) = [each for each in self.verdict["gates"] if each["name"] == "lighthouse"]
        return gate

    @property
    def errors(self) -> list[str]:
        return [note["message"] for note in self.gate["notifications"] if note["level"] == "error"]

    @property
    def tables(self) -> list[str]:
        return [table["title"] for table in self.gate["tables"]]


class Place:
    """Hold a machine and a repository on it, whose change adds a flaw that the gate sast tells."""

    def __init__(self, folder: Path, files: Files, settings: str) -> None:
        self.machine = Machine(folder / "m").with_lighthouse()
        configuration = "gates:\n  lighthouse: {" + settings + "}\n"
        self.path = repository(folder / "r", {".lockgate.yml": configuration, **files})

    def change(self, files: Files) -> "Place":
        commit(self.path, files)
        return self

    def argv(self, *gates: str) -> list[str]:
        named = ",".join(gates or ("lighthouse",))
        return ["run", str(self.path), "--base", "HEAD~1", "--gates", named, "--jobs", "1"]

    def judge(self, *gates: str, **environ: str) -> Judged:
        done = self.machine.run(*self.argv(*gates), **environ)
        report = self.machine.cwd / "lockgate-report" / "verdict.json"
        return Judged(done, json.loads(report.read_bytes()) if report.exists() else {})

    def fails(self, **environ: str) -> Judged:
        """Judge a fault, with another gate beside it whose finding must not be lost."""
        commit(self.path, {})
        (self.path / APP).write_text(FLAW)
        judged = self.judge("lighthouse", "sast", **environ)
        assert judged.code == 4, judged.said
        assert judged.blocking("sast") == [("B602", APP, 5)]
        assert all("likely cause: " in each and "what to do: " in each for each in judged.errors)
        left = self.left()
        assert not left, left
        return judged

    def left(self) -> list[object]:
        """List what is left of browsers, profiles, servers and nodes; the killed take a moment."""
        machine = self.machine
        running = lambda: [*processes(str(machine.folder)).items(), *machine.processes()]  # noqa: E731
        wait_until(lambda: not running())
        return [*running(), *machine.temp.rglob("*")][:9]
