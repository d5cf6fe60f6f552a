"""What a gate is: a module with a NAME that says whether it applies and then runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from lockgate.cache import Cache
from lockgate.config import GateConfiguration, Limits
from lockgate.finding import Finding, Notification, Rule, Span
from lockgate.share import WHOLE, Share
from lockgate.tree import Tree
from lockgate.verdict import Table, Tool


@dataclass(frozen=True, slots=True)
class Applies:
    """Say how many files a gate will look at, and why, or why it has nothing to do (`files` is 0).

    `seconds` is about how long one core takes over what several jobs could share. `alone`: it measures time,
    so it runs when the others are done.
    """

    files: int
    reason: str
    seconds: float = 0.0
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Hold what a gate works with.

    `home` is where tools may be installed; `progress` counts files done; `share` is the part of the files
    that this job looks at. `epoch` is SOURCE_DATE_EPOCH, where that is set. `folder` is where the
    configuration lies, empty for the repository's top: its paths go from there.
    """

    tree: Tree
    configuration: GateConfiguration
    limits: Limits
    jobs: int
    cache: Cache
    home: Path
    today: date
    folder: str = ""
    epoch: str = ""
    progress: Callable[[int], None] = lambda _: None
    share: Share = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Hold what a gate found. `known` are the base's fingerprints, `gone` its findings that the head lacks.

    `secrets` marks, by path, the characters that no output may show. `documents` are files for the report's
    folder, by names of plain letters that may have folders: `lighthouse/head/index-1.json.gz`. `concerns` are
    paths whose findings count although the change does not touch them.
    """

    findings: tuple[Finding, ...]
    known: frozenset[str] = frozenset()
    gone: tuple[Finding, ...] = ()
    tools: tuple[Tool, ...]
    rules: tuple[Rule, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    notifications: tuple[Notification, ...] = ()
    secrets: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    documents: dict[str, bytes] = field(default_factory=dict)
    concerns: frozenset[str] = frozenset()


class Gate(Protocol):
    """Be one quality gate."""

    NAME: str

    def applies(self, tree: Tree, configuration: GateConfiguration) -> Applies:
        """Say whether there is anything to do, from paths alone."""

    def run(self, task: Task) -> Output:
        """Run the gate's tools; raise ToolError when one fails: the gate is then incomplete."""
