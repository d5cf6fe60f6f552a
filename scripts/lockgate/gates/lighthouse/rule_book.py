"""The rules of the gate itself, and how a finding of one is made."""

from dataclasses import dataclass

from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key
from lockgate.gates.judged import Judged
from lockgate.source import display

GATE = "lighthouse"
TOOL = "lockgate"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Name where a finding is shown: a file of the repository and a line, counted from 1; 0 for the file."""

    path: str
    line: int = 0


def judged(
    rule: str,
    place: Place,
    message: str,
    *,
    identity: str,
    origin: str,
    severity: Severity | None = None,
    mend: str = "",
) -> Judged:
    """Make a finding about a site.

    It is the same finding as long as rule, `identity` and `origin` are: `origin` names the site and page
    (`frontend/out#/products/`), `identity` what is wrong there (metric, file, host), never a number measured.
    """
    finding = Finding(
        gate=GATE,
        tool=TOOL,
        rule=rule,
        severity=BY_ID[rule].severity if severity is None else severity,
        message=f"{message[:1].upper()}{message[1:]}",
        path=display(place.path),
        line=place.line,
        end_line=place.line,
        sources=(f"{TOOL}/{rule}",),
        mend=mend,
        help=BY_ID[rule].help,
    )
    return Judged(finding, content_key(f"{TOOL}/{rule}", [identity], 1, 1), origin)


def _rule(name: str, severity: Severity, what: str, why: str, mend: str, link: str = "") -> Rule:
    return Rule(
        id=name,
        tool=TOOL,
        name=name.replace("-", " ").capitalize(),
        severity=severity,
        what=what,
        why=why,
        mend=mend,
        tags=("performance",),
        help=link,
    )


_WAITS = "Visitors on a slow network wait for each byte, and for each request before it."

RULES: tuple[Rule, ...] = (
    _rule(
        "blocking-added", Severity.HIGH,
        "A page has a script or style sheet that holds its first paint back, and had it not in the base.",
        "The screen stays white until it has been fetched and run.",
        "Give a script `defer` or `async`, and load a style sheet that is not needed at once later.",
        "https://developer.chrome.com/docs/performance/insights/render-blocking",
    ),
    _rule(
        "grew", Severity.HIGH,
        "A file that pages load has become larger.", _WAITS,
        "Load what is not needed at once with `import()`, or leave it out.",
        "https://web.dev/articles/reduce-javascript-payloads-with-code-splitting",
    ),
    _rule(
        "inconclusive", Severity.NOTE,
        "The runs do not tell whether a page has become slower.",
        "They differ more among themselves than the base and the change do.",
        "See the interval in the report; more cores, or fewer jobs beside it, make it narrower.",
    ),
    _rule(
        "maybe-over-budget", Severity.NOTE,
        "A page may be over a budget for time: the interval of its runs holds the budget.",
        "Another run may say the other thing.",
        "See the interval in the report.",
    ),
    _rule(
        "over-budget", Severity.HIGH,
        "A page is over a budget.",
        "Somebody has decided that visitors should not have to pay more.",
        "Bring it below the budget, or change the budget in a change of its own.",
    ),
    _rule(
        "page-grew", Severity.HIGH,
        "A page asks for more than in the base.", _WAITS,
        "Leave out what this page does not need.",
    ),
    _rule(
        "request-fails", Severity.MEDIUM,
        "A page asks for a file of its own site that is not there.",
        "What it stands for is missing, and visitors wait for the answer.",
        "Mend the address, or add the file.",
    ),
    _rule(
        "slower", Severity.HIGH,
        "A page is slower than in the base: the runs of both were taken in turns on the same machine.",
        "Visitors leave pages that are slow.",
        "See in the report which files of the page have changed.",
        "https://web.dev/articles/vitals",
    ),
    _rule(
        "third-party-added", Severity.HIGH,
        "A page calls a host that it did not call in the base.",
        "It learns who visits the page, and its code, if it sends any, may do all that yours may.",
        "Serve the file yourself, or list the host below `gates.lighthouse.third-parties`.",
        "https://web.dev/articles/optimizing-content-efficiency-loading-third-party-javascript",
    ),
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
