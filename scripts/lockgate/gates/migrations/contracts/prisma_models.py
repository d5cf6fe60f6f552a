"""Read of a Prisma schema which model is a table, and which of its fields is a column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"^\s*(model|view|enum)\s+(\w+)\s*\{")
_MAP = re.compile(r"""(?<!@)@map\(\s*(?:name:\s*)?"([^"]*)"\s*\)""")
_TABLE = re.compile(r"""@@map\(\s*(?:name:\s*)?"([^"]*)"\s*\)""")
_FIELD = re.compile(r"^\s*(\w+)")


@dataclass(frozen=True, slots=True)
class PrismaModel:
    """Hold a model or enum: `fields` are field, column and line; those that the client lacks are left out."""

    kind: str
    name: str
    table: str
    line: int
    fields: tuple[tuple[str, str, int], ...]


def prisma_models(text: str) -> Iterator[PrismaModel]:
    """Give the models, views and enums of a schema."""
    kind = name = table = ""
    start, ignored, fields = 0, False, list[tuple[str, str, int]]()
    for number, line in enumerate(text.split("\n"), 1):
        code = line.partition("//")[0]
        if not kind and (match := _BLOCK.match(code)):
            kind, name, table = match[1], match[2], match[2]
            start, ignored, fields = number, False, []
        elif kind and code.strip() == "}":
            if not ignored:
                yield PrismaModel(kind, name, table, start, tuple(fields))
            kind = ""
        elif kind and code.strip().startswith("@@"):
            match = _TABLE.search(code)
            table = match[1] if match else table
            ignored = ignored or "@@ignore" in code
        elif kind and (match := _FIELD.match(code)) and not _is_absent(code):
            said = _MAP.search(code)
            fields.append((match[1], said[1] if said else match[1], number))


def _is_absent(code: str) -> bool:
    """Say whether a field is no column for the client: it is ignored, or a relation."""
    return "@relation" in code or re.search(r"(?<!@)@ignore\b", code) is not None
