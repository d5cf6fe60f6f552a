"""The types of the configuration. The published JSON Schema is made from them (`lockgate schema`)."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

SeverityName = Literal["critical", "high", "medium", "low", "note"]
_Seconds = Annotated[float, Meta(gt=0, le=86_400)]
_Days = Annotated[int, Meta(ge=0, le=3_650)]
_Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
_Pattern = Annotated[
    str, Meta(min_length=1, max_length=1_000, description="A path pattern, written as in .gitignore.")
]


class GateConfiguration(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up one gate."""

    enabled: bool = True
    fail_on: SeverityName | None = None
    exclude: tuple[_Pattern, ...] = ()


class Gates(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up each gate."""

    sast: GateConfiguration = GateConfiguration()
    secrets: GateConfiguration = GateConfiguration()


class Waiver(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Accept findings until a day: exactly one of `rule`, `fingerprint` and `id` names them."""

    owner: _Text
    reason: _Text
    expires: date
    rule: Annotated[str, Meta(description="A rule (`B602`), or a tool's rule (`bandit/B602`).")] = ""
    fingerprint: Annotated[str, Meta(description="The fingerprint of one finding.")] = ""
    id: Annotated[str, Meta(description="An advisory's id or one of its aliases (`CVE-2024-1234`).")] = ""
    path: Annotated[str, Meta(description="Only findings in paths that match, written as in .gitignore.")] = (
        "**"
    )


class WaiverCaps(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Cap how many days from today a waiver of a finding of each severity may last."""

    critical: _Days = 30
    high: _Days = 90
    medium: _Days = 180
    low: _Days = 365
    note: _Days = 365


class Limits(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Bound what one file and one tool may take."""

    seconds_per_file: _Seconds = 60.0
    seconds_per_tool: _Seconds = 1_800.0


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Configure lockgate. Every key is optional."""

    fail_on: SeverityName = "high"
    exclude: tuple[_Pattern, ...] = ()
    gates: Gates = Gates()
    waivers: tuple[Waiver, ...] = ()
    waiver_caps: WaiverCaps = WaiverCaps()
    limits: Limits = Limits()

    def gate(self, name: str) -> GateConfiguration:
        """Give the configuration of a gate."""
        found: GateConfiguration = getattr(self.gates, name)
        return found
