"""What differs between two bills: packages come and go, licences and scopes change, new code may run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lockgate.bom import purl
from lockgate.bom.licences import normalised
from lockgate.bom.read import Listed, Listing
from lockgate.github import inert
from lockgate.untrusted import markdown, one_line
from lockgate.versions import order

_ECOSYSTEMS = {"npm": "npm", "pypi": "PyPI"}
_MOST = 200


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Hold one difference of a package: `before` and `after` are versions, licences or scopes."""

    what: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold all that differs, in the order in which a reviewer wants it."""

    changes: tuple[Change, ...]

    def of(self, what: str) -> tuple[Change, ...]:
        """Give the changes of one kind."""
        return tuple(change for change in self.changes if change.what == what)


ADDED, REMOVED, UPGRADED, DOWNGRADED, ALTERED = "added", "removed", "upgraded", "downgraded", "altered"
LICENCE, SCOPE, SCRIPT, ORIGIN = "licence", "scope", "install script", "origin"
_TITLES = {
    SCRIPT: "Runs a script when it is installed",
    ORIGIN: "Comes from no registry",
    LICENCE: "New licence",
    ADDED: "Added",
    DOWNGRADED: "Downgraded",
    UPGRADED: "Upgraded",
    ALTERED: "Changed",
    SCOPE: "New scope",
    REMOVED: "Removed",
}


def diff(base: Listing, head: Listing) -> Difference:
    """Compare two bills by package; several versions of one are compared as a set."""
    before, after = _by_name(base.components), _by_name(head.components)
    found: list[Change] = []
    for name in sorted({*before, *after}):
        found += _versions(name, before.get(name, []), after.get(name, []))
        found += _new(name, before.get(name, []), after.get(name, []))
    rank = {what: place for place, what in enumerate(_TITLES)}
    return Difference(tuple(sorted(found, key=lambda change: (rank[change.what], change))))


def _by_name(listed: Iterable[Listed]) -> dict[str, list[Listed]]:
    found: defaultdict[str, list[Listed]] = defaultdict(list)
    for each in listed:
        given = purl.read(each.purl)
        found[f"{given.type}:{given.name}" if given else each.name].append(each)
    return found


def _versions(name: str, before: list[Listed], after: list[Listed]) -> Iterator[Change]:
    old, new = ({each.version for each in side} for side in (before, after))
    gone, come = _sorted(name, old - new), _sorted(name, new - old)
    if not before or not after:
        for version in come or ([""] if after and not new else []):
            yield Change(ADDED, name, after=version)
        for version in gone or ([""] if before and not old else []):
            yield Change(REMOVED, name, before=version)
        return
    for one, other in zip(gone, come, strict=False):
        yield Change(_direction(name, one, other), name, one, other)
    yield from (Change(ADDED, name, after=version) for version in come[len(gone) :])
    yield from (Change(REMOVED, name, before=version) for version in gone[len(come) :])


def _ecosystem(name: str) -> str:
    return _ECOSYSTEMS.get(name.partition(":")[0], "")


def _sorted(name: str, versions: set[str]) -> list[str]:
    ecosystem = _ecosystem(name)
    orderable = ecosystem and all(order.orderable(ecosystem, version) for version in versions)
    return sorted(versions, key=order.of(ecosystem)) if orderable else sorted(versions)


def _direction(name: str, one: str, other: str) -> str:
    ecosystem = _ecosystem(name)
    if not ecosystem or not all(order.orderable(ecosystem, version) for version in (one, other)):
        return ALTERED
    key = order.of(ecosystem)
    return UPGRADED if key(one) < key(other) else DOWNGRADED


def _new(name: str, before: list[Listed], after: list[Listed]) -> Iterator[Change]:
    """Name what a package did not have before, in any of its versions."""
    if not after:
        return
    old, new = (
        _joined(normalised(each.licence).expression or each.licence for each in side)
        for side in (before, after)
    )
    if old and old != new:
        yield Change(LICENCE, name, old, new or "none")
    old, new = (_joined(each.scope for each in side) for side in (before, after))
    if old and old != new:
        yield Change(SCOPE, name, old, new)
    if any(each.install_script for each in after) and not any(each.install_script for each in before):
        yield Change(SCRIPT, name, after=_joined(each.version for each in after if each.install_script))
    origins = {each.origin for each in after} - {each.origin for each in before} - {"", "workspace"}
    if origins:
        yield Change(ORIGIN, name, _joined(each.origin for each in before), _joined(origins))


def _joined(words: Iterable[str]) -> str:
    return ", ".join(sorted({word for word in words if word}))


def text(difference: Difference) -> str:
    """Write the differences for a terminal, a line each."""
    lines = []
    for what, title in _TITLES.items():
        found = difference.of(what)
        lines += [f"{title} ({len(found)})"] if found else []
        lines += [f"  {_line(change)}" for change in found]
    return "".join(
        f"{inert(one_line(line) if line[0] != ' ' else '  ' + one_line(line))}\n" for line in lines
    )


def to_markdown(difference: Difference) -> str:
    """Write the differences for a summary or a comment: a table a kind, the long ones cut and said so."""
    parts = []
    for what, title in _TITLES.items():
        found = difference.of(what)
        if not found:
            continue
        rows = [
            f"| {markdown(change.name)} | {markdown(change.before)} | {markdown(change.after)} |"
            for change in found
        ]
        more = [f"\n{len(rows) - _MOST} more are not shown."] if len(rows) > _MOST else []
        head = [f"**{title}** ({len(found)})", "", "| package | before | after |", "|---|---|---|"]
        parts.append("\n".join([*head, *rows[:_MOST], *more]))
    return "\n\n".join(parts) + "\n" if parts else "No component differs.\n"


def _line(change: Change) -> str:
    if change.before and change.after:
        return f"{change.name}  {change.before} → {change.after}"
    return f"{change.name}  {change.before or change.after}".rstrip()
