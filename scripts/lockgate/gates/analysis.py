"""Analyse sources with what the cache knows and workers for the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.gates.file_report import FileReport
from lockgate.process.pool import Job, Pool
from lockgate.share import WHOLE, Share
from lockgate.source import MAX_BYTES, Source, display, read_bytes

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(FileReport)
_KEEP_EVERY = 500
_NO_ANSWER = FileReport(problem="the tool gave no answer for it")

Reports = dict[Source, FileReport]
Progress = Callable[[int], None]


class Analyser(Protocol):
    """Say what one tool finds in each of many files, independently of each other."""

    @property
    def identity(self) -> str:
        """Name everything but path and content that a result depends on: versions, settings."""

    def analyse(self, sources: Sequence[Source]) -> Iterator[tuple[Source, FileReport]]:
        """Report on each source, in any order; raise ToolError when the tool itself fails."""


@dataclass(frozen=True, slots=True)
class WorkerAnalyser:
    """Analyse with the worker processes of lockgate.worker; `seconds` is the limit of one file."""

    name: str
    version: str
    jobs: int
    seconds: float

    @property
    def identity(self) -> str:
        """Name the tool and its version."""
        return f"{self.name} {self.version}"

    def analyse(self, sources: Sequence[Source]) -> Iterator[tuple[Source, FileReport]]:
        """Report on each source as its worker answers."""
        jobs = {Job(source.root, source.path): source for source in sources}
        for reply in Pool(self.name, self.jobs, self.seconds).map(list(jobs)):
            source = jobs[reply.job]
            if reply.problem:
                yield source, FileReport(problem=reply.problem)
                continue
            try:
                yield source, _DECODER.decode(reply.result)
            except msgspec.DecodeError:
                yield source, FileReport(problem=f"{self.name} gave an answer that cannot be read")


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Make an analyser when something is left to analyse: what the cache knows needs no tool."""

    identity: str
    make: Callable[[], Analyser]

    def analyse(self, sources: Sequence[Source]) -> Iterator[tuple[Source, FileReport]]:
        """Report on each source by the analyser that is made now, if there is any source."""
        if sources:
            yield from self.make().analyse(sources)


def analyse(
    analyser: Analyser,
    sources: Iterable[Source],
    cache: Cache,
    progress: Progress = lambda _: None,
    share: Share = WHOLE,
) -> Reports:
    """Report on every source of this job's share; each content is analysed once, ever.

    A source without an answer has a problem; what has one is asked again in the next run. Raise ToolError
    when other jobs were to look at all, and a source's report is not there.
    """
    keys = {source: cache.key(analyser.identity, source.path, source.digest) for source in sources}
    known = _decoded(cache.get(keys.values()))
    reports: Reports = {source: known[key] for source, key in keys.items() if key in known}
    todo = [source for source in keys if source not in reports]
    if todo and share.missing:
        raise _missing(share, todo)
    todo = [source for source in todo if share.holds(keys[source])]
    fresh: dict[bytes, bytes] = {}
    progress(len(reports))
    for source, report in analyser.analyse(todo):
        reports[source] = report
        progress(1)
        if not report.problem and _is_as_named(source, cache):
            fresh[keys[source]] = _ENCODER.encode(report)
        if len(fresh) >= _KEEP_EVERY:
            cache.put(fresh)
            fresh = {}
    cache.put(fresh)
    reports |= {source: _NO_ANSWER for source in todo if source not in reports}
    if share.count > 1:  # the job that judges is told of what failed, too
        cache.put(
            {keys[source]: _ENCODER.encode(reports[source]) for source in todo if reports[source].problem}
        )
    return {source: reports[source] for source in keys if source in reports}


def _missing(share: Share, sources: Sequence[Source]) -> ToolError:
    return ToolError(
        share.missing,
        cause=f"{len(sources):,} files have no result, the first is {display(sources[0].path)}",
        todo="read that job's log, and run the failed jobs again",
    )


def _is_as_named(source: Source, cache: Cache) -> bool:
    """Say whether a file still has the content that it was planned with: it may be edited during the run."""
    try:
        return cache.digest(read_bytes(source.file, MAX_BYTES)) == source.digest
    except OSError:
        return False


def _decoded(values: Mapping[bytes, bytes]) -> dict[bytes, FileReport]:
    reports = {}
    for key, value in values.items():
        try:
            reports[key] = _DECODER.decode(value)
        except msgspec.DecodeError:
            continue  # as good as not cached
    return reports
