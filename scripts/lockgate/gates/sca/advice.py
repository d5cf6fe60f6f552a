"""Ask for advisories: those that the repository brings, an index on this machine, or OSV itself.

What the repository brings is read from the base, where there is one: a change must not choose who judges it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pathspec import GitIgnoreSpec

from lockgate.advisories.model import Advisories, Pin
from lockgate.beside import Beside, Scope
from lockgate.config.model import ScaConfiguration
from lockgate.errors import InputError, LockgateError, PlatformError, ToolError
from lockgate.finding import Notification
from lockgate.gates.protocol import Task
from lockgate.gates.sca.hits import Found, candidates
from lockgate.gates.sca.sources import Sources
from lockgate.source import display
from lockgate.verdict import Tool

_UPDATE = "run `lockgate advisories update` where there is a network"
_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Answers:
    """Hold what is known of the pins and of what could be taken instead, and who said so."""

    advisories: Advisories
    found: Found
    instead: Found
    notes: tuple[Notification, ...]

    @property
    def tool(self) -> Tool:
        """Name the data as the tool that it is for a reader."""
        return Tool("osv", self.advisories.snapshot.digest[:12] or "live")


def ask(pins: Sequence[Pin], task: Task, configuration: ScaConfiguration, sources: Sources) -> Answers:
    """Ask about pins; raise ToolError when nobody can be asked."""
    try:
        if configuration.advisories:
            return _of_repository(pins, task, configuration, sources)
        if configuration.offline:
            return _of_index(pins, task, configuration, sources)
        try:
            return _answers(sources.live(task.cache, task.home), pins)
        except PlatformError as error:
            return _without_network(pins, task, configuration, sources, error)
    except (InputError, PlatformError) as error:
        raise ToolError(error.what, cause=error.cause, todo=error.todo) from error


def _answers(advisories: Advisories, pins: Sequence[Pin], *notes: Notification) -> Answers:
    found = advisories.of(pins)
    found = {pin: found[pin] for pin in pins if found.get(pin)}
    return Answers(advisories, found, advisories.of(candidates(found)), notes)


def _of_repository(
    pins: Sequence[Pin], task: Task, configuration: ScaConfiguration, sources: Sources
) -> Answers:
    path = f"{task.folder}/{configuration.advisories}" if task.folder else configuration.advisories
    path = path.rstrip("/")
    files = _files(task.tree.beside, path)
    if not files:
        raise _nothing_in(path)
    advisories = sources.export(path.rpartition("/")[2], files)
    where = "the base" if task.tree.beside and task.tree.beside.commit else "the tree"
    said = (
        f"advisories: `{display(path)}` of {where}, {_state(advisories, task.today)}; never too old, as asked"
    )
    unknown = _unknown(advisories, pins)
    told = f"advisories: `{display(path)}` has none for {unknown}, so nobody was asked about those"
    notes = [Notification(level="warning", message=told)] if unknown else []
    return _answers(advisories, pins, _note(said), *notes)


def _files(beside: Beside | None, path: str) -> dict[str, bytes]:
    """Read an export: one file, or all below a folder, whatever the run's own scope leaves out."""
    if beside is None:
        return {}
    read = beside.base if beside.commit else beside.head
    if (data := read(path)) is not None:
        return {path.rpartition("/")[2]: data}
    folder = replace(beside, scope=Scope(path, GitIgnoreSpec([])))
    names = folder.base_paths() if beside.commit else folder.paths()
    if len(names) > _MOST_FILES:
        raise ToolError(
            f"`{display(path)}` has {len(names):,} files",
            cause=f"more than {_MOST_FILES:,} advisories are kept one by one",
            todo="keep them as one zip for each ecosystem",
        )
    return {name.removeprefix(f"{path}/"): data for name in names if (data := read(name)) is not None}


def _nothing_in(path: str) -> ToolError:
    return ToolError(
        f"there is nothing in `{display(path)}`",
        cause="`gates.sca.advisories` names no export of OSV, or only this change brings it",
        todo="put OSV's export there, in a commit of its own, or remove the key to ask OSV",
    )


def _of_index(
    pins: Sequence[Pin], task: Task, configuration: ScaConfiguration, sources: Sources, *before: Notification
) -> Answers:
    advisories = sources.index(task.home)
    snapshot = advisories.snapshot
    if not snapshot.count or snapshot.newest is None:
        raise ToolError(
            "the index of advisories is empty", cause="it was made from an empty export", todo=_UPDATE
        )
    notes = [*before, _note(f"advisories: the index on this machine, {_state(advisories, task.today)}")]
    if (age := _days(snapshot.newest.date(), task.today)) > configuration.max_age:
        old = f"the newest advisory of the index is {age} days old, and `max-age` is {configuration.max_age}"
        why = ToolError(old, cause="the index was not updated", todo=f"{_UPDATE}, or raise `max-age`")
        notes.append(Notification(level="error", message=str(why)))
    if unknown := _unknown(advisories, pins):
        why = ToolError(
            f"the index knows nothing of {unknown}", cause="it was made without that", todo=_UPDATE
        )
        notes.append(Notification(level="error", message=str(why)))
    return _answers(advisories, pins, *notes)


def _unknown(advisories: Advisories, pins: Sequence[Pin]) -> str:
    """Name the ecosystems of the pins that the data has no record of: nobody can say that they are clean."""
    known = advisories.snapshot.ecosystems
    return ", ".join(sorted({pin.package.ecosystem for pin in pins} - {*known})) if known else ""


def _without_network(
    pins: Sequence[Pin],
    task: Task,
    configuration: ScaConfiguration,
    sources: Sources,
    error: LockgateError,
) -> Answers:
    told = Notification(level="warning", message=f"OSV cannot be asked, so an index answers: {error.what}")
    try:
        return _of_index(pins, task, configuration, sources, told)
    except (InputError, PlatformError, ToolError) as other:
        raise ToolError(
            f"nobody can be asked for advisories: {error.what}; {other.what}",
            cause=error.cause,
            todo=f"let this machine reach OSV, or {_UPDATE} and bring the index here",
        ) from error


def _state(advisories: Advisories, today: date) -> str:
    snapshot = advisories.snapshot
    newest = snapshot.newest.date() if snapshot.newest else None
    age = f", the newest of {newest} ({_days(newest, today)} days old)" if newest else ""
    return f"{snapshot.count:,} records from {snapshot.source}{age}, sha256 {snapshot.digest}"


def _days(newest: date, today: date) -> int:
    return max((today - newest).days, 0)


def _note(message: str) -> Notification:
    return Notification(level="note", message=message)
