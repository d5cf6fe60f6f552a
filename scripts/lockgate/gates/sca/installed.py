"""What is installed, and what an index knows of it: looked up because the configuration asks for it."""

from dataclasses import replace
from pathlib import Path

from lockgate.config.model import ScaConfiguration
from lockgate.errors import ToolError
from lockgate.finding import Notification
from lockgate.gates.licences import Index, from_index
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sca.locks import Lock, Locks
from lockgate.inventory.environment import PATH, of_environment
from lockgate.inventory.model import LockError


def with_environment(task: Task, configuration: ScaConfiguration, locks: Locks) -> tuple[Locks, Output]:
    """Add the environment that the configuration names; what is found in it counts in every change.

    Raise ToolError for one in the checkout.
    """
    if not configuration.environment:
        return locks, Output(findings=(), tools=())
    folder, beside = Path(configuration.environment), task.tree.beside
    root = beside.root if beside else task.tree.root
    if not folder.is_absolute() or folder.resolve().is_relative_to(root.resolve()):
        raise ToolError(
            f"`gates.sca.environment` is `{configuration.environment[:200]}`, which is not read",
            cause="it is relative, or lies in the checkout, where a change could replace it",
            todo="name the folder of an environment outside of the checkout by its whole path",
        )
    found = replace(locks, head=(*locks.head, _lock(folder)))
    return found, Output(findings=(), tools=(), concerns=frozenset({PATH}))


def _lock(folder: Path) -> Lock:
    try:
        return Lock(PATH, PATH, of_environment(folder))
    except LockError as problem:
        return Lock(PATH, PATH, problem=problem)


def with_licences(
    task: Task, configuration: ScaConfiguration, locks: Locks, index: Index
) -> tuple[Locks, Output]:
    """Ask an index for the licences of both sides, where a policy is about licences and wants it so."""
    policy = configuration.licences
    if policy.from_ != "index" or not (policy.allow or policy.deny):
        return locks, Output(findings=(), tools=())
    if configuration.offline:
        told = "licences: the package index is not asked, as `offline` is set"
        return locks, Output(findings=(), tools=(), notifications=(Notification(level="note", message=told),))
    both = [lock for lock in (*locks.head, *locks.base) if lock.inventory]
    filled, notes = from_index([lock.inventory for lock in both if lock.inventory], task, index)
    of = {id(lock): inventory for lock, inventory in zip(both, filled, strict=True)}
    head, base = (
        tuple(replace(lock, inventory=of.get(id(lock))) for lock in side) for side in (locks.head, locks.base)
    )
    return Locks(head, base), Output(findings=(), tools=(), notifications=notes)
