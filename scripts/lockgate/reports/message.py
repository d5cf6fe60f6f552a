"""Say what a finding is, in the same words wherever it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from lockgate.finding import Finding, Related, Rule
from lockgate.untrusted import web_link
from lockgate.verdict import Verdict

Rules = dict[tuple[str, str], Rule]

_CWES = 3
_NAMES, _PLACES = 8, 3  # so many are said; all are in verdict.json


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold the words for one finding, not yet made safe; each is empty where there is nothing to say.

    `title` is such as `sast · B602 · high`. `anyway` says why it blocks at any threshold, `outside` why a
    finding on no line of the change is shown.
    """

    title: str
    what: str
    why: str
    mend: str
    anyway: str
    aliases: str
    related: str
    outside: str
    link: str

    @property
    def labelled(self) -> tuple[tuple[str, str], ...]:
        """Give what follows the first sentence, each with its label; the link is apart."""
        labels = (
            ("Why", self.why), ("Mend", self.mend), ("Blocks", self.anyway), ("Known as", self.aliases),
            ("See", self.related), ("Shown", self.outside),
        )  # fmt: skip
        return tuple((label, text) for label, text in labels if text)


def rules_of(verdict: Verdict) -> Rules:
    """Find rules by their tool and id."""
    return {(rule.tool, rule.id): rule for rule in verdict.rules}


def message(finding: Finding, rules: Rules) -> Message:
    """Word a finding; its rule says what the finding itself does not."""
    rule = rules.get((finding.tool, finding.rule))
    return Message(
        title=f"{finding.gate} · {finding.rule} · {finding.severity}",
        what=finding.message or (rule.what if rule else ""),
        why=_why(finding, rule),
        mend=finding.mend or (rule.mend if rule else ""),
        anyway=f"at any threshold: {finding.anyway}" if finding.anyway else "",
        aliases=_listed((name for name in finding.aliases if name != finding.rule), _NAMES),
        related=_listed(map(at, finding.related), _PLACES),
        outside=_outside(finding),
        link=web_link(finding.help) or web_link(rule.help if rule else ""),
    )


def at(place: Related) -> str:
    """Name a line that a finding is about, and what is there."""
    where = f"{place.path}:{place.line}" if place.line > 0 else place.path
    return f"{where} ({place.message})" if place.message else where


def _listed(words: Iterable[str], most: int) -> str:
    first, rest = (named := tuple(words))[:most], len(named) - most
    return ", ".join((*first, f"and {rest} more") if rest > 0 else first)


def _why(finding: Finding, rule: Rule | None) -> str:
    cwes = sorted({*finding.cwe, *(rule.cwe if rule else ())})[:_CWES]
    names = ", ".join(f"CWE-{number}" for number in cwes)
    why = rule.why if rule else ""
    return f"{why} ({names})" if why and names else why or names


def _outside(finding: Finding) -> str:
    if finding.in_diff or not finding.in_change:
        return ""
    held = f"commit {finding.commit[:12]} of the change added it" if finding.commit else ""
    return f"on no line of this change, but {held or 'the change touches its file, and the base lacks it'}"
