"""Write the metadata of a rule as a SARIF `reportingDescriptor`, with the properties that GitHub reads."""

from typing import Any

from lockgate.finding import Rule, Severity
from lockgate.untrusted import cut, markdown, visible, web_link

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
# In the middle of the range that GitHub shows under the same word, for rules that have no score of their own.
_SCORES = {Severity.CRITICAL: 9.5, Severity.HIGH: 8.0, Severity.MEDIUM: 5.5, Severity.LOW: 2.0}
_NAME_LIMIT = 255
_TEXT_LIMIT = 1024
_TAG_LIMIT = 10  # of at most 20, GitHub keeps 10


def descriptor(rule: Rule) -> dict[str, Any]:
    """Describe a rule; no required text is empty."""
    what = rule.what or rule.name or rule.id
    written: dict[str, Any] = {
        "id": visible(rule.id),
        "name": cut(visible(rule.name or rule.id), _NAME_LIMIT),
        "shortDescription": {"text": cut(visible(what), _TEXT_LIMIT)},
        "fullDescription": {"text": cut(visible(" ".join(filter(None, (what, rule.why)))), _TEXT_LIMIT)},
        "help": _help(rule, what),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": _properties(rule),
    }
    if link := web_link(rule.help):
        written["helpUri"] = link
    return written


def _help(rule: Rule, what: str) -> dict[str, str]:
    parts = [("What", what), ("Why", rule.why), ("Mend", rule.mend)]
    said = [(word, text) for word, text in parts if text]
    plain = [f"{word}: {visible(text)}" for word, text in said]
    rich = [f"**{word}:** {markdown(text)}" for word, text in said]
    if link := web_link(rule.help):
        plain.append(link)
        rich.append(f"[More about {markdown(rule.id)}]({link})")
    return {"text": "\n".join(plain), "markdown": "\n\n".join(rich)}


def _properties(rule: Rule) -> dict[str, Any]:
    security = bool(rule.cwe) or rule.security_severity is not None or "security" in rule.tags
    tags = ["security"] if security else []
    tags += [f"external/cwe/cwe-{number:03d}" for number in rule.cwe]
    tags += [visible(tag) for tag in rule.tags]
    properties: dict[str, Any] = {"tags": list(dict.fromkeys(tags))[:_TAG_LIMIT], "precision": "high"}
    score = rule.security_severity if rule.security_severity is not None else _SCORES.get(rule.severity)
    if security and score:
        properties["security-severity"] = str(score)
    if not security:
        properties["problem.severity"] = _PROBLEMS[LEVELS[rule.severity]]
    return properties
