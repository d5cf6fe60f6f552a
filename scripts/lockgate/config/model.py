"""The types of the configuration. The published JSON Schema is made from them (`lockgate schema`)."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from lockgate.config.gate import Days, GateConfiguration, Pattern, Patterns, Seconds, SeverityName, Text
from lockgate.config.lighthouse import LighthouseConfiguration

_LicencesFrom = Annotated[
    Literal["index", "lock"],
    Meta(description="Whether the package index is asked for licences of PyPI that a lock does not name."),
]


class Licences(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Say which licences components may have, as SPDX ids or expressions; nothing is judged by default."""

    allow: Annotated[
        tuple[Text, ...], Meta(description="Only these; empty allows all that is not denied.")
    ] = ()
    deny: tuple[Text, ...] = ()
    unknown: Annotated[
        SeverityName, Meta(description="The severity of a licence that is missing or not understood.")
    ] = "low"
    exceptions: Annotated[
        tuple[Text, ...],
        Meta(description="Components that may have any licence, as `pkg:npm/name@version`."),
    ] = ()
    from_: _LicencesFrom = field(default="lock", name="from")


class ScaConfiguration(GateConfiguration, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up the gate `sca`."""

    offline: Annotated[bool, Meta(description="Ask the index on this machine, never the network.")] = False
    advisories: Annotated[
        str,
        Meta(
            description="A folder or zip of OSV's export in the repository, from the configuration's folder; "
            "it answers instead of OSV."
        ),
    ] = ""
    max_age: Annotated[
        Days, Meta(description="Days after which an index's newest advisory is too old to be believed.")
    ] = 14
    unknown_severity: Annotated[
        Literal["block", "block-if-fixed", "pass"],
        Meta(description="What a vulnerability does that nobody gave a severity."),
    ] = "block-if-fixed"
    exploited: Annotated[
        Literal["block", "threshold"],
        Meta(description="Whether one that is known to be exploited (KEV) blocks at any severity."),
    ] = "block"
    epss: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="From this probability of exploitation (EPSS) on it blocks at any severity."),
    ] = None
    published_since_base: Annotated[
        Literal["block", "show"],
        Meta(
            description="What a vulnerability does that was published since the base, in what did not change."
        ),
    ] = "show"
    dev_dependencies: Annotated[
        Literal["block", "show"], Meta(description="What one does in what is only for development.")
    ] = "block"
    second_opinion: Annotated[
        bool, Meta(description="Whether pip-audit has to agree on what is from PyPI.")
    ] = True
    vex: Annotated[
        tuple[Pattern, ...],
        Meta(
            description="OpenVEX or CycloneDX VEX files in the repository, from the configuration's folder."
        ),
    ] = ()
    environment: Annotated[
        str,
        Meta(
            description="The folder of an installed Python environment outside of the checkout, by its whole "
            "path; what is installed there is judged too."
        ),
    ] = ""
    licences: Licences = Licences()
    denied: Annotated[
        tuple[Text, ...],
        Meta(description="Components that nobody may use, as `pkg:pypi/name` or with a version."),
    ] = ()
    min_age: Annotated[
        Days, Meta(description="Days that a version must have been public; 0 asks for none.")
    ] = 0


class SbomConfiguration(GateConfiguration, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up the gate `sbom`."""

    standard: Annotated[Literal["bsi", "cisa", "ntia"], Meta(description="What the score is counted by.")] = (
        "ntia"
    )
    min_score: Annotated[
        Annotated[int, Meta(ge=0, le=100)], Meta(description="The lowest score, in percent, that passes.")
    ] = 0
    environment: Annotated[
        str,
        Meta(description="A Python of an installed environment, whose components cyclonedx-bom lists too."),
    ] = ""
    licences: _LicencesFrom = "lock"


class MigrationsConfiguration(GateConfiguration, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up the gate `migrations`."""

    postgres_version: Annotated[
        Literal[14, 15, 16, 17, 18] | None,
        Meta(description="The major version of PostgreSQL that production runs; else one that is installed."),
    ] = None
    code: Annotated[
        Literal["never", "run"],
        Meta(
            description="Whether code of the change may be run: the migrations of Django and Alembic, and "
            "`command`, are code. SQL needs it not: its role may do nothing outside its database."
        ),
    ] = "never"
    python: Annotated[
        str,
        Meta(
            description="The Python that has the project's packages, from the project's folder or by its "
            "whole path. Empty looks for `.venv` there, then makes one of the lock, of wheels alone."
        ),
    ] = ""
    environment: Annotated[
        dict[str, str], Meta(description="Variables that the project's code needs, no secrets.")
    ] = field(default_factory=dict)
    command: Annotated[
        tuple[Text, ...],
        Meta(description="A program and its arguments that applies all migrations to `DATABASE_URL`."),
    ] = ()
    folders: Annotated[
        tuple[Pattern, ...],
        Meta(description="Folders of SQL files that are applied in the order of their names."),
    ] = ()
    database_url: Annotated[
        str,
        Meta(
            description="A PostgreSQL to use instead of one that is started: databases are made in it and "
            "removed. Only of this machine, unless `remote-database` is `allow`."
        ),
    ] = ""
    remote_database: Annotated[
        Literal["allow", "forbid"], Meta(description="Whether `database-url` may be of another machine.")
    ] = "forbid"
    stats_file: Annotated[
        str, Meta(description="A JSON file in the repository with the sizes of production's tables.")
    ] = ""
    seed: Annotated[
        str,
        Meta(description="An SQL file in the repository whose rows the change's migrations must survive."),
    ] = ""
    released: Annotated[
        dict[str, str],
        Meta(description="Columns as `table.column`, or tables, that no code uses since the version given."),
    ] = field(default_factory=dict)


class Gates(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Set up each gate."""

    lighthouse: LighthouseConfiguration = LighthouseConfiguration()
    migrations: MigrationsConfiguration = MigrationsConfiguration()
    sast: GateConfiguration = GateConfiguration()
    sbom: SbomConfiguration = SbomConfiguration()
    sca: ScaConfiguration = ScaConfiguration()
    secrets: GateConfiguration = GateConfiguration()


class Waiver(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Accept findings until a day: exactly one of `rule`, `fingerprint` and `id` names them."""

    owner: Annotated[Text, Meta(description="Who answers for it.")]
    reason: Annotated[Text, Meta(description="Why it is acceptable for now.")]
    expires: Annotated[date, Meta(description="The last day on which it holds, as YYYY-MM-DD.")]
    rule: Annotated[Text, Meta(description="A rule (`B602`), or a tool's rule (`bandit/B602`).")] = ""
    fingerprint: Annotated[
        str,
        Meta(pattern="^[0-9a-f]{32}$", description="One finding's fingerprint, whole, from the report."),
    ] = ""
    id: Annotated[Text, Meta(description="An advisory's id or one of its aliases (`CVE-2024-1234`).")] = ""
    path: Annotated[
        Pattern,
        Meta(description="Only findings in paths that match this pattern, written as in .gitignore."),
    ] = "**"
    package: Annotated[
        str,
        Meta(
            pattern="^(pkg:.{1,500})?$",
            description="Only findings about this component: `pkg:pypi/django`, `pkg:npm/lodash@<4.17.21`.",
        ),
    ] = ""
    until_fixed: Annotated[
        bool, Meta(description="It holds only as long as no version mends what it names.")
    ] = False


_Waiver = Annotated[
    Waiver,
    Meta(extra_json_schema={"oneOf": [{"required": [name]} for name in ("rule", "fingerprint", "id")]}),
]


class WaiverCaps(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Cap how many days from today a waiver of a finding of each severity may last."""

    critical: Days = 30
    high: Days = 90
    medium: Days = 180
    low: Days = 365
    note: Days = 365

    def days(self, severity: str) -> int:
        """Give the cap of a severity."""
        found: int = getattr(self, severity)
        return found


class Limits(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Bound what one file and one tool may take."""

    seconds_per_file: Seconds = 60.0
    seconds_per_tool: Seconds = 1_800.0


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Configure lockgate. Every key is optional."""

    fail_on: Annotated[
        SeverityName, Meta(description="The lowest severity that blocks, where a gate has none of its own.")
    ] = "high"
    exclude: Patterns = ()
    gates: Gates = Gates()
    waivers: Annotated[
        tuple[_Waiver, ...], Meta(description="Accepted exceptions, each with an owner and an end.")
    ] = ()
    waivers_from_the_change: Annotated[
        Literal["allow", "forbid"],
        Meta(
            description="Whether waivers that a change adds hold in that very change. The base's word counts."
        ),
    ] = "forbid"
    waiver_caps: WaiverCaps = WaiverCaps()
    limits: Limits = Limits()

    def gate(self, name: str) -> GateConfiguration:
        """Give the configuration of a gate."""
        found: GateConfiguration = getattr(self.gates, name)
        return found
