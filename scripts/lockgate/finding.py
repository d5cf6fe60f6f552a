"""The one model of what a gate found. Every tool's output becomes this, every report is made from it."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

NOT_SCANNED = "not-scanned"
"""The rule of a finding that says a file, or part of it, was not looked at."""


class Severity(IntEnum):
    """Order findings from note to critical."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> "Severity":
        """Read `critical`, `high`, `medium`, `low` or `note`; raise KeyError for another word."""
        return cls[word.upper()]


class State(StrEnum):
    """Compare a finding with the base (SARIF `baselineState`)."""

    NEW = "new"
    UNCHANGED = "unchanged"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Describe what a tool looks for: what is wrong, why it matters, how to mend it.

    `what`, `why` and `mend` are one plain sentence each; empty where the tool says nothing.
    `security_severity` is 0.0 to 10.0, None where no score exists.
    """

    id: str
    tool: str
    name: str
    severity: Severity
    what: str = ""
    why: str = ""
    mend: str = ""
    help: str = ""
    cwe: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    security_severity: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `new` in the place of `old`, a file's text from a line and column to an end, which is exclusive.

    Lines and columns count from 1, in characters. `path` is the file, where it is not the finding's own.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    old: str
    new: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Name another line that a finding is about, and what is there."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Hold one finding and the marks that policy put on it.

    Lines and columns count from 1; 0 means unknown (a finding about a whole file has line 0).
    `end_column` is exclusive, as in SARIF. `path` is relative to the repository's root, with `/`.
    `sources` lists every `tool/rule` that reported it, when several tools found the same thing.
    `waived_why` names the lines of the configuration whose waivers name it, whether they hold it or not.
    `in_change` says whether the change touches its file, `in_diff` whether it touches its lines.
    `commit` names the commit that added the finding when the tree of the head no longer has it.
    `fix` has the edits that mend it, where that needs no thought.
    `mend` says how to mend this one, where its rule cannot; `aliases` are other names of what its rule names.
    `package` is the component that it is about, as a purl with its version, and `fixed_in` the version of it
    that lacks it. `anyway` says why it blocks at any threshold; empty where its severity decides.
    """

    gate: str
    tool: str
    rule: str
    severity: Severity
    message: str
    path: str
    line: int = 0
    end_line: int = 0
    column: int = 0
    end_column: int = 0
    cwe: tuple[int, ...] = ()
    help: str = ""
    fingerprint: str = ""
    sources: tuple[str, ...] = ()
    commit: str = ""
    security_severity: float | None = None
    state: State = State.NEW
    in_change: bool = True
    in_diff: bool = True
    waived: bool = False
    waiver: str = ""
    waived_why: str = ""
    blocking: bool = False
    fix: tuple[Edit, ...] = ()
    mend: str = ""
    aliases: tuple[str, ...] = ()
    package: str = ""
    fixed_in: str = ""
    anyway: str = ""
    related: tuple[Related, ...] = ()

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Order findings the same way in every report and on every run."""
        return (
            self.gate, self.path, self.line, self.column, self.end_line, self.end_column,
            self.tool, self.rule, self.message, self.commit, self.fingerprint,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Mark characters of a source file that no output may show: counted from 1, end exclusive."""

    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Tell of something about a gate's run rather than about the code (SARIF `notification`)."""

    level: Literal["error", "warning", "note"]
    message: str
    path: str = ""
    data: dict[str, str] = field(default_factory=dict)
