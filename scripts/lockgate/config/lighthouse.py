"""The types of the configuration of the gate `lighthouse`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from lockgate.config.gate import GateConfiguration, Pattern, Seconds, Text

_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_Score = Annotated[float, Meta(ge=0, le=1)]
_Size = Annotated[
    str,
    Meta(pattern=r"^\d{1,9}(\.\d{1,3})? ?(B|KB|kB|KiB|MB|MiB)$", description="Bytes, such as `170 KB`."),
]
_Time = Annotated[
    str, Meta(pattern=r"^\d{1,9}(\.\d{1,3})? ?(ms|s)$", description="A time, such as `2.5 s` or `300 ms`.")
]


class PageBudget(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Give what a page may have at most; of the scores, each from 0 to 1, what it must have at least."""

    document: _Size | None = None
    script: _Size | None = None
    css: _Size | None = None
    image: _Size | None = None
    font: _Size | None = None
    media: _Size | None = None
    other: _Size | None = None
    third_party: _Size | None = None
    total: _Size | None = None
    unused_js: _Size | None = None
    requests: _Count | None = None
    third_parties: Annotated[_Count, Meta(description="Hosts of others that it calls.")] | None = None
    dom: Annotated[_Count, Meta(description="Elements.")] | None = None
    blocking: Annotated[_Count, Meta(description="Requests that hold the first paint back.")] | None = None
    fcp: _Time | None = None
    lcp: _Time | None = None
    tbt: _Time | None = None
    inp: _Time | None = None
    si: _Time | None = None
    tti: _Time | None = None
    cls: Annotated[float, Meta(ge=0, le=1_000)] | None = None
    accessibility: _Score | None = None
    best_practices: _Score | None = None
    performance: _Score | None = None
    seo: _Score | None = None


class Growth(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Say from which growth on a change blocks: bytes over the wire of a file, or what a page has more."""

    document: _Size = "10 KB"
    script: _Size = "10 KB"
    css: _Size = "10 KB"
    image: _Size = "50 KB"
    font: _Size = "30 KB"
    media: _Size = "500 KB"
    other: _Size = "50 KB"
    unused_js: _Size = "20 KB"
    requests: _Count = 10
    dom: _Count = 500


class MinimumEffect(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Say how much slower a page must be to count: both the share of the base's time and the time itself."""

    percent: Annotated[float, Meta(ge=0, le=1_000)] = 5.0
    ms: Annotated[float, Meta(ge=0, le=60_000)] = 50.0
    shift: Annotated[float, Meta(ge=0, le=100, description="The same for layout shifts.")] = 0.02


class LighthouseConfiguration(GateConfiguration, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up the gate `lighthouse`."""

    directory: Annotated[
        str,
        Meta(description="The site's build directory, from the configuration's folder; empty looks for one."),
    ] = ""
    base_directory: Annotated[
        str,
        Meta(
            description="The base's build directory, made beforehand, from the configuration's folder or by "
            "its whole path. Without it, git has it, or `build` makes it."
        ),
    ] = ""
    build: Annotated[
        tuple[Text, ...],
        Meta(
            description="Programs with their arguments that make `directory`, one after another; no shell "
            "reads them. They run in the configuration's folder: of the base always, of the head where there "
            "is no `directory` yet."
        ),
    ] = ()
    start: Annotated[
        str, Meta(description="A program with its arguments that serves the site at `ready`, instead.")
    ] = ""
    ready: Annotated[
        str, Meta(description="The address that `start` serves, such as http://127.0.0.1:3000/.")
    ] = ""
    start_seconds: Annotated[Seconds, Meta(description="How long `start` may take until it answers.")] = 60.0
    urls: Annotated[tuple[Text, ...], Meta(description="Addresses of pages that are served elsewhere.")] = ()
    pages: Annotated[
        tuple[Pattern, ...],
        Meta(description="Pages that are judged, such as `/` or `/products/*`; empty takes what is built."),
    ] = ()
    most_pages: Annotated[
        Annotated[int, Meta(ge=1, le=1_000)], Meta(description="At most so many pages are judged.")
    ] = 5
    fallback: Annotated[
        str, Meta(description="The file that answers for paths that are not there, such as index.html.")
    ] = ""
    third_parties: Annotated[
        tuple[Text, ...],
        Meta(description="Hosts of others that pages may call; all others are not reached."),
    ] = ()
    form_factor: Annotated[
        Literal["desktop", "mobile"], Meta(description="What the browser passes itself off as.")
    ] = "mobile"
    budgets: Annotated[
        dict[str, PageBudget],
        Meta(description="Budgets of pages, by their path or a pattern: `/`, `/products/*`, `*`."),
    ] = field(default_factory=dict)
    budget_file: Annotated[str, Meta(description="A budget.json in the repository.")] = ""
    assertions_file: Annotated[
        str, Meta(description="A lighthouserc file in the repository, whose assertions are budgets too.")
    ] = ""
    growth: Growth = Growth()
    timings: Annotated[
        Literal["compare", "budgets", "never"],
        Meta(description="Whether timings are compared with the base, held against budgets, or not taken."),
    ] = "compare"
    timed_pages: Annotated[
        Annotated[int, Meta(ge=0, le=100)],
        Meta(description="At most so many pages are timed, those that the change touches first."),
    ] = 1
    minimum_effect: MinimumEffect = MinimumEffect()
    inconclusive: Annotated[
        Literal["block", "note"], Meta(description="What it does when the runs do not tell.")
    ] = "note"
    mode: Annotated[
        Literal["calibrate", "judge"],
        Meta(description="`calibrate` compares the site with itself, and tells what this machine can see."),
    ] = "judge"
