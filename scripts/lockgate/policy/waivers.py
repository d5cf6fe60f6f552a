"""Waivers: which one holds a finding, which ones have expired, are too long or hold nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from pathspec import GitIgnoreSpec

from lockgate.config import Loaded, Waiver, packages
from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key, content_part, fingerprints

GATE = "policy"
_EVERYWHERE = "**"
_EXPIRED = Rule(
    id="waiver-expired", tool="lockgate", name="Waiver expired", severity=Severity.HIGH, tags=(GATE,),
    what="A waiver is past its day.", why="Nobody answers any more for what it held.",
    mend="Mend the finding, or renew the waiver with a reason.",
)  # fmt: skip
_TOO_LONG = Rule(
    id="waiver-too-long", tool="lockgate", name="Waiver too long", severity=Severity.MEDIUM, tags=(GATE,),
    what="A waiver lasts longer than its severity allows.", why="What is accepted for long is forgotten.",
    mend="Bring `expires` nearer.",
)  # fmt: skip
_MOVED = Rule(
    id="waiver-moved", tool="lockgate", name="Waiver of a renamed file", severity=Severity.NOTE, tags=(GATE,),
    what="A waiver's fingerprint is of a file's former path.", why="It holds as long as it fits one finding.",
    mend="Write the finding's present fingerprint.",
)  # fmt: skip
_UNUSED = Rule(
    id="waiver-unused", tool="lockgate", name="Waiver unused", severity=Severity.NOTE, tags=(GATE,),
    what="A waiver holds no finding.", why="It would excuse the next such finding unseen.",
    mend="Remove it.",
)  # fmt: skip


def _about_configuration(name: str, title: str, what: str) -> Rule:
    return Rule(
        id=name, tool="lockgate", name=title, severity=Severity.NOTE, tags=(GATE,), what=what,
        why="The base's configuration judges a change, so that none weakens its own gates.",
        mend="Review it as you would review code.",
    )  # fmt: skip


_OF_CONFIGURATION = (
    _about_configuration(
        "configuration-changed", "Configuration changed", "The change alters the gates' configuration."
    ),
    _about_configuration(
        "configuration-invalid", "Configuration invalid", "The base's configuration cannot be read."
    ),
    _about_configuration("waivers-changed", "Waivers changed", "The change alters the waivers."),
)


@dataclass(frozen=True, slots=True)
class Held:
    """Say what the waivers do about a finding: `holds` is the index of one that excuses it.

    `expired` and `too_long` are the indexes of those that would, were they valid; empty when one holds.
    `moved` is the finding's fingerprint when the waiver names that of its file's former path. `mended` are
    those that hold until a version mends it, where `fixed_in` does.
    """

    holds: int | None = None
    expired: tuple[int, ...] = ()
    too_long: tuple[int, ...] = ()
    moved: str = ""
    mended: tuple[int, ...] = ()
    fixed_in: str = ""


@dataclass(frozen=True, slots=True)
class Waivers:
    """Find a configuration's waivers by what they name, as of `today`.

    `former` gives, for a finding's fingerprint, the one that a waiver calls it by.
    """

    loaded: Loaded
    today: date
    former: Mapping[str, str] = field(default_factory=dict)
    by_rule: Mapping[str, Sequence[int]] = field(default_factory=dict)
    by_fingerprint: Mapping[str, Sequence[int]] = field(default_factory=dict)
    by_id: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def hold(self, finding: Finding) -> Held:
        """Find the waiver that excuses a finding: the first one that is valid."""
        expired, too_long, mended = [], [], []
        for number in self._naming(finding):
            waiver = self.loaded.configuration.waivers[number]
            if not _is_about(waiver, finding):
                continue
            if waiver.expires < self.today:
                expired.append(number)
            elif waiver.until_fixed and finding.fixed_in:
                mended.append(number)
            elif (waiver.expires - self.today).days > self._cap(finding.severity):
                too_long.append(number)
            else:
                moved = bool(waiver.fingerprint) and waiver.fingerprint != finding.fingerprint
                return Held(number, moved=finding.fingerprint if moved else "")
        fixed_in = finding.fixed_in if mended else ""
        return Held(None, tuple(expired), tuple(too_long), "", tuple(mended), fixed_in)

    def _naming(self, finding: Finding) -> list[int]:
        mark = self.former.get(finding.fingerprint, finding.fingerprint)
        return sorted({
            *self.by_fingerprint.get(mark, ()),
            *self.by_rule.get(finding.rule, ()),
            *self.by_rule.get(f"{finding.tool}/{finding.rule}", ()),
            *(number for name in self._ids(finding) for number in self.by_id.get(name.casefold(), ())),
        })  # fmt: skip

    def _ids(self, finding: Finding) -> Sequence[str]:
        return (finding.rule, f"{finding.tool}/{finding.rule}", *finding.aliases) if self.by_id else ()

    def _cap(self, severity: Severity) -> int:
        return self.loaded.configuration.waiver_caps.days(str(severity))

    def why(self, finding: Finding, held: Held) -> str:
        """Say why a finding is waived or not, with the configuration's lines; empty when none names it."""
        waivers, places = self.loaded.configuration.waivers, self.loaded.waiver_places
        if held.holds is not None:
            return f"{places[held.holds]}{', which this change adds' if places[held.holds].added else ''}"
        cap = self.loaded.place("waiver-caps", str(finding.severity)) or "the default"
        days = f"the {self._cap(finding.severity)} days that {finding.severity} allows ({cap})"
        return "; ".join([
            *(f"{places[each]} has expired on {waivers[each].expires}" for each in held.expired),
            *(f"{places[each]} lasts longer than {days}" for each in held.too_long),
            *(f"{places[each]} is over: a version that mends it exists ({held.fixed_in})"
              for each in held.mended),
        ])  # fmt: skip


