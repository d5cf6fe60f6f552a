"""The contract of `verdict.json`: its types, from which the published schema is made."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from lockgate.config import SeverityName

SCHEMA: Final = "lockgate-verdict/1"
MOST_STRIPS = 200
"""A table has at most so many strips."""
MOST_RUNS = 200
"""A strip has at most so many runs of each side."""
MOST = 1e12
"""No run's number is larger."""

Runs = Annotated[list[Annotated[float, Meta(ge=0, le=MOST)]], Meta(max_length=MOST_RUNS)]


class ToolDocument(Struct, frozen=True):
    """Name a tool that ran."""

    name: str
    version: str


class NotificationDocument(Struct, frozen=True):
    """Tell of something about a gate's run; level `error` makes the gate incomplete."""

    level: Literal["error", "warning", "note"]
    message: str
    path: str


class StripDocument(Struct, frozen=True):
    """Hold the runs of one metric of one page, on the base and on the head: a number each, in their order."""

    title: str
    unit: Annotated[str, Meta(description="What stands behind a number; empty for a bare one.")]
    base: Runs
    head: Runs


class TableDocument(Struct, frozen=True):
    """Hold what a gate measured or compared, as rows of text."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    strips: Annotated[
        list[StripDocument],
        Meta(max_length=MOST_STRIPS, description="The runs behind it, where it tells of timings."),
    ] = []


class GateDocument(Struct, frozen=True):
    """Say how one gate ended, and why; its findings block from severity `fail_on`."""

    name: str
    outcome: Literal["passed", "failed", "skipped", "incomplete"]
    reason: Annotated[str, Meta(description="Why it ended so, in one line.")]
    fail_on: Annotated[SeverityName, Meta(description="The lowest severity that blocks in this gate.")]
    tools: Annotated[list[ToolDocument], Meta(description="The tools that had something to look at.")]
    counts: Annotated[
        dict[str, int],
        Meta(
            description="files, findings, new, fixed, waived, blocking, not_scanned; empty if it did not run."
        ),
    ]
    notifications: list[NotificationDocument]
    fail_on_from: Annotated[
        str, Meta(description="The line of the configuration that says so; empty for the default.")
    ] = ""
    tables: Annotated[
        list[TableDocument], Meta(description="What it measured or compared, apart from findings.")
    ] = []


class StepDocument(Struct, frozen=True):
    """Count the findings that were left after a stage of policy."""

    stage: Annotated[
        str,
        Meta(description="found, not waived, blocking; with a base also: in the change, new."),
    ]
    count: int


class EditDocument(Struct, frozen=True):
    """Replace a text of the finding's file, from a line and column up to an end, which is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    old: Annotated[str, Meta(description="What stands there.")]
    new: Annotated[str, Meta(description="What is to stand there.")]
    path: Annotated[str, Meta(description="The file, where it is not the finding's own.")] = ""


class RelatedDocument(Struct, frozen=True):
    """Name another line that a finding is about."""

    path: str
    line: int
    message: str


class FindingDocument(Struct, frozen=True):
    """Hold one finding and the marks of policy.

    Lines and columns count from 1, 0 is unknown; `end_column` is exclusive.
    """

    fingerprint: Annotated[
        str, Meta(description="Its identity: 20 digits for what is wrong in which text, 12 for the file.")
    ]
    gate: str
    tool: Annotated[str, Meta(description="The tool that speaks for it.")]
    rule: Annotated[str, Meta(description="The rule of that tool.")]
    sources: Annotated[list[str], Meta(description="All that found it, each as tool/rule.")]
    severity: SeverityName
    security_severity: Annotated[float | None, Meta(description="A score from 0 to 10, where there is one.")]
    message: str
    path: Annotated[
        str,
        Meta(description="Relative to the top of the repository; bytes that are no UTF-8 stand as \\xNN."),
    ]
    line: int
    end_line: int
    column: int
    end_column: int
    commit: Annotated[
        str | None, Meta(description="The commit that added it, when only history still has it.")
    ]
    cwe: Annotated[list[int], Meta(description="Numbers of the Common Weakness Enumeration.")]
    help: Annotated[str, Meta(description="An address that tells more.")]
    state: Annotated[
        Literal["new", "unchanged", "absent"],
        Meta(description="Compared with the base; without one, all are new."),
    ]
    in_change: Annotated[bool, Meta(description="Whether the change touches its file.")]
    waived: bool
    waiver: Annotated[str | None, Meta(description="The waiver that holds it, in words.")]
    blocking: Annotated[bool, Meta(description="Whether it makes its gate fail.")]
    in_diff: Annotated[bool, Meta(description="Whether the change touches its lines.")] = True
    fix: Annotated[
        list[EditDocument], Meta(description="The edits that mend it, where that needs no thought.")
    ] = []
    waived_why: Annotated[
        str, Meta(description="The lines of the configuration whose waivers name it, and what each does.")
    ] = ""
    mend: Annotated[str, Meta(description="How to mend this one, where its rule cannot say.")] = ""
    aliases: Annotated[list[str], Meta(description="Other names of what its rule names.")] = []
    package: Annotated[str, Meta(description="The component that it is about, as a purl.")] = ""
    fixed_in: Annotated[str, Meta(description="The version of the component that lacks it.")] = ""
    anyway: Annotated[str, Meta(description="Why it blocks at any threshold; empty where it does not.")] = ""
    related: Annotated[list[RelatedDocument], Meta(description="Other lines that it is about.")] = []


class RuleDocument(Struct, frozen=True):
    """Describe a rule that a finding names; a sentence is empty where the tool says nothing."""

    id: str
    tool: str
    name: str
    severity: SeverityName
    what: Annotated[str, Meta(description="What is wrong, in one sentence.")]
    why: Annotated[str, Meta(description="Why it matters, in one sentence.")]
    mend: Annotated[str, Meta(description="How to mend it, in one sentence.")]
    help: Annotated[str, Meta(description="An address that tells more.")]
    cwe: Annotated[list[int], Meta(description="Numbers of the Common Weakness Enumeration.")]
    tags: list[str]
    security_severity: Annotated[float | None, Meta(description="A score from 0 to 10, where there is one.")]


class TimingDocument(Struct, frozen=True):
    """Hold wall-clock seconds: with what a gate measures in time, all that differs between equal runs."""

    seconds: float
    gates: dict[str, float]


class Document(Struct, frozen=True, kw_only=True):
    """Hold the verdict of a run."""

    schema: Literal["lockgate-verdict/1"]
    verdict: Literal["pass", "fail", "error"]
    exit_code: Annotated[int, Meta(description="0 pass, 1 fail, 4 error.")]
    reason: Annotated[str, Meta(description="Why, in one line.")]
    base: Annotated[
        str | None, Meta(description="The commit that was compared with; null when everything counts.")
    ]
    head: Annotated[str, Meta(description="The commit that is checked out; empty outside git.")]
    dirty: Annotated[bool, Meta(description="Whether tracked files differ from it.")]
    scope: Annotated[str, Meta(description="What was judged, in words.")]
    fail_on: Annotated[
        SeverityName, Meta(description="The lowest severity that blocks, where a gate has none of its own.")
    ]
    gates: list[GateDocument]
    funnel: Annotated[
        list[StepDocument], Meta(description="How many findings were left after each stage of policy.")
    ]
    findings: Annotated[list[FindingDocument], Meta(description="All of them, sorted.")]
    rules: Annotated[list[RuleDocument], Meta(description="Each rule that a finding names.")] = []
    fixed: Annotated[
        list[FindingDocument], Meta(description="What the base had and the change mended; state is absent.")
    ] = []
    timing: TimingDocument
