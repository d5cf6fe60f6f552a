"""Where the waivers stand: how long each one lasts still, how often it was extended, and what it holds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from lockgate.config import Loaded, Place, Waiver
from lockgate.finding import Finding
from lockgate.github import inert, inert_json
from lockgate.policy.waivers import GATE, waivers
from lockgate.source import printable
from lockgate.untrusted import one_line
from lockgate.waiving.history import Key, key

Does = Literal["holds", "expired", "mended", "too-long"]
_SAYS: Mapping[Does, str] = {
    "holds": "holds",
    "expired": "no longer holds",
    "mended": "no longer holds, as a version mends it:",
    "too-long": "lasts too long for",
}
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold a waiver, its place, the days that it lasts still (below zero: expired), and what it names."""

    waiver: Waiver
    place: Place
    days: int
    extensions: int
    findings: tuple[tuple[Does, Finding], ...]


def standings(
    loaded: Loaded, today: date, findings: Sequence[Finding], extended: Mapping[Key, int]
) -> list[Standing]:
    """Say where each waiver stands with the findings of the last run; expired ones come first."""
    ready = waivers(loaded, today)
    named: defaultdict[int, list[tuple[Does, Finding]]] = defaultdict(list)
    for finding in findings:
        if finding.gate != GATE:
            held = ready.hold(finding)
            if held.holds is not None:
                named[held.holds].append(("holds", finding))
            for number in held.expired:
                named[number].append(("expired", finding))
            for number in held.mended:
                named[number].append(("mended", finding))
            for number in held.too_long:
                named[number].append(("too-long", finding))
    pairs = zip(loaded.configuration.waivers, loaded.waiver_places, strict=True)
    found = [
        Standing(
            waiver=waiver,
            place=place,
            days=(waiver.expires - today).days,
            extensions=extended.get(key(waiver), 0),
            findings=tuple(named[number]),
        )
        for number, (waiver, place) in enumerate(pairs)
    ]
    return sorted(found, key=lambda each: (each.days, each.place.line))


def render(found: Sequence[Standing], notes: Sequence[str]) -> str:
    """Write the list for people; each line is inert."""
    lines = [line for each in found for line in _lines(each)] or ["no waivers"]
    return "".join(f"{inert(line)}\n" for line in (*lines, *map(one_line, notes)))


def _lines(each: Standing) -> Iterator[str]:
    first, *rest = map(one_line, _facts(each))
    yield first
    yield from (f"  {line}" for line in rest)


def _facts(each: Standing) -> Iterator[str]:
    waiver = each.waiver
    where = f" of {waiver.package}" if waiver.package else ""
    where += "" if waiver.path == "**" else f" in {waiver.path}"
    until = " · until a version mends it" if waiver.until_fixed else ""
    extended = f" · extended {_count(each.extensions, 'time')}" if each.extensions else ""
    yield (
        f"{_left(each.days)} · {waiver.fingerprint or waiver.rule or waiver.id}{where}{until}"
        f" · {waiver.owner}{extended} · {each.place}"
    )
    yield waiver.reason
    for does, finding in each.findings[:_SHOWN]:
        line = f"{finding.path}:{finding.line}" if finding.line else finding.path
        mark = finding.fingerprint[:12]
        yield f"{_SAYS[does]} {finding.gate} · {finding.rule} · {finding.severity} · {line} · {mark}"
    if len(each.findings) > _SHOWN:
        yield f"and {len(each.findings) - _SHOWN:,} more: see `--format json`"


def _left(days: int) -> str:
    if days < 0:
        return f"expired {_count(-days, 'day')} ago"
    return f"{_count(days, 'day')} left" if days else "last day today"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def render_json(found: Sequence[Standing], loaded: Loaded, notes: Sequence[str]) -> bytes:
    """Write the list for machines; no line is a command to GitHub's runner."""
    document = {
        "schema": "lockgate-waivers/1",
        "configuration": printable(loaded.path),
        "notes": [printable(note) for note in notes],
        "waivers": [_document(each) for each in found],
    }
    return inert_json(msgspec.json.format(msgspec.json.encode(document), indent=1)) + b"\n"


def _document(each: Standing) -> dict[str, object]:
    waiver = each.waiver
    given = {name: getattr(waiver, name) for name in ("rule", "fingerprint", "id", "package")}
    return {
        **{name: value for name, value in given.items() if value},
        "path": waiver.path,
        "owner": waiver.owner,
        "reason": waiver.reason,
        "expires": waiver.expires,
        "until_fixed": waiver.until_fixed,
        "days_left": each.days,
        "extensions": each.extensions,
        "file": printable(each.place.path),
        "line": each.place.line,
        "findings": [
            {
                "fingerprint": finding.fingerprint, "gate": finding.gate, "rule": printable(finding.rule),
                "severity": str(finding.severity), "path": printable(finding.path), "line": finding.line,
                "waiver": does,
            }
            for does, finding in each.findings
        ],
    }  # fmt: skip
