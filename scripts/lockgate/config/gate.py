"""What the configurations of all gates have in common."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

SeverityName = Literal["critical", "high", "medium", "low", "note"]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Days = Annotated[int, Meta(ge=0, le=3_650)]
Text = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]
Pattern = Annotated[str, Meta(min_length=1, max_length=1_000)]
Patterns = Annotated[
    tuple[Pattern, ...],
    Meta(description="Paths that are not looked at, as in a .gitignore at the top of the repository."),
]


class GateConfiguration(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up one gate."""

    enabled: bool = True
    fail_on: Annotated[
        SeverityName | None, Meta(description="The lowest severity that blocks in this gate.")
    ] = None
    exclude: Patterns = ()
