"""Make the bills of both sides, hold them against their schemas, score and compare them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from lockgate import __version__
from lockgate.beside import Beside
from lockgate.bom.diff import Change
from lockgate.bom.validate import problems
from lockgate.config import GateConfiguration
from lockgate.config.model import SbomConfiguration
from lockgate.epoch import time_of
from lockgate.finding import Notification
from lockgate.gates.licences import Index, from_index, of_pip
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sbom import bills, environment, judging
from lockgate.gates.scope import chooser
from lockgate.inventory.kinds import is_lock
from lockgate.tree import Tree
from lockgate.verdict import Table, Tool

_ATTESTED = 16_000_000
_MOST = 500


def run(task: Task, locks: Sequence[str], index: Index = of_pip) -> Output:
    """Make the bills of the head's lock files; with a base, say what differs.

    `index` asks for licences, where the configuration wants it.
    """
    if task.tree.beside is None:
        return Output(findings=(), tools=())
    configuration, beside = _own(task.configuration), task.tree.beside
    when = time_of(beside.git, task.epoch)
    head = bills.read(locks, beside.head, task.progress)
    base = _base(task.tree, configuration, beside)
    told: tuple[Notification, ...] = ()
    if configuration.licences == "index":
        head, base, told = _with_licences(head, base, task, index)
    files = bills.documents(head, bills.name(beside), bills.version(beside), when)
    judged = judging.score(msgspec.json.decode(files[bills.FILE]))
    findings = tuple(judging.findings(head, judged, configuration))
    before = (
        tuple(judging.findings(base, judging.score(bills.document(base, when)), configuration))
        if base
        else ()
    )
    here, used = {each.fingerprint for each in findings}, {each.rule for each in findings + before}
    if configuration.environment:
        seconds = task.limits.seconds_per_tool
        files[environment.FILE] = environment.make(configuration.environment, beside.root, task.home, seconds)
    return Output(
        findings=findings,
        known=frozenset(each.fingerprint for each in before),
        gone=tuple(each for each in before if each.fingerprint not in here),
        tools=(Tool(judging.OURS, __version__), *([environment.tool()] if configuration.environment else [])),
        rules=tuple(rule for rule in judging.RULES if rule.id in used),
        counts={judging.OURS: len(head.inventories) + len(head.problems)},
        notifications=(*told, *_notes(files)),
        tables=(*([_compared(bills.changes(base, head, when))] if base else []), judging.table(judged)),
        documents=files,
    )


def _own(configuration: GateConfiguration) -> SbomConfiguration:
    if isinstance(configuration, SbomConfiguration):
        return configuration
    return SbomConfiguration(exclude=configuration.exclude)


def _base(tree: Tree, configuration: GateConfiguration, beside: Beside) -> bills.Locks | None:
    """Read the base's lock files, where the change touches any; else the head's bill is the base's."""
    chosen = chooser(is_lock, configuration)
    if tree.changed is None or not any(map(chosen, tree.changed)):
        return None
    return bills.read(filter(chosen, beside.base_paths()), beside.base)


def _with_licences(
    head: bills.Locks, base: bills.Locks | None, task: Task, index: Index
) -> tuple[bills.Locks, bills.Locks | None, tuple[Notification, ...]]:
    """Ask an index for the licences of both sides at once."""
    both = (*head.inventories, *(base.inventories if base else ()))
    filled, notes = from_index(both, task, index)
    number = len(head.inventories)
    before = replace(base, inventories=filled[number:]) if base else None
    return replace(head, inventories=filled[:number]), before, notes


def _notes(files: Mapping[str, bytes]) -> Iterator[Notification]:
    """Say what is wrong with the bills: one of ours that breaks its schema is a bug, and no bill."""
    for name, data in files.items():
        if name != environment.FILE and (wrong := problems(msgspec.json.decode(data))):
            yield Notification(level="error", message=f"{name} is not as its standard says: {wrong[0]}")
        if len(data) > _ATTESTED:
            size = f"{len(data) / 1e6:.0f} MB"
            yield Notification(level="note", message=f"{name} has {size}; GitHub attests at most 16 MB")


def _compared(changes: tuple[Change, ...]) -> Table:
    rows = tuple((change.what, change.name, change.before, change.after) for change in changes[:_MOST])
    more = len(changes) - _MOST
    left = ((f"{more:,} more", "lockgate sbom diff shows them", "", ""),) if more > 0 else ()
    return Table(
        "Bill of materials: what this change alters", ("what", "component", "base", "head"), rows + left
    )
