"""Make findings of what axe finds: the same element of several pages is one finding."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.model import PageResult, Sample, Site, Violation
from lockgate.gates.lighthouse.pages import stable
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.elements import parse
from lockgate.gates.lighthouse.pages.sides import Group, Sides, few, groups, identity, pages_shown, told
from lockgate.gates.lighthouse.rule_book import GATE
from lockgate.source import display
from lockgate.untrusted import cut, one_line, shown, web_link

TOOL = "axe"
_LONGEST_MEND = 400
_SEVERITIES = {
    "critical": Severity.HIGH,
    "serious": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "minor": Severity.LOW,
}
_FIX = re.compile(r"Fix (any|all) of the following:")
_HEADS = {"any": "Mending one of these is enough", "all": "Mend all of these"}
_LEVEL = re.compile(r"wcag(2)(\d?)(a{1,3})")
_CRITERION = re.compile(r"wcag(\d)(\d)(\d{1,2})")


@dataclass(frozen=True, slots=True)
class _Fault:
    """Hold a violation, what it is the same by, and which of the page's elements of equal looks it has."""

    violation: Violation
    rule: str
    element: str
    selector: str
    number: int
    of: int

    @property
    def identity(self) -> tuple[str, ...]:
        return self.rule, self.selector, self.element

    @property
    def exact(self) -> tuple[str, ...]:
        return self.rule, self.violation.selector, self.violation.snippet

    @property
    def moved(self) -> tuple[str, ...]:
        """Match an element that got other parents, or whose selector a new neighbour changed."""
        return self.rule, self.element


def judge(site: Site, results: Iterable[PageResult], finder: Finder) -> Sides:
    """Find the elements that break a rule of axe: the head's, and those of them that the base has.

    What the base alone has is among the base's findings too. Positions among siblings, hashes of the build
    and colours do not tell one element from another; equal ones are counted. Of very many on one page the
    last ones of a rule are one finding.
    """
    results = list(results)
    found = groups(
        results,
        _faults,
        lambda fault: fault.identity,
        (lambda fault: fault.exact, lambda fault: fault.identity, lambda fault: fault.moved),
    )
    found = few(found, lambda fault: (fault.rule, severity(fault.violation)))
    sides = told(found, lambda group: _judged(group, site, finder))
    return replace(sides, rules=_rules(group.thing for group in found))


def wcag(tags: Iterable[str]) -> str:
    """Write axe's tags as people know them: `WCAG 2.0 A 1.1.1`; empty where no criterion asks for it."""
    tags = list(tags)
    levels = [f"2.{found[2] or 0} {found[3].upper()}" for tag in tags if (found := _LEVEL.fullmatch(tag))]
    criteria = [".".join(found.groups()) for tag in tags if (found := _CRITERION.fullmatch(tag))]
    return f"WCAG {' '.join([*levels[:1], ', '.join(criteria[:3])])}".rstrip() if levels or criteria else ""


def mending(summary: str) -> str:
    """Turn axe's summary of a failure into sentences: `Mending one of these is enough: …; ….`."""
    _, *parts = _FIX.split(summary)
    sentences = []
    for which, text in zip(parts[::2], parts[1::2], strict=True):
        faults = [_clause(one_line(line)) for line in text.splitlines() if line.strip()]
        if faults:
            head = "Mend it" if len(faults) == 1 else _HEADS[which]
            sentences.append(f"{head}: {'; '.join(faults)}.")
    return cut(" ".join(sentences).replace("`", "'"), _LONGEST_MEND)


def _clause(sentence: str) -> str:
    """Write a sentence so that it may stand behind a colon."""
    if sentence.startswith("Element "):
        return f"the element {sentence[8:].rstrip('.')}"
    lower = sentence[:1].lower() if sentence[1:2].islower() else sentence[:1]
    return f"{lower}{sentence[1:].rstrip('.')}"


def _faults(sample: Sample) -> list[_Fault]:
    total = Counter((each.rule, each.snippet) for each in sample.violations)
    seen: Counter[tuple[str, str]] = Counter()
    faults = []
    for each in sample.violations:
        key = each.rule, each.snippet
        rule = re.sub(r"[^a-z0-9-]", "", each.rule.lower())[:60] or "unknown"
        element, selector = parse(each.snippet).stable, stable.selector(each.structure or each.selector)
        faults.append(_Fault(each, rule, element, selector, seen[key], total[key]))
        seen[key] += 1
    return faults


def _judged(group: Group[_Fault], site: Site, finder: Finder) -> Judged:
    fault = group.thing
    violation = fault.violation
    spot = finder.element(group.pages[0], violation.snippet, fault.number, fault.of)
    asked = wcag(violation.tags)
    parts = [
        f"{_title(fault)}{f' ({asked})' if asked else ''}: {shown(violation.snippet)}",
        f"at {shown(violation.selector, 120)} of {pages_shown(group.pages)}{_others(group)}",
    ]
    finding = Finding(
        gate=GATE,
        tool=TOOL,
        rule=fault.rule,
        severity=severity(violation),
        message=f"{' '.join(parts)}.{spot.note}",
        path=display(spot.place.path),
        line=spot.place.line,
        end_line=spot.place.line,
        sources=(f"{TOOL}/{fault.rule}",),
        mend=mending(violation.summary),
        help=_link(violation),
    )
    name = identity(group, f"others {group.pages[0].path}" if group.stands_for else " ".join(fault.identity))
    key = content_key(f"{TOOL}/{fault.rule}", [name], 1, 1)
    return Judged(finding, key, site.folder or site.manifest)


def _others(group: Group[_Fault]) -> str:
    others = group.stands_for - 1
    return f", and {others:,} more element{'s' * (others > 1)} of that page" if others > 0 else ""


def _rules(faults: Iterable[_Fault]) -> tuple[Rule, ...]:
    by_rule: dict[str, _Fault] = {}
    for fault in faults:
        before = by_rule.setdefault(fault.rule, fault)
        if severity(fault.violation) > severity(before.violation):
            by_rule[fault.rule] = fault
    return tuple(_rule(fault) for fault in by_rule.values())


def _rule(fault: _Fault) -> Rule:
    violation = fault.violation
    asked = wcag(violation.tags)
    return Rule(
        id=fault.rule,
        tool=TOOL,
        name=_title(fault),
        severity=severity(violation),
        what=f"{_title(fault).rstrip('.')}.",
        why=f"Some people cannot use the page otherwise{f'; {asked} asks for it' if asked else ''}.",
        help=_link(violation),
        tags=("accessibility", *(one_line(tag)[:40] for tag in violation.tags[:20])),
    )


def _title(fault: _Fault) -> str:
    return cut(one_line(fault.violation.title or fault.rule), 160).replace("`", "'")


def severity(violation: Violation) -> Severity:
    """Give the severity of a finding of it."""
    return _SEVERITIES.get(violation.impact, Severity.MEDIUM)


def _link(violation: Violation) -> str:
    return web_link(violation.help) if len(violation.help) <= 300 else ""
