"""What the policy says of the components of both sides, apart from vulnerabilities."""

from collections.abc import Iterator, Mapping

from lockgate.config.model import ScaConfiguration
from lockgate.finding import Finding
from lockgate.gates.judged import Judged
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sca.component_rules import Policy, findings, standing
from lockgate.gates.sca.introduced import introduced
from lockgate.gates.sca.locks import Lock, Locks
from lockgate.gates.sca.moved import by_origin
from lockgate.gates.sca.rule_book import RULES
from lockgate.inventory.environment import PATH as ENVIRONMENT
from lockgate.inventory.model import Inventory


def components(task: Task, configuration: ScaConfiguration, locks: Locks) -> Output:
    """Judge the components of the head's locks, and compare them with the base's where there is one."""
    policy = Policy.of(configuration)
    before = by_origin(locks.base)
    compares = task.tree.changed is not None
    here = [
        finding
        for lock in locks.head
        if lock.touched
        for finding in findings(_judged(lock, policy, task, before, compares=compares), lock.origin)
    ]
    left = {lock.origin for lock in locks.head if not lock.touched}
    past = [
        finding for lock in locks.base if lock.path not in left for finding in _standing(lock, policy, task)
    ]
    marks = {finding.fingerprint for finding in here}
    used = {finding.rule for finding in (*here, *past)}
    return Output(
        findings=tuple(here),
        known=frozenset(finding.fingerprint for finding in past),
        gone=tuple(finding for finding in past if finding.fingerprint not in marks),
        tools=(),
        rules=tuple(rule for rule in RULES if rule.id in used),
    )


def _judged(
    lock: Lock, policy: Policy, task: Task, before: Mapping[str, Inventory], *, compares: bool
) -> Iterator[Judged]:
    if lock.inventory:
        yield from standing(lock.inventory, policy, task.today)
        if compares and lock.path != ENVIRONMENT:  # no side of a change has it
            yield from introduced(lock.inventory, before.get(lock.origin))


def _standing(lock: Lock, policy: Policy, task: Task) -> list[Finding]:
    return findings(standing(lock.inventory, policy, task.today), lock.origin) if lock.inventory else []
