"""Helpers that gates share: which files they choose, how they say so, and how tools' outputs are joined."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from lockgate.config import GateConfiguration
from lockgate.gates.protocol import Applies, Output
from lockgate.tree import Tree


def chooser(selects: Callable[[str], bool], configuration: GateConfiguration) -> Callable[[str], bool]:
    """Narrow what a tool selects by what the configuration excludes from its gate."""
    excluded = GitIgnoreSpec.from_lines(configuration.exclude)
    return lambda path: selects(path) and not excluded.match_file(path)


def count(tree: Tree, chosen: Callable[[str], bool]) -> int:
    """Count the files of the head that a gate has to answer for: those too that nobody can read."""
    paths = [source.path for source in tree.head] + [item.path for item in tree.unreadable]
    return len([path for path in paths if chosen(path)])


@dataclass(frozen=True, slots=True)
class Pace:
    """Say how long a tool takes on one core: seconds for a file, and for each million bytes.

    Measured by benchmarks/pace; it decides only over how many jobs the work is spread.
    """

    file: float
    megabyte: float


def work(tree: Tree, chosen: Callable[[str], bool], pace: Pace, *, in_history: bool = False) -> float:
    """Estimate a tool's seconds on one core, for all versions of the files that it looks at."""
    history = tree.history if in_history else ()
    sizes = [source.size for source in (*tree.head, *tree.base, *history) if chosen(source.path)]
    return len(sizes) * pace.file + sum(sizes) / 1e6 * pace.megabyte


def describe(counts: Mapping[str, int], nothing: str, tree: Tree, seconds: float = 0.0) -> Applies:
    """Say what a gate will look at, `counts` of things in the singular, or that there is `nothing`."""
    where = "" if tree.changed is None else " in the change"
    parts = [f"{count:,} {what}{'' if count == 1 else 's'}" for what, count in counts.items() if count]
    if not parts:
        return Applies(0, f"{nothing}{where}")
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return Applies(sum(counts.values()), f"{listed}{where}", seconds)


def merged(outputs: Sequence[Output]) -> Output:
    """Join the outputs of a gate's tools."""
    counts: Counter[str] = Counter()
    for output in outputs:
        counts.update(output.counts)
    paths = {path for output in outputs for path in output.secrets}
    return Output(
        findings=tuple(finding for output in outputs for finding in output.findings),
        known=frozenset().union(*(output.known for output in outputs)),
        gone=tuple(finding for output in outputs for finding in output.gone),
        tools=tuple(tool for output in outputs for tool in output.tools),
        tables=tuple(table for output in outputs for table in output.tables),
        concerns=frozenset().union(*(output.concerns for output in outputs)),
        documents={name: data for output in outputs for name, data in output.documents.items()},
        rules=tuple(rule for output in outputs for rule in output.rules),
        counts=dict(counts),
        notifications=tuple(note for output in outputs for note in output.notifications),
        secrets={
            path: tuple(span for output in outputs for span in output.secrets.get(path, ()))
            for path in sorted(paths)
        },
    )
