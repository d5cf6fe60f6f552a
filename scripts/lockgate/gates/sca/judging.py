"""Run the gate `sca`: read the locks, ask for advisories, judge."""

from dataclasses import replace

from lockgate import __version__
from lockgate.finding import NOT_SCANNED, Finding, Notification
from lockgate.gates import found
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sca import notes
from lockgate.gates.sca.advice import ask
from lockgate.gates.sca.components import components
from lockgate.gates.sca.hits import pins
from lockgate.gates.sca.installed import with_environment, with_licences
from lockgate.gates.sca.locks import Lock, Locks, Select, everywhere_in, load, own, paths
from lockgate.gates.sca.moved import followed
from lockgate.gates.sca.second import second_opinion
from lockgate.gates.sca.sources import Sources
from lockgate.gates.sca.vulnerabilities import vulnerabilities
from lockgate.gates.scope import chooser, merged
from lockgate.inventory.kinds import is_lock
from lockgate.tree import Tree
from lockgate.verdict import Tool

SOURCES = Sources()


def run(gate: str, task: Task, sources: Sources = SOURCES) -> Output:
    """Judge what the lock files of the head name, and of the base's what was known and what is gone.

    One job does it all, the one that judges: it takes a second.
    """
    if task.share.count > 1:
        return Output(findings=(), tools=())
    configuration = own(task.configuration)
    chosen = chooser(is_lock, configuration)
    everywhere = everywhere_in(task.tree, configuration)
    locks = load(task.tree, chosen, everywhere=everywhere, progress=task.progress)
    locks = replace(locks, base=followed(locks))
    locks, environment = with_environment(task, configuration, locks)
    locks, licences = with_licences(task, configuration, locks, sources.licences)
    told = (_about_locks(gate, task.tree, chosen, locks), components(task, configuration, locks))
    about = merged((*told, environment, licences))
    asked = pins((*locks.head, *locks.base))
    if not asked:
        return about
    answers = ask(asked, task, configuration, sources)
    vulnerable = vulnerabilities(gate, task, configuration, locks, answers)
    return merged((about, vulnerable, second_opinion(task, configuration, locks, answers, sources)))


def _about_locks(gate: str, tree: Tree, chosen: Select, locks: Locks) -> Output:
    """Report the locks that nobody can read, and the lines that pin nothing."""
    head = [finding for lock in locks.head for finding in _own_findings(gate, lock)]
    base = [finding for lock in locks.base for finding in _own_findings(gate, lock)]
    head += found.of_unreadable(gate, notes.OURS, tree.unreadable, chosen)
    here = {finding.fingerprint for finding in head}
    used = {finding.rule for finding in head + base}
    rules = [found.not_scanned_rule(notes.OURS)] if NOT_SCANNED in used else []
    unread = [lock for lock in locks.base if lock.problem]
    return Output(
        findings=tuple(head),
        known=frozenset(finding.fingerprint for finding in base),
        gone=tuple(finding for finding in base if finding.fingerprint not in here),
        tools=(Tool(notes.OURS, __version__),),
        rules=(*rules, notes.RULE) if notes.NOT_AUDITABLE in used else tuple(rules),
        counts={notes.OURS: len(paths(tree, chosen, everywhere=False)) or len(locks.head)},
        notifications=tuple(map(_unread_base, unread)),
    )


def _own_findings(gate: str, lock: Lock) -> list[Finding]:
    return [*notes.unread(gate, lock), *notes.gaps(gate, lock)]


def _unread_base(lock: Lock) -> Notification:
    why = lock.problem.why if lock.problem else ""
    told = (
        f"the base's {lock.path} cannot be read ({why}), so all that is wrong with the new one counts as new"
    )
    return Notification(level="warning", message=told, path=lock.path)
