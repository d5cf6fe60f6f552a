"""`lockgate schema`: what a configuration and a verdict look like, for editors and for other programs."""

import argparse
import inspect
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from lockgate.config import Configuration
from lockgate.errors import ExitCode
from lockgate.reports.verdict_document import Document


def schema(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print a JSON Schema."""
    sys.stdout.write(schema_of(arguments.of))
    return ExitCode.PASS


def schema_of(what: str) -> str:
    """Give the JSON Schema of the configuration or of the verdict."""
    kind = Configuration if what == "configuration" else Document
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_flat(msgspec.json.schema(kind))}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _flat(schema: Any) -> Any:  # noqa: ANN401 - a JSON Schema is any JSON
    """Take the indentation out of descriptions: before 3.13, Python leaves it in docstrings."""
    if isinstance(schema, dict):
        return {key: _flat(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_flat(value) for value in schema]
    return inspect.cleandoc(schema) if isinstance(schema, str) else schema
