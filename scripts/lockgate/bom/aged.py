"""What became known of a bill since it was made: its components against advisories of today."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lockgate.advisories.model import Advisories, Advisory, Pin
from lockgate.bom.read import Listed, Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """Hold one vulnerability of a bill's component.

    `new` says that it was published after the bill was made, None where one of both times is unknown.
    """

    component: Listed
    advisory: Advisory
    new: bool | None

    @property
    def fixed(self) -> list[str]:
        """Give the versions that mend it, lowest first; those of older branches would be a downgrade."""
        from lockgate.versions import order  # noqa: PLC0415 - brings a library that a plain start needs not

        pin = self.component.pin
        return order.above(pin.package.ecosystem, pin.version, self.advisory.fixed) if pin else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescanned:
    """Hold a bill as of today.

    `found` is what it has, worst first; `asked` counts the different components that the advisories could
    tell of, `unknown` those that they could not: without a version, or of an ecosystem unknown to them.
    """

    listing: Listing
    found: tuple[Aged, ...]
    asked: int
    unknown: int

    @property
    def since(self) -> datetime | None:
        """Say since when the release is newly vulnerable; None when it is not."""
        days = [each.advisory.published for each in self.found if each.new and each.advisory.published]
        return min(days, default=None)


def rescan(listings: Sequence[Listing], advisories: Advisories) -> tuple[Rescanned, ...]:
    """Hold bills against advisories, all of them in one question."""
    known = advisories.snapshot.ecosystems
    pinned = [[(_known(each.pin, known), each) for each in listing.components] for listing in listings]
    answers = advisories.of({pin for pairs in pinned for pin, _ in pairs if pin})
    return tuple(_rescanned(listing, pairs, answers) for listing, pairs in zip(listings, pinned, strict=True))


def _known(pin: Pin | None, ecosystems: Collection[str]) -> Pin | None:
    """Give a pin that can be asked about: to know nothing of an ecosystem is not to find it clean."""
    return pin if pin and (not ecosystems or pin.package.ecosystem in ecosystems) else None


def _rescanned(
    listing: Listing, pairs: Sequence[tuple[Pin | None, Listed]], answers: Mapping[Pin, tuple[Advisory, ...]]
) -> Rescanned:
    asked = {pin: each for pin, each in reversed(pairs) if pin}  # of twins, the first one's name is shown
    found = tuple(sorted(_aged(listing, asked, answers), key=_order))
    unknown = sum(pin is None for pin, _ in pairs)
    return Rescanned(listing=listing, found=found, asked=len(asked), unknown=unknown)


def _aged(
    listing: Listing, asked: Mapping[Pin, Listed], answers: Mapping[Pin, tuple[Advisory, ...]]
) -> Iterator[Aged]:
    made = _time(listing.when)
    for pin, component in asked.items():
        for advisory in answers.get(pin, ()):
            published = advisory.published
            new = published > made if published is not None and made is not None else None
            yield Aged(component=component, advisory=advisory, new=new)


def _order(aged: Aged) -> tuple[object, ...]:
    score = aged.advisory.score
    return (
        not aged.advisory.malicious,
        -(score if score is not None else -1.0),
        aged.component.name,
        aged.component.version,
        aged.advisory.id,
    )


def _time(text: str) -> datetime | None:
    """Read a bill's time; None for what is none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
