"""From hits to findings, and from advisories to the rules that the findings name."""

from datetime import datetime

from lockgate.advisories.model import Advisory
from lockgate.bom import purl
from lockgate.config.model import ScaConfiguration
from lockgate.finding import Finding, Rule, Severity
from lockgate.gates.cwe import WHY
from lockgate.gates.sca import severity
from lockgate.gates.sca.graph import Graph
from lockgate.gates.sca.hits import TOOL, Hit
from lockgate.gates.sca.remedy import remedy, words
from lockgate.inventory.model import Component
from lockgate.untrusted import cut, one_line

_WHY = "Whoever reaches the flaw through this component can use what everybody can read about it."
_STEPS = 8
_LONGEST = 300


def finding(
    gate: str, hit: Hit, graph: Graph, configuration: ScaConfiguration, late: datetime | None
) -> Finding:
    """Make the finding of a hit; `late` is when its advisory was published, where that was after the base."""
    advisory, component = hit.advisory, hit.component
    worth, anyway = severity.judge(advisory, hit.fixed, configuration, dev=hit.dev)
    how = remedy(hit, graph)
    return Finding(
        gate=gate,
        tool=TOOL,
        rule=advisory.id,
        severity=worth,
        message=_message(hit, graph, late),
        path=hit.lock.path,
        line=component.line,
        end_line=max(component.end_line, component.line),
        cwe=advisory.cwe,
        help=advisory.link,
        fingerprint=hit.fingerprint,
        sources=(f"{TOOL}/{advisory.id}",),
        security_severity=advisory.score,
        mend=how.mend,
        aliases=tuple(sorted({advisory.id, *advisory.ids})),
        package=purl.of(component),
        fixed_in=hit.fixed,
        anyway=anyway,
        fix=how.fix,
        related=how.related,
    )


def rule(advisory: Advisory) -> Rule:
    """Describe an advisory as a rule."""
    worth = severity.of(advisory)
    return Rule(
        id=advisory.id,
        tool=TOOL,
        name=advisory.id,
        severity=Severity.MEDIUM if worth is None else worth,
        what=_sentence(advisory),
        why=next((WHY[number] for number in advisory.cwe if number in WHY), _WHY),
        mend="Take a version that mends it, or replace the component.",
        help=advisory.link,
        cwe=advisory.cwe,
        tags=("security", "vulnerability", *(("exploited",) if advisory.exploited else ())),
        security_severity=advisory.score,
    )


def _message(hit: Hit, graph: Graph, late: datetime | None) -> str:
    path = graph.path(copy.key for copy in hit.copies)
    fixed = f"Fixed in {hit.fixed}." if hit.fixed else "No version mends it."
    return " ".join([
        f"`{words(hit.component)}` has {hit.advisory.id}: {_sentence(hit.advisory)}",
        *([] if hit.advisory.malicious else [fixed]),
        *([f"Path: {_path(hit, path)}."] if path else []),
        *([f"{len(hit.copies)} copies of it are locked."] if len(hit.copies) > 1 else []),
        *(["It is only for development."] if hit.dev else []),
        *([f"Published on {late.date()}, after the base."] if late else []),
    ])  # fmt: skip


def _path(hit: Hit, path: tuple[Component, ...]) -> str:
    """Write the way from the project; of a long one the middle is left out."""
    inventory = hit.lock.inventory
    root = (inventory.name if inventory else "") or hit.lock.path
    steps = [_one(root), *map(words, path)]
    if len(steps) > _STEPS:
        steps = [*steps[:3], f"… {len(steps) - 6} more …", *steps[-3:]]
    return " → ".join(steps)


def _sentence(advisory: Advisory) -> str:
    text = _one(advisory.summary or advisory.details.partition("\n")[0]).rstrip(".")
    if not text:
        text = (
            "a version that is an attack" if advisory.malicious else "a vulnerability that nobody summed up"
        )
    return text if text.endswith("…") else f"{text}."


def _one(text: str) -> str:
    return cut(one_line(text[: 4 * _LONGEST]), _LONGEST)