def waivers(loaded: Loaded, today: date, everything: Iterable[Finding] = ()) -> Waivers:
    """Make the waivers ready. `everything`: all findings of the repository, when the run sees them all.

    Where a rename was merged, a waiver's fingerprint is of the old path. It goes on holding while no finding
    has that fingerprint and exactly one has its content. Never so for a part of the repository or a change:
    there, a copy of what was waived elsewhere is a new finding.
    """
    by_rule: defaultdict[str, list[int]] = defaultdict(list)
    by_fingerprint: defaultdict[str, list[int]] = defaultdict(list)
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for number, waiver in enumerate(loaded.configuration.waivers):
        if waiver.fingerprint:
            by_fingerprint[waiver.fingerprint].append(number)
        elif waiver.rule:
            by_rule[waiver.rule].append(number)
        else:
            by_id[waiver.id.casefold()].append(number)
    former = _former(by_fingerprint, [finding.fingerprint for finding in everything])
    return Waivers(loaded, today, former, by_rule, by_fingerprint, by_id)


def _former(waived: Iterable[str], present: Sequence[str]) -> dict[str, str]:
    number = Counter(map(content_part, present))
    by_content = {content_part(mark): mark for mark in present}
    named = Counter(map(content_part, waived))
    lost = set(waived) - set(present)
    contents = {mark: content_part(mark) for mark in lost}
    return {by_content[part]: mark for mark, part in contents.items() if number[part] == named[part] == 1}


def name(waiver: Waiver) -> str:
    """Name a waiver in reports."""
    of = f" of {waiver.package}" if waiver.package else ""
    return f"{waiver.fingerprint or waiver.rule or waiver.id}{of} by {waiver.owner} until {waiver.expires}"


def findings_about_waivers(waivers: Waivers, held: Sequence[Held], *, complete: bool) -> list[Finding]:
    """Report waivers that are expired, too long or moved; unused ones when the run was `complete`."""
    loaded = waivers.loaded
    found = list(_about(waivers, held, complete=complete))
    labels = [name(loaded.configuration.waivers[number]) for number, _, _ in found]
    keys = [content_key(rule.id, (label,), 1, 1) for label, (_, rule, _) in zip(labels, found, strict=True)]
    marks = fingerprints(keys, loaded.path)
    return [
        Finding(
            gate=GATE, tool="lockgate", rule=rule.id, severity=rule.severity,
            message=f"The waiver {label} {message}", path=place.path, line=place.line,
            end_line=place.line, sources=(f"lockgate/{rule.id}",), fingerprint=mark,
        )
        for label, mark, (number, rule, message) in zip(labels, marks, found, strict=True)
        for place in [loaded.waiver_places[number]]
    ]  # fmt: skip


def _about(waivers: Waivers, held: Sequence[Held], *, complete: bool) -> Iterator[tuple[int, Rule, str]]:
    used = {item.holds: item.moved for item in held}
    expired = {number for item in held for number in item.expired}
    too_long = {number for item in held for number in item.too_long}
    mended = {number: item.fixed_in for item in held for number in item.mended}
    for number, waiver in enumerate(waivers.loaded.configuration.waivers):
        if number in expired:
            yield number, _EXPIRED, "has expired: what it held counts again. Mend that, or renew the waiver."
        elif number in mended:
            yield number, _EXPIRED, (
                f"was to hold until a version mends what it names, and one exists ({mended[number]}): that "
                "counts again. Take that version."
            )  # fmt: skip
        elif number in too_long:
            yield number, _TOO_LONG, (
                "lasts longer than `waiver-caps` allows for what it names, and does not hold that. "
                "Bring `expires` nearer."
            )  # fmt: skip
        elif used.get(number):
            yield number, _MOVED, f"names a file's former path. Write the fingerprint {used[number]} instead."
        elif complete and number not in used:
            over = waiver.expires < waivers.today
            yield number, _UNUSED, (
                "has expired and there is nothing left that it would hold. Remove it." if over
                else "holds no finding of this run. Remove it if that was mended."
            )  # fmt: skip


def policy_rules() -> tuple[Rule, ...]:
    """Describe the rules of findings about the policy itself."""
    rules = (*_OF_CONFIGURATION, _EXPIRED, _MOVED, _TOO_LONG, _UNUSED)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def _is_about(waiver: Waiver, finding: Finding) -> bool:
    """Say whether a finding is where, and about the component that, a waiver says."""
    if waiver.path != _EVERYWHERE and not _covers(waiver.path, finding.path):
        return False
    return not waiver.package or packages.covers(waiver.package, finding.package)


@lru_cache(maxsize=1 << 17)
def _covers(pattern: str, path: str) -> bool:
    return _spec(pattern).match_file(path)


@lru_cache(maxsize=4096)
def _spec(pattern: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines([pattern])
