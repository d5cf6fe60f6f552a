"""The rules about components themselves, and how a finding of one is made."""

from lockgate.bom import purl
from lockgate.finding import Finding, Rule, Severity
from lockgate.fingerprint import content_key
from lockgate.gates.judged import Judged
from lockgate.inventory.model import Component, Inventory
from lockgate.source import display
from lockgate.untrusted import shown

GATE = "sca"
TOOL = "lockgate"


def judged(
    rule: str,
    inventory: Inventory,
    component: Component | None,
    message: str,
    *,
    identity: str = "",
    severity: Severity | None = None,
    mend: str = "",
) -> Judged:
    """Make a finding at a component's entry; without a component it is about the lock, at its first line.

    It is the same finding as long as rule, package and `identity` are the same, whatever the version.
    """
    subject = f"{component.ecosystem} {component.name}" if component else ""
    line = component.line if component else 1
    finding = Finding(
        gate=GATE,
        tool=TOOL,
        rule=rule,
        severity=_BY_ID[rule].severity if severity is None else severity,
        message=message,
        path=display(inventory.path),
        line=line,
        end_line=max(component.end_line, line) if component else line,
        cwe=_BY_ID[rule].cwe,
        sources=(f"{TOOL}/{rule}",),
        mend=mend,
        package=purl.of(component) if component else "",
    )
    return Judged(finding, content_key(f"{TOOL}/{rule}", [f"{subject} {identity}"], 1, 1))


def named(component: Component) -> str:
    """Name a component and its version in a message."""
    return shown(f"{component.name} {component.version}".rstrip())


def _rule(
    name: str,
    severity: Severity,
    what: str,
    why: str,
    mend: str,
    cwe: tuple[int, ...] = (),
    tag: str = "security",
) -> Rule:
    title = name.replace("-", " ").capitalize()
    return Rule(
        id=name, tool=TOOL, name=title, severity=severity, what=what, why=why, mend=mend, cwe=cwe, tags=(tag,)
    )


_LAW = "What is under it may be used only on terms that somebody has decided not to accept."
_ATTACK = "Who wants their code to run here is helped by whoever installs it without a look."

RULES: tuple[Rule, ...] = (
    _rule(
        "install-script", Severity.MEDIUM,
        "A component that the change brings runs a script while it is installed.",
        "Such a script runs with all rights of who installs it, before anybody could look at what it brings.",
        "Read the script, and install with scripts off (`ignore-scripts`) where nothing needs it.",
        (829,),
    ),
    _rule(
        "integrity-missing", Severity.MEDIUM,
        "The lock holds no hash of a component, though it holds those of others.",
        "Without a hash any file that the server sends is installed.",
        "Make the lock anew with its own tool, and look at what it changes.",
        (353,),
    ),
    _rule(
        "integrity-weak", Severity.LOW,
        "The lock holds a hash of a component that can be forged (MD5, SHA-1), and no better one.",
        "Two different files can be made with the same hash.",
        "Make the entry anew with the lock's own tool, which takes SHA-256 or SHA-512 today.",
        (328,),
    ),
    _rule(
        "licence-denied", Severity.HIGH,
        "A component is under a licence that the policy denies.", _LAW,
        "Replace it, or list it below `exceptions` when somebody has agreed.", tag="licence",
    ),
    _rule(
        "licence-not-allowed", Severity.HIGH,
        "A component is under a licence that the policy does not list.", _LAW,
        "Replace it, or add its licence to `allow` when its terms suit you.", tag="licence",
    ),
    _rule(
        "licence-unknown", Severity.LOW,
        "Nobody can say by the lock which licence a component is under.",
        "Without a licence nobody has the right to use it.",
        "Read its licence, and list it below `exceptions` when its terms suit you.", tag="licence",
    ),
    _rule(
        "name-near-popular", Severity.MEDIUM,
        "A component that the change brings has nearly the name of a popular one.",
        "Packages that attack are given such names, so that a slip of the finger installs them.",
        "Look whether it is the one that was meant.",
        (1357,),
    ),
    _rule(
        "origin-not-registry", Severity.MEDIUM,
        "A component that the change brings comes from a repository, an address or a folder, not a registry.",
        "No registry keeps it as it is, and no advisory names it.",
        "Take the version that the registry has, or copy it into a registry of your own.",
        (1357,),
    ),
    _rule(
        "origin-unencrypted", Severity.HIGH,
        "A component that the change brings comes over a connection that is not encrypted.",
        "Anyone on the way can read and change what is sent.",
        "Use an address that starts with `https://`.",
        (494,),
    ),
    _rule(
        "package-denied", Severity.HIGH,
        "A component is used that the policy denies.",
        "Somebody has decided that nobody may use it here.",
        "Replace it, or ask who keeps the policy.", tag="policy",
    ),
    _rule(
        "package-too-young", Severity.MEDIUM,
        "A version of a component is public for fewer days than the policy asks for.",
        "Most versions that attack are found and withdrawn within days.",
        "Take an older version, or wait.",
        (1357,),
    ),
    _rule(
        "registry-changed", Severity.HIGH,
        "The change takes components from another host than all that the base's lock has.", _ATTACK,
        "Look who changed the address, and make the lock anew with its own tool.",
        (494,),
    ),
)  # fmt: skip
_BY_ID = {rule.id: rule for rule in RULES}
