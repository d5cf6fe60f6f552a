"""The shape of what the driver writes, which a page has a say in: Lighthouse's result and what it lacks."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from lockgate.errors import ToolError

MOST_BYTES = 64 * 1024 * 1024


class Item(Struct, frozen=True, rename="camel"):
    """Hold one request, as the audit `network-requests` lists it; sizes in bytes."""

    url: str = ""
    resource_type: str = ""
    transfer_size: float = 0
    resource_size: float = 0
    status_code: float | None = 0


class Details(Struct, frozen=True):
    """Hold the rows of an audit; some have something else than rows."""

    items: list[Any] | dict[str, Any] | None = None

    @property
    def rows(self) -> list[Any] | None:
        """Give the rows; None where there are none of them."""
        return self.items if isinstance(self.items, list) else None

    @property
    def first(self) -> str:
        """Give words about the first thing that is wrong; empty where it has none that we know."""
        rows = self.rows or []
        parts = [part.get("items") for part in rows[:3] if isinstance(part, dict)]  # of a list of tables
        return next((words for items in (self.items, *parts) for words in _words(items)), "")


class AuditResult(Struct, frozen=True, rename="camel"):
    """Hold what one audit says."""

    title: str = ""
    score: float | None = None
    numeric_value: float | None = None
    score_display_mode: str = ""
    details: Details | None = None
    error_message: str = ""


class Category(Struct, frozen=True):
    """Hold the score of a category."""

    score: float | None = None


class Environment(Struct, frozen=True, rename="camel"):
    """Hold what Lighthouse measured of the machine."""

    benchmark_index: float = 0


class RuntimeFault(Struct, frozen=True):
    """Hold why a page could not be measured."""

    code: str = "UNKNOWN"
    message: str = ""


class LighthouseResult(Struct, frozen=True, rename="camel"):
    """Hold Lighthouse's result."""

    lighthouse_version: str
    requested_url: str = ""
    final_displayed_url: str = ""
    audits: dict[str, AuditResult] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    environment: Environment = Environment()
    run_warnings: list[str] = field(default_factory=list)
    runtime_error: RuntimeFault | None = None


class NodeDetails(Struct, frozen=True):
    """Hold Lighthouse's words for an element."""

    selector: str = ""
    snippet: str = ""


class Broken(Struct, frozen=True, rename="camel"):
    """Hold an element that breaks a rule; `target` is axe's selector, in parts where frames are entered."""

    target: list[str | list[str]] = field(default_factory=list)
    failure_summary: str = ""
    node: NodeDetails = NodeDetails()


class AxeRule(Struct, frozen=True):
    """Hold a rule of axe and what breaks it."""

    id: str
    impact: str | None = None
    tags: list[str] = field(default_factory=list)
    nodes: list[Broken] = field(default_factory=list)
    help: str = ""


class Accessibility(Struct, frozen=True):
    """Hold what axe found, and its version."""

    violations: list[AxeRule] = field(default_factory=list)
    version: str = ""


class Coverage(Struct, frozen=True):
    """Hold how many characters of a script nothing ran; `length` is what it has in all."""

    url: str
    unused: int
    length: int


class Outcome(Struct, frozen=True):
    """Hold one run: `blocking` and `icons` are addresses of requests, `failed` Chrome's word for no page."""

    lhr: Raw
    failed: str = ""
    accessibility: Accessibility | None = None
    blocking: list[str] = field(default_factory=list)
    icons: list[str] = field(default_factory=list)
    unused: list[Coverage] = field(default_factory=list)


def decode(data: bytes) -> tuple[Outcome, LighthouseResult]:
    """Read what the driver wrote; raise ToolError for anything else."""
    try:
        outcome = msgspec.json.decode(data, type=Outcome)
        return outcome, msgspec.json.decode(outcome.lhr, type=LighthouseResult)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ToolError(
            f"Lighthouse's result cannot be read: {error}",
            cause="Lighthouse was stopped while it wrote it, or the disk is full",
            todo="run it again",
        ) from error


def requests_of(result: LighthouseResult) -> Sequence[Item]:
    """Give the page's requests; raise ToolError where Lighthouse has not listed them."""
    audit = result.audits.get("network-requests")
    rows = audit.details.rows if audit and audit.details else None
    if rows is None:
        raise ToolError(
            "Lighthouse has not listed the page's requests",
            cause=audit.error_message if audit and audit.error_message else "the run broke off",
            todo="run it again",
        )
    try:
        return msgspec.convert(rows, type=list[Item])
    except msgspec.ValidationError as error:
        raise ToolError(
            f"Lighthouse's list of requests cannot be read: {error}",
            cause="it is not the Lighthouse that is locked",
            todo="run `make clean`, and run it again",
        ) from error


def _words(items: object) -> Iterator[str]:
    """Yield what the first row of a table says, or what is not ticked in a list."""
    if isinstance(items, list) and items and isinstance(items[0], dict):
        node = items[0].get("node")
        snippet = node.get("snippet") if isinstance(node, dict) else None
        said = (*(items[0].get(key) for key in ("description", "url", "label")), snippet)
        yield from (text for text in said if isinstance(text, str) and text)
    elif isinstance(items, dict):
        rows = (each for each in items.values() if isinstance(each, dict) and each.get("value") is False)
        yield from (text for row in rows if isinstance(text := row.get("label"), str) and text)
