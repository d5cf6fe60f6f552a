"""What the policy says of components themselves: licences, denied ones, and those that are too young.

Each side of a change is judged alone here; `introduced` has what only a comparison with the base tells.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from packaging.utils import canonicalize_name

from lockgate.bom import purl
from lockgate.config.model import ScaConfiguration
from lockgate.errors import ConfigurationError
from lockgate.finding import Finding, Severity
from lockgate.fingerprint import fingerprints
from lockgate.gates.judged import Judged
from lockgate.gates.sca.graph import is_ours
from lockgate.gates.sca.licence_policy import LicencePolicy
from lockgate.gates.sca.rule_book import judged, named
from lockgate.inventory.model import Component, Inventory

_TYPES = {"Docker": "docker", "GitHub Actions": "github", "PyPI": "pypi", "npm": "npm"}


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold what the configuration says of components."""

    licences: LicencePolicy
    exceptions: tuple[purl.Purl, ...] = ()
    denied: tuple[purl.Purl, ...] = ()
    min_age: int = 0

    @classmethod
    def of(cls, configuration: ScaConfiguration) -> "Policy":
        """Read it; raise ConfigurationError for what could never apply to anything."""
        licences = configuration.licences
        return cls(
            LicencePolicy.of(licences),
            _purls("gates.sca.licences.exceptions", licences.exceptions),
            _purls("gates.sca.denied", configuration.denied),
            configuration.min_age,
        )


def standing(inventory: Inventory, policy: Policy, today: date) -> Iterator[Judged]:
    """Judge what is locked, whether it is new or not."""
    yield from _denied(inventory, policy)
    if policy.licences:
        judged_ones = [
            component
            for component in inventory.components
            if component.ecosystem in {"PyPI", "npm"}
            and not is_ours(component)
            and not _is_any(component, policy.exceptions)
        ]
        yield from policy.licences.judge(inventory, judged_ones)
    if policy.min_age:
        yield from _young(inventory, policy.min_age, today)


def findings(found: Iterable[Judged], origin: str) -> list[Finding]:
    """Give what was found in one lock its fingerprints; the same of several copies is one finding.

    `origin` is the path that the lock has in the base.
    """
    once: dict[str, Judged] = {}
    for each in found:
        once.setdefault(each.key, each)
    marks = fingerprints(list(once), origin)
    return [replace(each.finding, fingerprint=mark) for each, mark in zip(once.values(), marks, strict=True)]


def _purls(where: str, texts: Iterable[str]) -> tuple[purl.Purl, ...]:
    read = {text: purl.read(text) for text in texts}
    if bad := [text for text, found in read.items() if found is None or found.type not in _TYPES.values()]:
        raise ConfigurationError(
            f"`{where}` has {bad[0]!r}, which names no component",
            cause="It is no package URL of a kind that is looked at, so it would never apply.",
            todo="Write it as `pkg:npm/name`, `pkg:pypi/name@1.2.3` or `pkg:docker/name`.",
        )
    return tuple(found for found in read.values() if found)


def _is_any(component: Component, wanted: tuple[purl.Purl, ...]) -> purl.Purl | None:
    """Find the package URL that names a component: with a version that one alone, without any."""
    if not wanted:
        return None
    kind, name = _TYPES[component.ecosystem], _folded(component.name)
    for each in wanted:
        same = each.type == kind and _folded(each.name) in {name, f"library/{name}"}
        if same and each.version in {"", component.version}:
            return each
    return None


def _folded(name: str) -> str:
    return canonicalize_name(name) if "/" not in name else name.casefold()


def _denied(inventory: Inventory, policy: Policy) -> Iterator[Judged]:
    for component in inventory.components:
        if not is_ours(component) and (by := _is_any(component, policy.denied)):
            which = "at this version" if by.version else "at any version"
            message = f"{named(component)} is denied by the policy, {which}."
            yield judged("package-denied", inventory, component, message, identity=by.version)


def _young(inventory: Inventory, least: int, today: date) -> Iterator[Judged]:
    undated = []
    for component in inventory.components:
        if is_ours(component) or component.ecosystem not in {"PyPI", "npm"}:
            continue
        day = _day(component.published)
        if day is None:
            undated.append(component)
        elif (age := (today - day).days) < least:
            days = "1 day" if age == 1 else f"{age} days"
            message = f"{named(component)} is public for {days} (since {day}); the policy asks for {least}."
            yield judged(
                "package-too-young", inventory, component, message, identity=component.version,
                mend=f"Take an older version, or wait until {date.fromordinal(day.toordinal() + least)}.",
            )  # fmt: skip
    if undated:
        message = (
            f"The lock does not say since when {len(undated)} of its {len(inventory.components)} components "
            f"are public, {named(undated[0])} the first: nobody knows whether they are {least} days old."
        )
        yield judged("package-too-young", inventory, None, message, severity=Severity.NOTE)


def _day(text: str) -> date | None:
    """Read the day of a time as RFC 3339 and TOML write it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
