"""Run the gate `migrations`: find the projects, start a server, measure, judge."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version

from lockgate import __version__
from lockgate.config.model import MigrationsConfiguration
from lockgate.errors import ConfigurationError, ToolError
from lockgate.finding import Finding, Notification, Rule, Severity
from lockgate.fingerprint import fingerprints
from lockgate.gates.migrations.contracts.contract import contracts
from lockgate.gates.migrations.contracts.references import References
from lockgate.gates.migrations.contracts.released import Released, records
from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.effects.seconds import read_sizes
from lockgate.gates.migrations.effects.table import tables
from lockgate.gates.migrations.histories import drift, prisma_drift
from lockgate.gates.migrations.histories.graph import graph, left_out
from lockgate.gates.migrations.histories.history import history
from lockgate.gates.migrations.kinds import sql_folder
from lockgate.gates.migrations.kinds.flyway import repeats
from lockgate.gates.migrations.linting import squawk, squawk_rules
from lockgate.gates.migrations.model import Measured, Migration, Project, Size
from lockgate.gates.migrations.projects import CODE, chosen, gone, own, touched
from lockgate.gates.migrations.rehearsals.rehearsals import Stage, back, on_rows, twice
from lockgate.gates.migrations.rehearsals.seed import seed_of
from lockgate.gates.migrations.rule_book import RULES, TOOL, Judged, Place, judged, shown
from lockgate.gates.migrations.serving import kept_place, serving
from lockgate.gates.migrations.sessions.measure import BASE, HEAD, Open, Work, measure
from lockgate.gates.migrations.sessions.opening import Opening
from lockgate.gates.migrations.sessions.tool_session import ToolSession
from lockgate.gates.migrations.sides import Sides
from lockgate.gates.protocol import Output, Task
from lockgate.gates.scope import merged
from lockgate.gates.tool_run import attempt
from lockgate.postgres.extensions import needed
from lockgate.postgres.given import AnyServer
from lockgate.verdict import Tool

_NEWEST = 18


def run(gate: str, task: Task) -> Output:
    """Judge the change's migrations, or without a base all of the repository's.

    One job does it all, the one that judges: it takes seconds.
    """
    if task.share.count > 1 or task.tree.beside is None:
        return Output(findings=(), tools=())
    configuration = own(task.configuration)
    sides = Sides(task.tree.beside, task.tree.changed)
    heads = chosen(sides.beside.paths(), sides.head, configuration, task.folder)
    bases = chosen(sides.beside.base_paths(), sides.base, configuration, task.folder)
    before = {each: sides.before(each, heads, bases) for each in touched(heads, bases, sides.changed)}
    lost = set(gone(heads, bases)).difference(*before.values())
    with ThreadPoolExecutor(max(task.jobs, 1)) as threads:  # each waits for its server most of the time
        runs = [_Run(task, configuration, sides, *each) for each in before.items()]
        whole = merged([*threads.map(_Run.output, runs), *map(_lost, sorted(lost, key=_path))])
    return replace(whole, tools=tuple(dict.fromkeys(whole.tools)), rules=tuple(dict.fromkeys(whole.rules)))


@dataclass(frozen=True, slots=True)
class _Run:
    """Judge one project."""

    task: Task
    configuration: MigrationsConfiguration
    sides: Sides
    project: Project
    before: tuple[Project, ...]

    def output(self) -> Output:
        """Judge what the files say, then what is measured; what was found is kept when that fails."""
        head, base = self.sides.of(self.project, self.before)
        known = graph(self.project, base, base, self.sides.base)
        said = [*history(self.project, base, head), *graph(self.project, base, head, self.sides.head)]
        count = max(len(head.keys() - base.keys()), 1)  # models alone, or what is gone, is looked at too
        self.task.progress(count)
        static = replace(_output(said, known=known), tools=(Tool(TOOL, __version__),), counts={TOOL: count})
        if self.project.kind in CODE and self.configuration.code == "never":
            return merged([static, _output([_not_run(self.project)])])
        measured = attempt(partial(self._measured, head, base))
        if measured.notifications and not measured.tools and self.project.kind not in CODE:
            return merged([static, measured, attempt(partial(self._unmeasured, base))])
        return merged([static, measured])

    def _measured(self, head: dict[str, bytes], base: dict[str, bytes]) -> Output:
        done = {
            path
            for path, data in base.items()
            if not (repeats(self.project, path) and head.get(path) != data)
        }
        extensions = needed(data.decode("utf-8", "replace") for data in {**head, **base}.values())
        kept = kept_place(self.task.home, self.task.cache.generation, self.configuration, self.project, base)
        with serving(self.configuration, extensions, self.task.home, kept) as server:
            opening = Opening(
                self.project, self.sides, self.configuration, self.task.home,
                self.task.limits.seconds_per_file, server.entries,
            )  # fmt: skip
            with opening.opened(base) as (base_open, head_open):
                whole = self.sides.changed is None
                idle = self.project.kind == "django" and not whole and not head.keys() - done
                work = Work(
                    self.project, base_open, head_open, partial(_is_new, done), whole, extensions, kept, idle
                )
                measured = replace(measure(server, work), sizes=self._sizes())
                seen = [self._judged(measured, head), self._left_out(measured, head, base)]
                return merged([*seen, *self._rehearsed(server, work, measured, opening)])

    def _unmeasured(self, base: Collection[str]) -> Output:
        """Say at least what squawk says, where nothing could be measured: the gate is incomplete."""
        migrations = sql_folder.migrations(self.project, self.sides.head)
        sources = [_source(each) for each in migrations if _is_new(base, each)]
        return self._linted(sources, None, self.configuration.postgres_version or _NEWEST)

    def _judged(self, measured: Measured, head: dict[str, bytes]) -> Output:
        """Judge what was seen."""
        apart = {*head, *self.project.files}
        references = References(self.sides.paths(), self.sides.code, apart)
        texts = {each.migration.path for each in measured.applied}
        said = [
            record
            for path in sorted(texts)
            for record in records(path, head.get(path, b"").decode("utf-8", "replace"))
        ]
        released = Released(said, self.configuration.released)
        found = [*effects(measured), *contracts(measured, references, released)]
        number = measured.server.split(" ")[1]
        seen = replace(_output(found), tools=(Tool("postgresql", number),), tables=tables(measured))
        sources = [_source(each.migration) for each in measured.applied if each.migration.up]
        return merged([seen, self._linted(sources, measured, int(number.partition(".")[0]))])

    def _left_out(self, measured: Measured, head: dict[str, bytes], base: dict[str, bytes]) -> Output:
        """Tell of migrations of the change that the project's tool does not know."""
        if any(each.trace.failure for each in measured.applied):
            return Output(findings=(), tools=())
        seen = {each.migration.path for each in measured.applied}
        applied = {path: path in seen for path in head.keys() - base.keys()}
        return _output(left_out(self.project, head, self.sides.head, applied))

    def _linted(self, sources: Sequence[squawk.Source], measured: Measured | None, major: int) -> Output:
        """Ask squawk about what no server shows."""
        if not sources:
            return Output(findings=(), tools=())
        seconds = self.task.limits.seconds_per_tool
        opinion = squawk.squawk_findings(sources, measured, major=major, seconds=seconds)
        output = _output(opinion.findings, rules=squawk.rules(each.finding.rule for each in opinion.findings))
        notes = tuple(
            Notification(
                level="note",
                message=f"squawk says {each.rule} of line {each.line}; measured: {each.why}.",
                path=each.path,
            )
            for each in opinion.disproved
        )
        return replace(output, tools=(Tool(squawk_rules.TOOL, version("squawk-cli")),), notifications=notes)

    def _rehearsed(
        self, server: AnyServer, work: Work, measured: Measured, opening: Opening
    ) -> Iterator[Output]:
        """Try on copies what is not tried in the deploy itself; each that fails is told, the others count."""
        if not any(each.trace.failure for each in measured.applied):
            yield attempt(lambda: _output(self._drift(server, work.head, opening)))
        seconds = self.task.limits.seconds_per_file
        stage = Stage(server, self.project, work.head, measured.applied, BASE, HEAD, seconds)
        if not measured.applied or self.project.kind == "command":
            return
        if not work.whole:  # a copy of what was there before the first of them
            yield attempt(lambda: _output(back(stage)))
            yield attempt(lambda: _output(twice(stage)))
            if self.configuration.seed:
                yield attempt(lambda: _output(self._seeded(stage)))

    def _drift(self, server: AnyServer, opens: Open, opening: Opening) -> Iterator[Judged]:
        database = server.database(HEAD)
        if self.project.kind == "prisma" and self.configuration.code == "run":
            prisma = prisma_drift.find(self.project, self.sides.beside.root)
            if not isinstance(prisma, str):
                yield from drift.drift(
                    self.project, prisma_drift.ask(prisma, database.url, self.configuration.environment)
                )
        elif self.project.kind in {"alembic", "django"}:
            with closing(opens(database)) as session:
                found = session.drift() if isinstance(session, ToolSession) else ()
            there = self._drift_before(server, opening) if found and self.sides.changed is not None else set()
            yield from drift.drift(self.project, (one for one in found if (one.app, one.words) not in there))

    def _drift_before(self, server: AnyServer, opening: Opening) -> set[tuple[str, str]]:
        """Give what the base's own models have and its migrations do not make: nothing where nobody can."""
        try:
            with opening.at_base() as opens, closing(opens(server.database(BASE))) as session:
                found = session.drift() if isinstance(session, ToolSession) and session.is_apart() else ()
        except ToolError:
            return set()
        return {(one.app, one.words) for one in found}

    def _seeded(self, stage: Stage) -> Iterable[Judged]:
        path = self._path(self.configuration.seed)
        seed = seed_of(path, self._read(path, self.sides.base, "seed"))
        return [seed] if isinstance(seed, Judged) else on_rows(stage, seed)

    def _sizes(self) -> dict[str, Size]:
        """Read the sizes of production's tables; a change cannot make them smaller for itself."""
        if not self.configuration.stats_file:
            return {}
        path = self._path(self.configuration.stats_file)
        read = self.sides.head if self.sides.changed is None else self.sides.base
        return read_sizes(self._read(path, read, "stats-file"), path)

    def _path(self, name: str) -> str:
        return f"{self.task.folder}/{name}".lstrip("/")

    def _read(self, path: str, read: Callable[[str], bytes | None], key: str) -> bytes:
        data = read(path)
        if data is None:
            raise ConfigurationError(
                f"`gates.migrations.{key}` names {path}, which cannot be read",
                cause="it is not there, no regular file, or too large",
                todo="give its path from the configuration's folder",
            )
        return data


