"""From advisories and locks to findings: what the head has, what the base had, what came to light since."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from lockgate.config.model import ScaConfiguration
from lockgate.errors import PlatformError, ToolError
from lockgate.finding import Finding, Rule
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sca import describe
from lockgate.gates.sca.advice import Answers
from lockgate.gates.sca.graph import Graph
from lockgate.gates.sca.hits import Hit, of_lock
from lockgate.gates.sca.locks import Lock, Locks
from lockgate.gates.sca.table import table
from lockgate.tree import Tree

Hits = Mapping[str, Hit]
"""Hits by their fingerprints."""


def vulnerabilities(
    gate: str, task: Task, configuration: ScaConfiguration, locks: Locks, answers: Answers
) -> Output:
    """Make findings of the head's vulnerabilities, and of those that only the base has.

    What was published since the base in a component that both have is known, unless that blocks by policy:
    then it counts even in a lock that the change does not touch.
    """
    head, base = _hits(locks.head, answers), _hits(locks.base, answers)
    late = _late(task.tree, head, base)
    blocks = frozenset(late) if configuration.published_since_base == "block" else frozenset()
    here = {mark: hit for mark, hit in head.items() if hit.lock.touched or mark in blocks}
    gone = {mark: hit for mark, hit in base.items() if mark not in head}
    return Output(
        findings=tuple(_findings(gate, here, configuration, late)),
        known=frozenset(base) - blocks,
        gone=tuple(_findings(gate, gone, configuration, {})),
        tools=(answers.tool,),
        rules=_rules((*here.values(), *gone.values())),
        notifications=answers.notes,
        tables=table(locks.head, head.values()),
        concerns=frozenset(head[mark].lock.path for mark in blocks),
    )


def _hits(locks: Iterable[Lock], answers: Answers) -> Hits:
    return {hit.fingerprint: hit for lock in locks for hit in of_lock(lock, answers.found, answers.instead)}


def _findings(
    gate: str, hits: Hits, configuration: ScaConfiguration, late: Mapping[str, datetime]
) -> list[Finding]:
    graphs: dict[str, Graph] = {}
    findings = []
    for mark, hit in hits.items():
        if hit.lock.path not in graphs and hit.lock.inventory:
            graphs[hit.lock.path] = Graph(hit.lock.inventory)
        graph = graphs[hit.lock.path]
        findings.append(describe.finding(gate, hit, graph, configuration, late.get(mark)))
    return findings


def _rules(hits: Iterable[Hit]) -> tuple[Rule, ...]:
    rules = {hit.advisory.id: describe.rule(hit.advisory) for hit in hits}
    return tuple(rules[name] for name in sorted(rules))


def _late(tree: Tree, head: Hits, base: Hits) -> dict[str, datetime]:
    """Give when what both sides have was published, where that was after the base."""
    both = {mark: hit.advisory.published for mark, hit in head.items() if mark in base}
    since = _base_time(tree) if both else None
    if since is None:
        return {}
    return {mark: day for mark, day in both.items() if day and _aware(day) > since}


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _base_time(tree: Tree) -> datetime | None:
    """Give when the base was committed; by plumbing, as `git show` runs what the configuration names."""
    beside = tree.beside
    if beside is None or beside.git is None or beside.commit is None:
        return None
    try:
        said = beside.git.ask("rev-list", "--max-count=1", "--format=%ct", beside.commit).split()
        return datetime.fromtimestamp(int(said[-1]), UTC)
    except (PlatformError, ValueError, IndexError, OverflowError, OSError) as error:
        raise ToolError(
            "nobody can say when the base was committed",
            cause="git cannot read the commit",
            todo="run `git fsck`; in Actions use actions/checkout with `fetch-depth: 0`",
        ) from error
