"""Ask squawk about migrations of SQL, and say what it says."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version

from lockgate.finding import Notification
from lockgate.gates.migrations.linting.squawk import Source, rules, squawk_findings
from lockgate.gates.migrations.linting.squawk_rules import TOOL
from lockgate.gates.migrations.model import Measured, Migration
from lockgate.gates.migrations.outputs import output
from lockgate.gates.protocol import Output
from lockgate.verdict import Tool


def lint(migrations: Iterable[Migration], measured: Measured | None, *, major: int, seconds: float) -> Output:
    """Report what no server shows, and without `measured` what one would have shown; raise ToolError."""
    sources = [_source(each) for each in migrations if each.up]
    if not sources:
        return Output(findings=(), tools=())
    opinion = squawk_findings(sources, measured, major=major, seconds=seconds)
    notes = tuple(
        Notification(
            level="note",
            message=f"squawk says {each.rule} of line {each.line}; measured: {each.why}.",
            path=each.path,
        )
        for each in opinion.disproved
    )
    said = output(opinion.findings, rules=rules(each.finding.rule for each in opinion.findings))
    return replace(said, tools=(Tool(TOOL, version("squawk-cli")),), notifications=notes)


def _source(migration: Migration) -> Source:
    """Give what is applied, in the lines that it has in its file."""
    parts, line = [], 1
    for statement in migration.up:
        parts += ["\n" * (statement.line - line), statement.text, ";"]
        line = max(line, statement.line) + statement.text.count("\n")
    return Source(migration.path, "".join(parts), migration.atomic)
