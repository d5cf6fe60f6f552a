"""Read any tool's SARIF 2.1.0 into findings.

Lenient in what may be missing, strict in what would lose a finding: a file that cannot be read whole makes
the gate incomplete, and the error names the place by its JSON path.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, NoReturn

import msgspec

from lockgate.errors import ToolError
from lockgate.finding import Finding, Notification, Rule
from lockgate.sarif import model, uri
from lockgate.sarif.severity import cwes, own, score, severity
from lockgate.sarif.write import FINGERPRINT
from lockgate.verdict import Tool

SIZE_LIMIT = 200 * 1024 * 1024
"""Bytes of a file that is worth reading."""

_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*\)")
_ARGUMENT = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}")
_LEVELS: dict[str, Literal["error", "warning", "note"]] = {"error": "error", "warning": "warning"}
_CLEAN_KINDS = frozenset({"pass", "notApplicable"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a SARIF file says; when not `complete`, a tool says that it did not finish."""

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    tools: tuple[Tool, ...]
    notifications: tuple[Notification, ...]
    complete: bool


def read(data: bytes, *, gate: str, root: str = "", limit: int = SIZE_LIMIT) -> Reading:
    """Read a SARIF file of one or more runs; raise ToolError for one that is not whole and sound.

    `root` is the absolute path of the repository, for tools that write `file:///` URIs. `limit` is in bytes.
    """
    if len(data) > limit:
        _refuse(f"the SARIF file has {len(data)} bytes; {limit} are read at most")
    log = _decode(data)
    runs = [_Run(run, gate, root, f"$.runs[{number}]") for number, run in enumerate(log.runs)]
    rules = {(rule.tool, rule.id): rule for run in runs for rule in run.rules()}
    return Reading(
        findings=tuple(sorted((f for run in runs for f in run.findings()), key=lambda f: f.sort_key)),
        rules=tuple(rules[key] for key in sorted(rules)),
        tools=tuple(sorted({run.tool() for run in runs})),
        notifications=tuple(note for run in runs for note in run.notifications()),
        complete=all(run.complete() for run in runs),
    )


def _decode(data: bytes) -> model.Log:
    try:
        log = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=model.Log)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        _refuse(f"the SARIF file cannot be read: {error}")
    if log.version != "2.1.0":
        _refuse(f"$.version: the SARIF file has version {log.version[:20]!r}, not 2.1.0")
    return log


def _refuse(what: str) -> NoReturn:
    raise ToolError(
        what,
        cause="the tool wrote another format, was stopped while it wrote, or looked outside the repository",
        todo="run the tool by itself and look at the file at the place named",
    )


