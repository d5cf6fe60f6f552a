"""The parts of SARIF 2.1.0 that a finding can come from; other fields are let be, and any may be null."""

from typing import Any

import msgspec


class _Part(msgspec.Struct, rename="camel"):
    pass


class Message(_Part):
    """Hold a text, or the name of one that the rule has."""

    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] | None = None


class ArtifactLocation(_Part):
    """Point at a file, by itself or through `run.artifacts`."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int | None = None


class Region(_Part):
    """Mark a part of a file."""

    start_line: int | None = None
    start_column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class PhysicalLocation(_Part):
    """Point at a part of a file."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class Location(_Part):
    """Hold a place; only places in files matter here."""

    physical_location: PhysicalLocation | None = None


class Suppression(_Part):
    """Say that somebody accepted a result."""

    kind: str | None = None
    status: str | None = None
    justification: str | None = None


class ComponentReference(_Part):
    """Name one of `tool.extensions`."""

    index: int | None = None
    name: str | None = None


class RuleReference(_Part):
    """Name a rule of the driver or of an extension."""

    id: str | None = None
    index: int | None = None
    tool_component: ComponentReference | None = None


class Configuration(_Part):
    """Hold how bad a rule is unless a result says otherwise."""

    level: str | None = None
    rank: float | None = None


class Descriptor(_Part):
    """Describe a rule."""

    id: str
    name: str | None = None
    short_description: Message | None = None
    full_description: Message | None = None
    help: Message | None = None
    help_uri: str | None = None
    default_configuration: Configuration | None = None
    message_strings: dict[str, Message] | None = None
    properties: dict[str, Any] | None = None


class Result(_Part):
    """Hold what a tool found."""

    message: Message
    rule_id: str | None = None
    rule_index: int | None = None
    rule: RuleReference | None = None
    kind: str | None = None
    level: str | None = None
    rank: float | None = None
    locations: list[Location] | None = None
    partial_fingerprints: dict[str, Any] | None = None
    suppressions: list[Suppression] | None = None
    properties: dict[str, Any] | None = None


class Component(_Part):
    """Describe a tool or a part of it."""

    name: str
    version: str | None = None
    semantic_version: str | None = None
    rules: list[Descriptor] | None = None


class Tool(_Part):
    """Hold a tool and its extensions."""

    driver: Component
    extensions: list[Component] | None = None


class Artifact(_Part):
    """Hold a file that was looked at."""

    location: ArtifactLocation | None = None


class Notice(_Part):
    """Hold what a tool says about its run."""

    message: Message
    level: str | None = None


class Invocation(_Part):
    """Say how a tool ended."""

    execution_successful: bool | None = None
    tool_execution_notifications: list[Notice] | None = None
    tool_configuration_notifications: list[Notice] | None = None


class Run(_Part):
    """Hold one run of a tool; without `results` it did not get as far as looking."""

    tool: Tool
    results: list[Result] | None = None
    artifacts: list[Artifact] | None = None
    invocations: list[Invocation] | None = None
    original_uri_base_ids: dict[str, ArtifactLocation] | None = None
    external_property_file_references: dict[str, Any] | None = None


class Log(_Part):
    """Hold a whole file."""

    version: str
    runs: list[Run]
