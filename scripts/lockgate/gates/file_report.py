"""What an analyser says about one version of one file: the unit of work, of caching and of failure."""

from dataclasses import dataclass

import msgspec

from lockgate.finding import Edit, Severity, Span
from lockgate.fingerprint import content_key
from lockgate.source import printable


class RawFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold a finding before it has a gate, a path and a fingerprint.

    Lines and columns count from 1, 0 is unknown; `end_column` is exclusive.
    `key` names its content (lockgate.fingerprint). `secrets` marks the characters that no output may show.
    `fix` mends it (lockgate.fixes).
    """

    rule: str
    severity: int
    message: str
    key: str
    line: int = 0
    end_line: int = 0
    column: int = 0
    end_column: int = 0
    cwe: tuple[int, ...] = ()
    help: str = ""
    secrets: tuple[tuple[int, int, int], ...] = ()
    fix: tuple[Edit, ...] = ()


class FileReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold an analyser's findings in a file, and why the file, or part of it, was not scanned."""

    findings: tuple[RawFinding, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Say what was found: a tool's rule and what it is worth here."""

    tool: str
    rule: str
    severity: Severity
    cwe: tuple[int, ...] = ()
    help: str = ""


def make(
    kind: Kind,
    message: str,
    lines: list[str],
    at: tuple[int, int, int, int],
    secrets: tuple[Span, ...] = (),
    fix: tuple[Edit, ...] = (),
) -> RawFinding:
    """Make a raw finding at (line, end line, column, end column) of a file's `lines`."""
    line, end_line, column, end_column = at
    return RawFinding(
        rule=kind.rule,
        severity=int(kind.severity),
        message=printable(message),
        key=content_key(f"{kind.tool}/{kind.rule}", lines, line, end_line, secrets),
        line=line,
        end_line=end_line,
        column=column,
        end_column=end_column,
        cwe=kind.cwe,
        help=kind.help,
        secrets=tuple((span.line, span.column, span.end_column) for span in secrets),
        fix=fix,
    )
