"""VEX: what somebody has looked into and says does no harm here, or is mended, excuses its findings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lockgate.config import packages
from lockgate.finding import Finding
from lockgate.untrusted import cut, one_line

if TYPE_CHECKING:  # few runs have a VEX: the rest shall not wait for what reads one
    from lockgate.bom.vex import Statement

_EXCUSES = {"fixed", "not_affected"}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a statement and the file that makes it."""

    statement: "Statement"
    path: str


@dataclass(frozen=True, slots=True)
class Vex:
    """Find statements that excuse by the ids that they name."""

    by_id: Mapping[str, Sequence[Said]] = field(default_factory=dict)

    def excuse(self, finding: Finding) -> str:
        """Say which statement excuses a finding; empty where none does."""
        if not self.by_id or not finding.package:
            return ""
        for name in (finding.rule, *finding.aliases):
            for said in self.by_id.get(name.casefold(), ()):
                if any(_is_of(purl, finding.package) for purl in said.statement.purls):
                    return _words(said)
        return ""


def vex(said: Iterable[Said]) -> Vex:
    """Make statements ready; `affected` and `under_investigation` excuse nothing."""
    by_id: defaultdict[str, list[Said]] = defaultdict(list)
    for each in said:
        if each.statement.status in _EXCUSES:
            for name in {each.statement.id.casefold(), *map(str.casefold, each.statement.aliases)}:
                by_id[name].append(each)
    return Vex(dict(by_id))


def _is_of(purl: str, package: str) -> bool:
    """Say whether a purl, which may lack a version but has no range, is a component's."""
    wanted = packages.read(purl)
    return wanted is not None and not wanted.is_range and packages.covers(purl, package)


def _words(said: Said) -> str:
    statement = said.statement
    why = cut(one_line(statement.justification or statement.detail), _LONGEST)
    return f"VEX {statement.status}{': ' if why else ''}{why} ({said.path})"
