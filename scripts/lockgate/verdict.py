"""The verdict of a run: what each gate did, the findings as policy marked them, and the answer."""

from dataclasses import dataclass
from enum import StrEnum

from lockgate.errors import ExitCode
from lockgate.finding import Finding, Notification, Rule, Severity


class Outcome(StrEnum):
    """Say how one gate ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    INCOMPLETE = "incomplete"


class Answer(StrEnum):
    """Say how the whole run ended."""

    PASS = "pass"  # noqa: S105 - the word of the contract
    FAIL = "fail"
    ERROR = "error"


@dataclass(frozen=True, slots=True, order=True)
class Tool:
    """Name a scanner that ran, and its version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Hold the runs of one metric of one page, on the base and on the head, to be drawn as a dot each.

    Numbers are finite and not negative. `unit` stands behind a number (`ms`); empty for a bare one.
    """

    title: str
    unit: str
    base: tuple[float, ...]
    head: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Hold what a gate measured or compared, apart from findings: rows of plain text under `columns`.

    The page draws `strips` below it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """Hold what one gate did; its findings block from `fail_on`. `counts` has numbers such as `files`.

    `tables` are what it shows beside its findings. `fail_on_from` names what says so: a line of the
    configuration or an option; empty for the default.
    """

    name: str
    outcome: Outcome
    reason: str
    fail_on: Severity = Severity.HIGH
    tools: tuple[Tool, ...] = ()
    counts: dict[str, int]
    notifications: tuple[Notification, ...] = ()
    fail_on_from: str = ""
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Hold how many findings were left after one stage of policy."""

    stage: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Hold wall-clock seconds: with what a gate measures in time, all that differs between equal runs."""

    seconds: float
    gates: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold the whole answer of a run; every report is a pure function of it.

    `base` is the commit compared against, None when all findings count. `head` is the commit checked out,
    empty outside git; `dirty` says that the working tree differs from it. `scope` says what was judged.
    `rules` has the metadata of each rule that a finding names. `fixed` are the base's that are gone.
    """

    answer: Answer
    exit_code: ExitCode
    base: str | None
    head: str
    dirty: bool
    scope: str
    fail_on: Severity
    gates: tuple[GateResult, ...]
    funnel: tuple[FunnelStep, ...]
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    fixed: tuple[Finding, ...] = ()
    timing: Timing
    reason: str
