"""squawk over the change's SQL files: kept is what no trace can see, and all where nothing was measured.

It lints names of ours, in a folder of ours: no configuration and no `squawk-ignore` of the change reaches it.
"""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from functools import reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from lockgate.errors import ToolError
from lockgate.finding import Finding, Rule
from lockgate.fingerprint import content_key
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.linting.squawk_rules import LOCKS, RULES, TOOL, UNSEEN, WORK
from lockgate.gates.migrations.model import BLOCKS_WRITES, Measured, Step
from lockgate.gates.migrations.rule_book import GATE
from lockgate.process import Completed
from lockgate.process import run as run_process
from lockgate.source import display
from lockgate.untrusted import shown

_PROBE = "probe.sql"
_PROBED = "ban-uncommitted-transaction"
_MOST_OUTPUT = 64 * 1024 * 1024
_NO_WORK = "it writes no table anew that was there before, and reads none whole while others wait"
_NO_LOCK = "it holds no lock on a table that was there before for which others wait"


@dataclass(frozen=True, slots=True)
class Source:
    """Hold one SQL file; `atomic` says whether its tool puts a transaction around it."""

    path: str
    text: str
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what squawk says of some lines, counted from 1; `marked` is the text that it means."""

    source: Source
    rule: str
    line: int
    end_line: int
    marked: str


@dataclass(frozen=True, slots=True)
class Disproved:
    """Name what squawk says of a line, and what was measured instead."""

    rule: str
    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """Hold what is left of squawk's findings, and what was disproved."""

    findings: tuple[Judged, ...] = ()
    disproved: tuple[Disproved, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """Hold one of squawk's findings; lines and columns count from 0, columns in bytes."""

    file: str
    line: int
    column: int
    line_end: int
    column_end: int
    rule_name: str


def squawk_findings(
    sources: Sequence[Source], measured: Measured | None, *, major: int, seconds: float
) -> Opinion:
    """Judge SQL files by the rules of `major` of PostgreSQL; raise ToolError where squawk does not work.

    Without `measured`, or where a statement was not reached, its findings about locks are kept as they are.
    """
    said: list[Said] = []
    for atomic in (False, True):
        some = [source for source in sources if source.atomic is atomic]
        if some:
            said += _run(some, major, seconds, atomic=atomic)
    return weigh(said, measured)


def rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    """Describe rules."""
    return tuple(RULES[rule] for rule in sorted(ids) if rule in RULES)


def read(done: Completed, sources: Sequence[Source]) -> list[Said]:
    """Read what squawk printed about sources under their numbers; its exit code says nothing."""
    try:
        reports = msgspec.json.decode(done.stdout, type=list[Report])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _failed(f"it printed no JSON that can be read (exit code {done.code})") from error
    if not any(report.file == _PROBE and report.rule_name == _PROBED for report in reports):
        raise _failed(f"it does not find {_PROBED} where that is")
    names = {_name(number): source for number, source in enumerate(sources)}
    if not names.keys() | {_PROBE} >= {report.file for report in reports}:
        raise _failed("it spoke of a file that it was not given")
    heard = [report for report in reports if report.file != _PROBE and report.rule_name in RULES]
    lines = {name: names[name].text.split("\n") for name in {report.file for report in heard}}
    return list(dict.fromkeys(_said(names[report.file], lines[report.file], report) for report in heard))


def weigh(said: Iterable[Said], measured: Measured | None) -> Opinion:
    """Drop what was measured; what was measured and is not so is disproved."""
    findings, disproved = [], []
    seen = _seen(measured) if measured else {}
    for each in said:
        lines = range(each.line, each.end_line + 1)
        did = reduce(or_, (seen.get((each.source.path, line), _Did(0)) for line in lines), _Did(0))
        if each.rule in UNSEEN:
            findings.append(_judged(each, ""))
        elif not did:
            findings.append(_judged(each, " It was not measured."))
        elif each.rule in LOCKS and _Did.HOLD not in did:
            disproved.append(Disproved(each.rule, each.source.path, each.line, _NO_LOCK))
        elif each.rule in WORK and _Did.WORK not in did:
            disproved.append(Disproved(each.rule, each.source.path, each.line, _NO_WORK))
    return Opinion(tuple(findings), tuple(disproved))


class _Did(Flag):
    """Say what the statements of a line did: ran, held a lock that others wait for, worked meanwhile."""

    RUN = auto()
    HOLD = auto()
    WORK = auto()


def _seen(measured: Measured) -> dict[tuple[str, int], _Did]:
    """Say of each line of the migrations what was seen there."""
    seen: defaultdict[tuple[str, int], _Did] = defaultdict(lambda: _Did(0))
    for applied, existed in zip(measured.applied, measured.existed, strict=True):
        for step in applied.trace.steps:
            for line in range(step.line, max(step.end_line, step.line) + 1):
                seen[applied.migration.path, line] |= _did(step, existed)
    return seen


def _did(step: Step, existed: Collection[int]) -> _Did:
    if not any(lock.mode in BLOCKS_WRITES and lock.oid in existed for lock in step.locks):
        return _Did.RUN
    oids = {*(rewrite.oid for rewrite in step.rewrites), *step.scanned}
    return _Did.RUN | _Did.HOLD | (_Did(0) if oids.isdisjoint(existed) else _Did.WORK)


def _run(sources: Sequence[Source], major: int, seconds: float, *, atomic: bool) -> list[Said]:
    program = Path(sys.executable).with_name(TOOL)
    flag = "--assume-in-transaction" if atomic else "--no-assume-in-transaction"
    with TemporaryDirectory(prefix="lockgate-squawk-") as name:
        folder = Path(name)
        (folder / ".squawk.toml").write_text("")
        for number, source in enumerate(sources):
            text = source.text.replace("squawk-ignore", "squawk_ignore")
            (folder / _name(number)).write_text(text, "utf-8", "replace", newline="")
        (folder / _PROBE).write_text("BEGIN;\n")
        done = run_process(
            [str(program), "--config", ".squawk.toml", "--reporter", "json", f"--pg-version={major}.0", flag,
             "*.sql"],
            cwd=folder, seconds=seconds, max_output=_MOST_OUTPUT,
        )  # fmt: skip
    return read(done, sources)


def _name(number: int) -> str:
    return f"{number}.sql"


def _said(source: Source, lines: Sequence[str], report: Report) -> Said:
    mine = lines[report.line : report.line_end + 1] or [""]
    before = sum(len(line.encode("utf-8", "replace")) + 1 for line in mine[:-1])
    marked = "\n".join(mine).encode("utf-8", "replace")[report.column : before + report.column_end]
    text = marked.decode("utf-8", "replace") or mine[0]
    return Said(source, report.rule_name, report.line + 1, report.line_end + 1, text)


def _judged(said: Said, more: str) -> Judged:
    rule, path = RULES[said.rule], said.source.path
    finding = Finding(
        gate=GATE,
        tool=TOOL,
        rule=rule.id,
        severity=rule.severity,
        message=f"{rule.what.rstrip('.')}: {shown(said.marked)}.{more}",
        path=display(path),
        line=said.line,
        end_line=said.end_line,
        sources=(f"{TOOL}/{rule.id}",),
        help=rule.help,
    )
    return Judged(finding, content_key(f"{TOOL}/{rule.id}", [said.marked], 1, 1))


def _failed(why: str) -> ToolError:
    return ToolError(
        f"squawk failed: {why}",
        cause="a broken installation, or a file that crashes it",
        todo="run again; if it stays, remove lockgate's environment (`make clean`) and report the file",
    )
