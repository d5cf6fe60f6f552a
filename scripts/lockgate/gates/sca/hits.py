"""Which components of a lock have which vulnerabilities: each name and version once, however many copies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lockgate.advisories.model import Advisory, Package, Pin
from lockgate.fingerprint import content_key, fingerprints
from lockgate.gates.sca.graph import is_ours
from lockgate.gates.sca.locks import Lock
from lockgate.inventory.model import Component, Scope
from lockgate.versions import order, semver

TOOL = "osv"
Found = Mapping[Pin, tuple[Advisory, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Hold one vulnerability of one component of a lock: all `copies` have the same name and version.

    `fixed` is the smallest version that mends it, `target` the smallest that mends all that is known of the
    component; both are empty where there is none.
    """

    lock: Lock
    copies: tuple[Component, ...]
    advisory: Advisory
    fingerprint: str
    fixed: str = ""
    target: str = ""

    @property
    def component(self) -> Component:
        """Give the first copy."""
        return self.copies[0]

    @property
    def dev(self) -> bool:
        """Say whether no copy is for anything but development."""
        return all(copy.scope is Scope.DEV for copy in self.copies)


def pin(component: Component) -> Pin | None:
    """Name what advisories are asked about; None for what they cannot know.

    That is a part of the repository itself, an image, and an action at a branch or a commit without a name.
    """
    if not component.version or component.ecosystem == "Docker" or is_ours(component):
        return None
    if component.ecosystem == "GitHub Actions" and semver.parse(component.version) is None:
        return None
    return Pin(Package(component.ecosystem, component.name), component.version)


def pins(locks: Iterable[Lock]) -> list[Pin]:
    """List what advisories are asked about, each once, sorted."""
    components = (part for lock in locks if lock.inventory for part in lock.inventory.components)
    return _sorted({asked for component in components if (asked := pin(component))})


def candidates(found: Found) -> list[Pin]:
    """List the versions that could be taken instead of vulnerable ones, each once, sorted."""
    return _sorted(
        Pin(pinned.package, version)
        for pinned, advisories in found.items()
        for version in _above(pinned, advisories)
    )


def _sorted(pins: Iterable[Pin]) -> list[Pin]:
    """Sort as they compare, three times as fast."""
    return sorted(set(pins), key=lambda each: (each.package.ecosystem, each.package.name, each.version))


def of_lock(lock: Lock, found: Found, instead: Found) -> Iterator[Hit]:
    """Give what is found in one lock; `instead` says what is known of the candidates.

    A fingerprint is of the package and the advisory, so that it outlasts an upgrade that does not help, and a
    second vulnerable copy has one of its own.
    """
    hits = [
        (copies, advisory, _target(asked, found[asked], instead))
        for asked, copies in _grouped(lock).items()
        for advisory in found.get(asked, ())
    ]
    keys = [_key(copies[0], advisory) for copies, advisory, _ in hits]
    for (copies, advisory, target), mark in zip(hits, fingerprints(keys, lock.origin), strict=True):
        above = _above(Pin(advisory.package, copies[0].version), [advisory])
        yield Hit(lock=lock, copies=copies, advisory=advisory, fingerprint=mark,
                  fixed=above[0] if above else "", target=target)  # fmt: skip


def _grouped(lock: Lock) -> dict[Pin, tuple[Component, ...]]:
    groups: defaultdict[Pin, list[Component]] = defaultdict(list)
    for component in lock.inventory.components if lock.inventory else ():
        if asked := pin(component):
            groups[asked].append(component)
    return {asked: tuple(copies) for asked, copies in groups.items()}


def _key(component: Component, advisory: Advisory) -> str:
    text = f"{component.ecosystem} {component.name}"
    return content_key(f"{TOOL}/{advisory.id}", [text], 1, 1)


def _above(pinned: Pin, advisories: Sequence[Advisory]) -> list[str]:
    """Give the versions that mend something, those above the pinned one alone, lowest first."""
    fixed = (version for advisory in advisories for version in advisory.fixed)
    return order.above(pinned.package.ecosystem, pinned.version, fixed)


def _target(pinned: Pin, advisories: Sequence[Advisory], instead: Found) -> str:
    """Choose the smallest version of which nothing is known; else of which least is."""
    choice = _above(pinned, advisories)
    known = [len(instead.get(Pin(pinned.package, version), ())) for version in choice]
    return choice[known.index(min(known))] if known and min(known) < len(advisories) else ""
