"""Run the gate `migrations`: find the projects, start a server, measure, judge."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from lockgate import __version__
from lockgate.config.model import MigrationsConfiguration
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.contracts.contract import contracts
from lockgate.gates.migrations.contracts.references import References
from lockgate.gates.migrations.contracts.released import Released, records
from lockgate.gates.migrations.effects.effects import effects
from lockgate.gates.migrations.effects.seconds import read_sizes
from lockgate.gates.migrations.effects.table import tables
from lockgate.gates.migrations.histories.graph import graph, left_out
from lockgate.gates.migrations.histories.history import history
from lockgate.gates.migrations.kinds import sql_folder
from lockgate.gates.migrations.kinds.flyway import repeats
from lockgate.gates.migrations.linting.lint import lint
from lockgate.gates.migrations.model import Measured, Migration, Project, Size
from lockgate.gates.migrations.named_files import named_file
from lockgate.gates.migrations.outputs import output
from lockgate.gates.migrations.projects import CODE, chosen, gone, own, touched
from lockgate.gates.migrations.rehearsing import rehearsed
from lockgate.gates.migrations.rule_book import TOOL, Place, judged
from lockgate.gates.migrations.serving import MAJORS, kept_place, serving
from lockgate.gates.migrations.sessions.measure import Open, Work, measure
from lockgate.gates.migrations.sessions.opening import Opening
from lockgate.gates.migrations.sides import Files, Sides
from lockgate.gates.protocol import Output, Task
from lockgate.gates.scope import merged
from lockgate.gates.tool_run import attempt
from lockgate.postgres.extensions import needed
from lockgate.untrusted import shown
from lockgate.verdict import Tool


def run(task: Task) -> Output:
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
        whole = merged(
            [*threads.map(_Run.output, runs), *map(partial(_lost, sides), sorted(lost, key=_path))]
        )
    return replace(whole, tools=tuple(dict.fromkeys(whole.tools)), rules=tuple(dict.fromkeys(whole.rules)))


@dataclass(frozen=True, slots=True)
class _Run:
    """Judge one project, which was `before` in the base."""

    task: Task
    configuration: MigrationsConfiguration
    sides: Sides
    project: Project
    before: tuple[Project, ...]

    def output(self) -> Output:
        """Judge what the files say, then what is measured; what was found is kept when that fails."""
        head, base = self.sides.of(self.project, self.before)
        static = self._static(head, base)
        if self.project.kind in CODE and self.configuration.code == "never":
            return merged([static, output([_not_run(self.project)])])
        measured = attempt(partial(self._measured, head, base))
        if measured.notifications and not measured.tools and self.project.kind not in CODE:
            return merged([static, measured, attempt(partial(self._unmeasured, base))])
        return merged([static, measured])

    def _static(self, head: Files, base: Files) -> Output:
        """Judge what the files say."""
        known = graph(self.project, base, base, self.sides.base)
        said = [*history(self.project, base, head), *graph(self.project, base, head, self.sides.head)]
        count = max(len(head.keys() - base.keys()), 1)  # models alone, or what is gone, is looked at too
        self.task.progress(count)
        return replace(output(said, known=known), tools=(Tool(TOOL, __version__),), counts={TOOL: count})

    def _measured(self, head: Files, base: Files) -> Output:
        """Apply the migrations to a server of our own, and judge what that shows."""
        configuration, home = self.configuration, self.task.home
        extensions = needed(data.decode("utf-8", "replace") for data in {**head, **base}.values())
        kept = kept_place(home, self.task.cache.generation, configuration, self.project, base)
        with serving(configuration, extensions, home, kept) as server:
            seconds = self.task.limits.seconds_per_file
            project = _named(self.project, self.sides.changed)
            opening = Opening(project, self.sides, configuration, home, seconds, server.entries)
            with opening.opened(base) as opens:
                work = self._work(opens, head, base, extensions, kept)
                measured = replace(measure(server, work), sizes=self._sizes())
                seen = [self._judged(measured, head, server.version), self._left_out(measured, head, base)]
                return merged([*seen, *rehearsed(server, work, measured, opening, self.task.folder)])

    def _work(
        self,
        opens: tuple[Open, Open],
        head: Files,
        base: Files,
        extensions: frozenset[str],
        kept: Path | None,
    ) -> Work:
        """Say what is to be measured: what the base does not have, and what it repeats as it has changed."""
        done = {
            path
            for path, data in base.items()
            if not (repeats(self.project, path) and head.get(path) != data)
        }
        whole = self.sides.changed is None
        idle = self.project.kind == "django" and not whole and not head.keys() - done
        if self.project.kind == "command":  # it is run as a whole, on the base's tree and on the head's
            done = set()
        return Work(self.project, *opens, partial(_is_new, done), whole, extensions, kept, idle)

    def _judged(self, measured: Measured, head: Files, number: str) -> Output:
        """Judge what was seen on a server of that version."""
        references = References(self.sides.paths(), self.sides.code, {*head, *self.project.files})
        paths = sorted({each.migration.path for each in measured.applied})
        said = [each for path in paths for each in records(path, _text(head, path))]
        found = [
            *effects(measured), *contracts(measured, references, Released(said, self.configuration.released))
        ]  # fmt: skip
        seen = replace(output(found), tools=(Tool("postgresql", number),), tables=tables(measured))
        applied = [each.migration for each in measured.applied]
        return merged([seen, self._linted(applied, measured, int(number.partition(".")[0]))])

    def _unmeasured(self, base: Files) -> Output:
        """Say at least what squawk says, where nothing could be measured: the gate is incomplete."""
        migrations = sql_folder.migrations(self.project, self.sides.head)
        new = [each for each in migrations if _is_new(base, each)]
        return self._linted(new, None, self.configuration.postgres_version or max(MAJORS))

    def _linted(self, migrations: list[Migration], measured: Measured | None, major: int) -> Output:
        return lint(migrations, measured, major=major, seconds=self.task.limits.seconds_per_tool)

    def _left_out(self, measured: Measured, head: Files, base: Files) -> Output:
        """Tell of migrations of the change that the project's tool does not know."""
        if any(each.trace.failure for each in measured.applied):
            return Output(findings=(), tools=())
        seen = {each.migration.path for each in measured.applied}
        applied = {path: path in seen for path in head.keys() - base.keys()}
        return output(left_out(self.project, head, self.sides.head, applied))

    def _sizes(self) -> dict[str, Size]:
        """Read the sizes of production's tables."""
        if not self.configuration.stats_file:
            return {}
        path, data = named_file(self.sides, self.task.folder, self.configuration.stats_file, "stats-file")
        return read_sizes(data, path)


def _lost(sides: Sides, project: Project) -> Output:
    """Say that a history is gone as a whole: with what used it, to begin anew, or from under its tool."""
    number = len(project.files)
    found = judged(
        "merged-migration-changed",
        Place(project.path),
        f"{shown(project.folder or project.path)} has {number:,} merged migration{'s' * (number != 1)}, and"
        " is removed as a whole: what they have made stays in the databases",
        identity=project.path,
        severity=Severity.HIGH if sides.head(project.path) else Severity.MEDIUM,
    )
    return replace(output([found]), tools=(Tool(TOOL, __version__),), counts={TOOL: number})


def _path(project: Project) -> str:
    return project.path


def _named(project: Project, changed: Collection[str] | None) -> Project:
    """Let what a `command` does, one thing to us, stand at the first file that the change touches."""
    path = next((path for path in project.files if path in (changed or ())), project.path)
    return replace(project, path=path) if project.kind == "command" else project


def _is_new(done: Collection[str], migration: Migration) -> bool:
    return bool(migration.path) and migration.path not in done


def _text(files: Files, path: str) -> str:
    return files.get(path, b"").decode("utf-8", "replace")


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