def _lost(project: Project) -> Output:
    """Say that a history is gone as a whole: with what used it, or to begin anew."""
    number = len(project.files)
    found = judged(
        "merged-migration-changed",
        Place(project.path),
        f"{shown(project.folder or project.path)} has {number:,} merged migration{'s' * (number != 1)}, and"
        " is removed as a whole: what they have made stays in the databases",
        identity=project.path,
        severity=Severity.MEDIUM,
    )
    return replace(_output([found]), tools=(Tool(TOOL, __version__),), counts={TOOL: number})


def _path(project: Project) -> str:
    return project.path


def _is_new(done: Collection[str], migration: Migration) -> bool:
    return bool(migration.path) and migration.path not in done


def _source(migration: Migration) -> squawk.Source:
    """Give squawk what is applied, in the lines that it has in its file."""
    parts, line = [], 1
    for statement in migration.up:
        parts += ["\n" * (statement.line - line), statement.text, ";"]
        line = max(line, statement.line) + statement.text.count("\n")
    return squawk.Source(migration.path, "".join(parts), migration.atomic)


def _not_run(project: Project) -> Judged:
    """Say that nothing was measured, as the configuration does not let code be run."""
    return judged(
        "not-measured",
        Place(project.path),
        f"The migrations of {shown(project.folder or project.path)} are code, which is not run "
        "unless the base says `gates.migrations.code: run`: nobody knows what they lock.",
        identity=project.path,
        severity=Severity.MEDIUM,
    )


def _output(
    found: Iterable[Judged], *, known: Iterable[Judged] = (), rules: tuple[Rule, ...] = RULES
) -> Output:
    findings = _findings(found)
    used = {finding.rule for finding in findings}
    return Output(
        findings=findings,
        known=frozenset(finding.fingerprint for finding in _findings(known)),
        tools=(),
        rules=tuple(rule for rule in rules if rule.id in used),
        concerns=frozenset(finding.path for finding in findings),
    )


def _findings(found: Iterable[Judged]) -> tuple[Finding, ...]:
    """Give each its fingerprint; equal ones of one file are numbered."""
    by_path: dict[str, list[Judged]] = {}
    for each in found:
        by_path.setdefault(each.finding.path, []).append(each)
    return tuple(
        replace(each.finding, fingerprint=mark)
        for path, several in by_path.items()
        for each, mark in zip(several, fingerprints([one.key for one in several], path), strict=True)
    )
