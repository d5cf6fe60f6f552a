"""Write a verdict as SARIF 2.1.0, in the form that GitHub code scanning wants.

One run for each tool of each gate ("each run can only have results for one analysis tool"), all runs of a
gate in one category. A skipped gate has no run: an empty one would close what another job found.
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec

from lockgate import __version__
from lockgate.finding import Edit, Finding, Notification, Related, Rule, State
from lockgate.github import inert_json
from lockgate.ranking import rank
from lockgate.sarif import uri
from lockgate.sarif.rules import LEVELS, descriptor
from lockgate.untrusted import cut, visible, web_link
from lockgate.verdict import GateResult, Outcome, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULT_LIMIT = 25_000
"""Code scanning rejects a file with more results in one run."""
MESSAGE_LIMIT = 4096
FINGERPRINT = "lockgate/v1"
ROOT = "%SRCROOT%"

_NOTHING = "(no message)"
_RELATED = 10

_HOMES = {
    "bandit": "https://bandit.readthedocs.io",
    "detect-secrets": "https://github.com/Yelp/detect-secrets",
    "oxlint": "https://oxc.rs/docs/guide/usage/linter",
}

Json = dict[str, Any]


def render(verdict: Verdict) -> bytes:
    """Render a verdict as a SARIF file in UTF-8; equal verdicts give equal bytes."""
    # Code scanning does not read `baselineState`: it would show a finding that is gone as an open one.
    present = [finding for finding in verdict.findings if finding.state is not State.ABSENT]
    gates = {gate.name: gate for gate in verdict.gates}
    found: dict[tuple[str, str], list[Finding]] = {pair: [] for pair in _pairs(verdict.gates)}
    for finding in present:
        found.setdefault((finding.gate, finding.tool), []).append(finding)
    runs = [_run(verdict, gates.get(gate), gate, tool, found[gate, tool]) for gate, tool in sorted(found)]
    return inert_json(msgspec.json.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}))


def _pairs(gates: Sequence[GateResult]) -> list[tuple[str, str]]:
    """Name the tools that ran, also those that found nothing: their empty run closes what was mended."""
    ran = [gate for gate in gates if gate.outcome is not Outcome.SKIPPED]
    return [(gate.name, tool) for gate in ran for tool in [tool.name for tool in gate.tools] or ["lockgate"]]


def _run(verdict: Verdict, gate: GateResult | None, name: str, tool: str, found: list[Finding]) -> Json:
    kept = sorted(sorted(found, key=rank)[:RESULT_LIMIT], key=lambda finding: finding.sort_key)
    rules = _rules(verdict.rules, tool, kept)
    indexes = {rule.id: index for index, rule in enumerate(rules)}
    notifications = list(gate.notifications) if gate else []
    if len(kept) < len(found):
        text = (
            f"{len(kept)} of {len(found)} findings are here, the most important ones; all are in verdict.json"
        )
        notifications.insert(0, Notification(level="warning", message=text))
    if gate and gate.outcome is Outcome.INCOMPLETE:
        notifications.insert(0, Notification(level="error", message=gate.reason))
    return {
        "tool": {"driver": _driver(gate, tool, rules)},
        "automationDetails": {"id": f"lockgate/{visible(name)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(gate, notifications)],
        "results": [_result(verdict, finding, indexes[finding.rule]) for finding in kept],
        "properties": {"lockgate": {"found": len(found), "written": len(kept)}},
    }


def _rules(known: Sequence[Rule], tool: str, found: Sequence[Finding]) -> list[Rule]:
    """List each rule that is named, once; one without metadata is described by its worst finding."""
    rules = {rule.id: rule for rule in known if rule.tool == tool}
    for finding in sorted(found, key=rank):
        if finding.rule not in rules:
            rules[finding.rule] = Rule(
                id=finding.rule,
                tool=tool,
                name=finding.rule,
                severity=finding.severity,
                help=finding.help,
                cwe=finding.cwe,
                security_severity=finding.security_severity,
            )
    named = {finding.rule for finding in found}
    return [rules[rule] for rule in sorted(named)]


def _driver(gate: GateResult | None, tool: str, rules: Sequence[Rule]) -> Json:
    versions = {"lockgate": __version__} | {ran.name: ran.version for ran in (gate.tools if gate else ())}
    driver: Json = {"name": visible(tool), "rules": [descriptor(rule) for rule in rules]}
    if versions.get(tool):
        driver["version"] = visible(versions[tool])
    if tool in _HOMES:
        driver["informationUri"] = _HOMES[tool]
    return driver


def _invocation(gate: GateResult | None, notifications: Sequence[Notification]) -> Json:
    return {
        "executionSuccessful": gate is None or gate.outcome is not Outcome.INCOMPLETE,
        "toolExecutionNotifications": [_notification(note) for note in notifications],
    }


def _notification(note: Notification) -> Json:
    written: Json = {"level": note.level, "message": {"text": _text(note.message)}}
    if note.path:
        written["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(note.path)}}]
    if note.data:
        written["properties"] = {visible(key): visible(value) for key, value in sorted(note.data.items())}
    return written


def _result(verdict: Verdict, finding: Finding, index: int) -> Json:
    written: Json = {
        "ruleId": visible(finding.rule),
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _said(finding)},
        "partialFingerprints": _fingerprints(finding),
        "properties": _properties(finding),
        # On every result or on none (3.27.23).
        "suppressions": [{"kind": "external", "justification": visible(finding.waiver)}]
        if finding.waived
        else [],
    }
    if finding.path:
        written["locations"] = [{"physicalLocation": _location(finding)}]
    if finding.related:
        written["relatedLocations"] = list(map(_related, count(1), finding.related[:_RELATED]))
    if finding.fix:
        written["fixes"] = [_fix(finding)]
    if verdict.base is not None:
        written["baselineState"] = str(finding.state)
    return written


def _location(finding: Finding) -> Json:
    location: Json = {"artifactLocation": _artifact(finding.path)}
    if finding.line > 0:
        region = {"startLine": finding.line}
        if finding.column > 0:
            region["startColumn"] = finding.column
        if finding.end_line >= finding.line:
            region["endLine"] = finding.end_line
        if finding.end_column > (finding.column if finding.end_line <= finding.line else 0):
            region["endColumn"] = finding.end_column
        location["region"] = region
    return location


def _related(number: int, place: Related) -> Json:
    location: Json = {"artifactLocation": _artifact(place.path)}
    if place.line > 0:
        location["region"] = {"startLine": place.line}
    return {"id": number, "physicalLocation": location, "message": {"text": _text(place.message)}}


def _fix(finding: Finding) -> Json:
    changes: dict[str, list[Json]] = {}
    for edit in finding.fix:
        changes.setdefault(edit.path or finding.path, []).append(_replacement(edit))
    return {
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": changed}
            for path, changed in changes.items()
        ]
    }


def _replacement(edit: Edit) -> Json:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": visible(edit.new)}}


def _artifact(path: str) -> Json:
    return {"uri": uri.from_path(path), "uriBaseId": ROOT}


def _fingerprints(finding: Finding) -> dict[str, str]:
    """Give `primaryLocationLineHash`, the one that GitHub reads, only where no line of the tree has it.

    Elsewhere the upload-sarif action computes it from the source, and warns about each that differs.
    """
    prints = {FINGERPRINT: visible(finding.fingerprint)} if finding.fingerprint else {}
    if finding.fingerprint and (finding.line <= 0 or finding.commit):
        prints["primaryLocationLineHash"] = visible(finding.fingerprint)
    return prints


def _properties(finding: Finding) -> Json:
    own: Json = {
        "severity": str(finding.severity),
        "inChange": finding.in_change,
        "blocking": finding.blocking,
    }
    if finding.sources:
        own["sources"] = [visible(source) for source in finding.sources]
    if finding.commit:
        own["commit"] = visible(finding.commit)
    if finding.cwe:
        own["cwe"] = finding.cwe
    if link := web_link(finding.help):
        own["help"] = link
    if finding.package:
        own["purl"] = visible(finding.package)
    if finding.aliases:
        own["aliases"] = [visible(name) for name in finding.aliases]
    if finding.fixed_in:
        own["fixedIn"] = visible(finding.fixed_in)
    if finding.anyway:
        own["anyway"] = visible(finding.anyway)
    if finding.security_severity is None:
        return {"lockgate": own}
    return {"security-severity": str(finding.security_severity), "lockgate": own}


def _said(finding: Finding) -> str:
    """Word a result: code scanning shows what a rule says, but of a finding's own only its message.

    It shows a related location where the message links to its id.
    """
    mend = f"\nMend: {finding.mend}" if finding.mend else ""
    anyway = f"\nBlocks at any threshold: {finding.anyway}" if finding.anyway else ""
    numbers = range(1, min(len(finding.related), _RELATED) + 1)
    links = f"\nRelated: {', '.join(f'[{number}]({number})' for number in numbers)}" if numbers else ""
    return _text(f"{finding.message or _NOTHING}{mend}{anyway}", MESSAGE_LIMIT - len(links)) + links


def _text(message: str, limit: int = MESSAGE_LIMIT) -> str:
    """Show a message whole, and never as one of SARIF's embedded links `[text](target)` (3.11.6)."""
    return cut(visible(message).replace("](", "] ("), limit) or _NOTHING
