"""One advisory of many records: what several databases say of one vulnerability of one package."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lockgate import untrusted
from lockgate.advisories import osv, severity
from lockgate.advisories.model import Advisory, Package
from lockgate.versions import order

_PREFIXES = ("GHSA-", "CVE-", "PYSEC-")


@dataclass(frozen=True, slots=True)
class Extra:
    """Hold what is known by CVE's id beside the records: FIRST's probabilities and CISA's catalogue."""

    epss: Mapping[str, float] = field(default_factory=dict)
    kev: frozenset[str] = frozenset()


def names(record: osv.Record) -> list[str]:
    """Give the ids that a record is one vulnerability with: its own and its aliases."""
    return [record["id"], *(record.get("aliases") or ())]


def groups(named: Iterable[Sequence[str]]) -> list[int]:
    """Say which lists of ids belong together: for each the number of the first of its group.

    Lists that share an id are one group, and so are those that a third one links.
    """
    lists = list(named)
    roots = list(range(len(lists)))

    def root(place: int) -> int:
        while roots[place] != place:
            roots[place] = place = roots[roots[place]]
        return place

    first: dict[str, int] = {}
    for place, ids in enumerate(lists):
        for text in ids:
            one, other = sorted((root(place), root(first.setdefault(text, place))))
            roots[other] = one
    return [root(place) for place in range(len(lists))]


def advisories(
    records: Iterable[osv.Record], package: Package, version: str | None, extra: Extra
) -> tuple[Advisory, ...]:
    """Merge the records of a package into its advisories, sorted by id; withdrawn records apart.

    With a version, only groups of which a record holds for it; without, all: the caller knows that they hold.
    Records of other packages are left out. Twins that do not hold themselves still give severity and fixes.
    """
    package = osv.package(package.ecosystem, package.name)
    known = {record["id"]: record for record in records if not osv.is_withdrawn(record)}
    held = [
        known[text]
        for text in sorted(known)
        if any(named == package for named, _ in osv.entries(known[text]))
    ]
    gathered: dict[int, list[osv.Record]] = {}
    for record, group in zip(held, groups(map(names, held)), strict=True):
        gathered.setdefault(group, []).append(record)
    made = [
        merged(twins, package, extra)
        for twins in gathered.values()
        if version is None or any(osv.affects(record, package, version) for record in twins)
    ]
    return tuple(sorted(made, key=lambda advisory: advisory.id))


def merged(twins: Sequence[osv.Record], package: Package, extra: Extra) -> Advisory:
    """Make one advisory of records that are one vulnerability of a package."""
    twins = sorted(twins, key=lambda record: _rank(record["id"]))
    own = {record["id"] for record in twins}
    ids = sorted({text for record in twins for text in names(record) if text})
    score, vector = severity.rated(twins, package)
    malicious = any(text.startswith("MAL-") for text in own)
    return Advisory(
        id=min(ids, key=lambda text: (_rank(text)[0], text not in own, text)),
        ids=tuple(ids),
        package=package,
        summary=_first(record.get("summary") for record in twins),
        details=_first(record.get("details") for record in twins),
        score=score,
        vector=vector,
        word="critical" if malicious else severity.word(twins),
        cwe=_weaknesses(twins),
        link=_link(twins),
        published=min(_times(twins, "published"), default=None),
        modified=max(_times(twins, "modified"), default=None),
        fixed=_fixed(twins, package),
        exploited=not extra.kev.isdisjoint(ids),
        epss=max((extra.epss[text] for text in ids if text in extra.epss), default=None),
        malicious=malicious,
    )


def _rank(text: str) -> tuple[int, str]:
    place = next((place for place, prefix in enumerate(_PREFIXES) if text.startswith(prefix)), len(_PREFIXES))
    return place, text


def _first(texts: Iterable[str | None]) -> str:
    return next((text for text in texts if text), "")


def _times(twins: Sequence[osv.Record], field: str) -> list[datetime]:
    return [read for record in twins if (read := osv.moment(record.get(field)))]


def _fixed(twins: Sequence[osv.Record], package: Package) -> tuple[str, ...]:
    """Give each fixed version once, by its first spelling, oldest first; ones without an order are no fix."""
    key = order.of(package.ecosystem)
    found: dict[order.Key, str] = {}
    for record in twins:
        for named, entry in osv.entries(record):
            spans = osv.ranges(entry, package.ecosystem) if named == package else ()
            for kind, text in (event for events in spans for event in events):
                if kind == "fixed" and order.orderable(package.ecosystem, text):
                    found.setdefault(key(text), text)
    return tuple(found[at] for at in sorted(found))


def _weaknesses(twins: Sequence[osv.Record]) -> tuple[int, ...]:
    said = [(record.get("database_specific") or {}).get("cwe_ids") for record in twins]
    texts = [text for ids in said if isinstance(ids, list) for text in ids if isinstance(text, str)]
    numbers = [text.removeprefix("CWE-") for text in texts]
    return tuple(
        sorted({int(text) for text in numbers if text.isascii() and text.isdigit() and len(text) < 6})
    )


def _link(twins: Sequence[osv.Record]) -> str:
    """Pick the address of a page about it: one that the best-named record calls an advisory, else any."""
    pages = [
        (reference.get("type") != "ADVISORY", address)
        for record in twins
        for reference in record.get("references") or ()
        if (address := untrusted.web_link(reference["url"]))
    ]
    return min(pages, key=lambda page: page[0], default=(True, ""))[1]
