"""What the last run says of vulnerabilities, as statements of a VEX."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from lockgate.bom import purl
from lockgate.bom.vex import AFFECTED, FIXED, NOT_AFFECTED, UNKNOWN, Statement
from lockgate.finding import Finding, State
from lockgate.verdict import Verdict

_TOOL = "osv"
_GATE = "sca"
_EXCUSED = re.compile(r"VEX (not_affected|fixed)(?:: (.*))? \(.*\)")
_JUSTIFICATION = re.compile(r"[a-z]+(?:_[a-z]+)+")
_ORDER = (AFFECTED, UNKNOWN, NOT_AFFECTED, FIXED)  # where two say different things of one, the first holds


def statements(verdict: Verdict) -> list[Statement]:
    """Make statements of the findings about vulnerabilities, each of all components that it holds for.

    What a VEX excused stays excused; whatever another waiver holds is `affected`, with that for what is done.
    """
    said: dict[tuple[str, str], Statement] = {}
    for each in _each(verdict):
        key = each.id, each.purls[0]
        said[key] = min(said.get(key, each), each, key=lambda one: _ORDER.index(one.status))
    together: defaultdict[Statement, list[str]] = defaultdict(list)
    for each in said.values():
        together[replace(each, purls=())].append(each.purls[0])
    made = [replace(each, purls=tuple(sorted(found))) for each, found in together.items()]
    return sorted(made, key=lambda each: (each.id, _ORDER.index(each.status), each.purls))


def _each(verdict: Verdict) -> Iterator[Statement]:
    for finding in (*verdict.findings, *verdict.fixed):
        if finding.gate != _GATE or finding.tool != _TOOL or not finding.package:
            continue
        aliases = tuple(sorted({*finding.aliases} - {finding.rule}))
        if finding.state is not State.ABSENT:
            yield replace(_present(finding), aliases=aliases)
        elif finding.fixed_in and (package := purl.read(finding.package)):
            # The version that had it still has it: what is fixed is the one that came after.
            mended = purl.write(replace(package, version=finding.fixed_in))
            yield Statement(id=finding.rule, purls=(mended,), status=FIXED, aliases=aliases)


def _present(finding: Finding) -> Statement:
    of = Statement(id=finding.rule, purls=(finding.package,), status=AFFECTED)
    excused = _EXCUSED.fullmatch(finding.waiver) if finding.waived else None
    if excused is None:
        waived = f"Accepted: {finding.waiver}. " if finding.waived else ""
        return replace(of, action=f"{waived}{finding.mend}".strip())
    why = excused[2] or ""
    known = bool(_JUSTIFICATION.fullmatch(why))
    return replace(
        of, status=excused[1], justification=why if known else "", detail="" if known else why
    )  # fmt: skip