@dataclass(frozen=True)
class _Run:
    run: model.Run
    gate: str
    root: str
    place: str

    def tool(self) -> Tool:
        driver = self.run.tool.driver
        return Tool(driver.name, driver.version or driver.semantic_version or "")

    def complete(self) -> bool:
        invocations = self.run.invocations or []
        return self.run.results is not None and all(i.execution_successful is not False for i in invocations)

    def notifications(self) -> Iterator[Notification]:
        for invocation in self.run.invocations or []:
            for note in [
                *(invocation.tool_execution_notifications or []),
                *(invocation.tool_configuration_notifications or []),
            ]:
                level = _LEVELS.get(note.level or "warning", "note")
                yield Notification(level=level, message=_message(note.message, None))

    def rules(self) -> Iterator[Rule]:
        for component in [self.run.tool.driver, *(self.run.tool.extensions or [])]:
            for descriptor in component.rules or []:
                yield self._rule(descriptor)

    def _rule(self, descriptor: model.Descriptor) -> Rule:
        what, why = (
            _message(text, None) if text else ""
            for text in (descriptor.short_description, descriptor.full_description)
        )
        properties = descriptor.properties or {}
        return Rule(
            id=descriptor.id,
            tool=self.run.tool.driver.name,
            name=descriptor.name or descriptor.id,
            severity=severity(None, descriptor),
            what=what or why,
            why=why.removeprefix(what).strip() if what else "",
            help=descriptor.help_uri or "",
            cwe=cwes(properties),
            tags=_words(properties.get("tags")),
            security_severity=score(properties),
        )

    def findings(self) -> Iterator[Finding]:
        if "results" in (self.run.external_property_file_references or {}):
            _refuse(f"{self.place}.externalPropertyFileReferences: the results are in another file")
        for number, result in enumerate(self.run.results or []):
            if result.kind not in _CLEAN_KINDS:
                yield from self._result(result, f"{self.place}.results[{number}]")

    def _result(self, result: model.Result, place: str) -> Iterator[Finding]:
        rule = self._descriptor(result, place)
        for number, location in enumerate(result.locations or [model.Location()]):
            physical = location.physical_location or model.PhysicalLocation()
            path = self._path(physical.artifact_location, f"{place}.locations[{number}]")
            yield self._finding(result, rule, path, physical.region or model.Region())

    def _finding(
        self, result: model.Result, rule: model.Descriptor | None, path: str, region: model.Region
    ) -> Finding:
        bag = own(result) or {}
        described = (rule.properties if rule and not bag else None) or {}
        name = result.rule_id or (rule.id if rule else "unnamed")
        line = max(region.start_line or 0, 0)
        column, end_line, end_column = (
            max(number or 0, 0) if line else 0
            for number in (region.start_column, region.end_line, region.end_column)
        )
        return Finding(
            gate=self.gate,
            tool=self.run.tool.driver.name,
            rule=name,
            severity=severity(result, rule),
            message=_message(result.message, rule) or name,
            path=path,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            cwe=_numbers(bag.get("cwe")) or cwes(result.properties or {}) or cwes(described),
            help=str(bag.get("help", "")) if bag else (rule and rule.help_uri) or "",
            fingerprint=str((result.partial_fingerprints or {}).get(FINGERPRINT, "")),
            sources=_words(bag.get("sources")),
            commit=str(bag.get("commit", "")),
            security_severity=_first(score(result.properties or {}), score(described)),
            waived=_suppression(result) is not None,
            waiver=_suppression(result) or "",
        )

    def _descriptor(self, result: model.Result, place: str) -> model.Descriptor | None:
        """Find a rule by reference, by index, by id, and by the front of a hierarchical id (3.27.5)."""
        component, index, name = self.run.tool.driver, result.rule_index, result.rule_id
        if result.rule:
            component = self._component(result.rule.tool_component, place)
            index = index if result.rule.index is None else result.rule.index
            name = name or result.rule.id
        rules = component.rules or []
        if index is not None and index >= 0:
            if index < len(rules):
                return rules[index]
            if rules or not name:
                _refuse(f"{place}: the rule at index {index} does not exist")
        while name and name not in self._named and "/" in name:
            name = name.rpartition("/")[0]
        return self._named.get(name or "")

    @cached_property
    def _named(self) -> dict[str, model.Descriptor]:
        parts = (*(self.run.tool.extensions or []), self.run.tool.driver)
        return {rule.id: rule for part in parts for rule in part.rules or []}

    def _component(self, reference: model.ComponentReference | None, place: str) -> model.Component:
        extensions = self.run.tool.extensions or []
        if reference is None:
            return self.run.tool.driver
        if reference.index is not None and reference.index >= 0:
            if reference.index >= len(extensions):
                _refuse(f"{place}.rule.toolComponent: extension {reference.index} does not exist")
            return extensions[reference.index]
        named = [extension for extension in extensions if extension.name == reference.name]
        return named[0] if named else self.run.tool.driver

    def _path(self, location: model.ArtifactLocation | None, place: str) -> str:
        """Return the path from the repository's root; empty for a result that is in no file."""
        if location and location.uri is None and location.index is not None and location.index >= 0:
            artifacts = self.run.artifacts or []
            if location.index >= len(artifacts):
                _refuse(f"{place}: artifact {location.index} does not exist")
            location = artifacts[location.index].location
        if location is None or location.uri is None:
            return ""
        try:
            return uri.to_path(location.uri, bases=self._bases(location), root=self.root) or ""
        except ValueError as error:
            _refuse(f"{place}: {error}")

    def _bases(self, location: model.ArtifactLocation) -> list[str]:
        known = dict(self.run.original_uri_base_ids or {})
        bases: list[str] = []
        base = known.pop(location.uri_base_id or "", None)
        while base:  # each is taken once, so a circle ends
            bases.append(base.uri or "")
            base = known.pop(base.uri_base_id or "", None)
        return bases


def _first(one: float | None, other: float | None) -> float | None:
    return other if one is None else one


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(number for number in value if isinstance(number, int)) if isinstance(value, list) else ()


def _words(value: object) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _suppression(result: model.Result) -> str | None:
    """Return why a result is accepted, None when it is not (3.27.23)."""
    accepted = [each for each in result.suppressions or [] if each.status in {None, "accepted"}]
    if not accepted or len(accepted) < len(result.suppressions or []):
        return None
    return accepted[0].justification or accepted[0].kind or ""


def _message(message: model.Message, rule: model.Descriptor | None) -> str:
    """Return the plain text of a message: its arguments put in, its links without their targets (3.11)."""
    text = message.text or message.markdown or ""
    if not text and message.id and rule:
        text = (rule.message_strings or {}).get(message.id, model.Message()).text or ""
    if message.arguments:
        text = _ARGUMENT.sub(partial(_argument, message.arguments), text)
    return _LINK.sub(r"\1", text)


def _argument(arguments: list[str], match: re.Match[str]) -> str:
    if match[1] is None:
        return match[0][0]
    number = int(match[1])
    return arguments[number] if number < len(arguments) else match[0]
