"""Verdicts to render as HTML, and a strict parser to look at the pages with."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from lockgate.errors import ExitCode
from lockgate.finding import Finding, Notification, Rule, Severity
from lockgate.reports.excerpt import Excerpt
from lockgate.verdict import Answer, FunnelStep, GateResult, Outcome, Strip, Table, Timing, Tool, Verdict

VOID = {"meta", "input", "br", "hr", "img", "link"}
HOSTILE = (
    '"onmouseover="alert(1)\' <script>alert(2)</script></style></title><!-- \u202e\n::error::x\udc80\x1b['
)
BANDIT = Tool("bandit", "1.9.4")
SHELL = Rule(
    id="B602", tool="bandit", name="shell", severity=Severity.HIGH, what="A shell runs it.",
    why="A stranger can run any command.", mend="Pass a list.", help="https://bandit.example/B602", cwe=(78,),
)  # fmt: skip


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    ancestors: list["Element"] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()


class Page(HTMLParser):
    """Parse a page strictly: every element that opens closes, in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.comments: list[str] = []
        self.open: list[Element] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), "an attribute stands twice"
        element = Element(tag, dict(attrs), ancestors=list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), ancestors=list(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, tag: str, cls: str = "") -> list[Element]:
        return [e for e in self.elements if e.tag == tag and (not cls or e.has(cls))]

    def one(self, tag: str, cls: str = "") -> Element:
        (element,) = self.all(tag, cls)
        return element

    def inside(self, outer: Element, tag: str, cls: str = "") -> list[Element]:
        return [e for e in self.all(tag, cls) if any(a is outer for a in e.ancestors)]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(e.tag, tuple(sorted(e.attributes))) for e in self.elements]


def finding(number: int = 0, **changes) -> Finding:
    base = Finding(
        gate="sast", tool="bandit", rule="B602", severity=Severity.HIGH, message=f"message {number}.",
        path=f"src/file_{number % 7}.py", line=3 + number, end_line=3 + number, column=5,
        fingerprint=f"{number:064x}",
    )  # fmt: skip
    return replace(base, **changes)


def gate(outcome: str, **changes) -> GateResult:
    return replace(GateResult(name="sast", outcome=Outcome(outcome), reason="", counts={}), **changes)


def verdict(*findings: Finding, **changes) -> Verdict:
    base = Verdict(
        answer=Answer.FAIL, exit_code=ExitCode.FINDINGS, reason="1 new finding at high or above.",
        base="b" * 40, head="a" * 40, dirty=False, scope="the change", fail_on=Severity.HIGH,
        gates=(gate("failed", reason="new findings", tools=(BANDIT,), counts={"files": 12}),),
        funnel=(FunnelStep("found", len(findings)),), findings=findings, rules=(SHELL,),
        timing=Timing(seconds=1.0, gates={}),
    )  # fmt: skip
    return replace(base, **changes)


def incomplete() -> Verdict:
    notes = (Notification(level="error", message="bandit printed half a JSON document"),)
    killed = gate("incomplete", reason="bandit was killed", notifications=notes)
    return verdict(
        answer=Answer.ERROR, exit_code=ExitCode.INCOMPLETE, gates=(killed,), reason="sast is incomplete"
    )


def clean() -> Verdict:
    passed = gate("passed", reason="no findings")
    return verdict(answer=Answer.PASS, exit_code=ExitCode.PASS, gates=(passed,), reason="nothing new")


def saying(text: str) -> tuple[Verdict, dict[str, Excerpt]]:
    """Put `text` into every string that a stranger can reach."""
    rule = Rule(
        id=text, tool=text, name=text, severity=Severity.LOW, help="javascript:" + text,
        what="what " + text, why="why " + text, mend="mend " + text,
    )  # fmt: skip
    found = finding(
        gate=text, tool=text, rule=text, message=text, path=text, help="data:" + text, fingerprint=text,
        commit=text, waived=True, waiver=text, blocking=True,
    )  # fmt: skip
    note = Notification(level=text, message=text, path=text)
    result = gate(
        "incomplete",
        name=text,
        reason=text,
        tools=(Tool(text, text),),
        counts={text: 1},
        notifications=(note,),
        tables=(Table(text, (text,), ((text,),), (Strip(text, text, (1.0, 2.0), (3.0,)),)),),
    )
    whole = verdict(
        found, gates=(result,), rules=(rule,), funnel=(FunnelStep(text, 1),),
        reason=text, scope=text, base=text, head=text,
    )  # fmt: skip
    return whole, {text: Excerpt(2, (text, text))}
