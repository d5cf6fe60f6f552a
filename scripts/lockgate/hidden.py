"""Show code without its secrets: find the characters that no report may show, in the files that it shows.

A gate's own findings are not enough: the run may leave out the secrets gate, or exclude a file from it.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import version

from lockgate import __version__
from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.finding import NOT_SCANNED, Span
from lockgate.gates import Output
from lockgate.gates.analysis import Reports, WorkerAnalyser, analyse
from lockgate.gates.secrets.gate import NAME as SECRETS
from lockgate.plan import Plan
from lockgate.reports.code import collect, illustrated
from lockgate.reports.excerpt import Excerpt
from lockgate.source import Source, display
from lockgate.verdict import Verdict

Hidden = dict[Source, tuple[Span, ...]]

_THEIRS = "detect-secrets"


def show(
    plan: Plan, verdict: Verdict, outputs: Sequence[Output], cache: Cache, *, jobs: int
) -> dict[str, Excerpt]:
    """Cut the code that the page shows, by fingerprint, out of files that the secret detectors can read."""
    findings = verdict.findings
    unread = {f.path for f in findings if f.gate == SECRETS and f.rule == NOT_SCANNED}
    paths = {finding.path for finding in illustrated(findings)} - unread
    sources = [source for source in plan.tree.head if display(source.path) in paths]
    seconds = plan.settled.loaded.configuration.limits.seconds_per_file
    return collect(findings, hide(sources, outputs, cache, jobs=jobs, seconds=seconds), cache.digest)


def hide(
    sources: Sequence[Source], outputs: Iterable[Output], cache: Cache, *, jobs: int, seconds: float
) -> Hidden:
    """Give what is to be hidden in each source; one that a detector could not read is missing.

    `outputs` say what gates know to be secret. `seconds` is a detector's limit for one file.
    """
    tools = {"lockgate-secrets": __version__, _THEIRS: version(_THEIRS)}
    try:
        reports = [
            analyse(WorkerAnalyser(name, number, jobs, seconds), sources, cache)
            for name, number in tools.items()
        ]
    except ToolError:
        return {}
    known = [output.secrets for output in outputs]
    hidden: Hidden = {}
    for source in sources:
        if not any(report[source].problem for report in reports):
            own = (span for secrets in known for span in secrets.get(display(source.path), ()))
            hidden[source] = (*own, *_spans(source, reports))
    return hidden


def _spans(source: Source, reports: Iterable[Reports]) -> Iterable[Span]:
    return (Span(*span) for report in reports for raw in report[source].findings for span in raw.secrets)
