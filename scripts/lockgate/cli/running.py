"""Run the pipeline on this machine, write the reports, print what was asked for."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from lockgate import pipeline
from lockgate.cli.observers import observing
from lockgate.errors import ExitCode, PlatformError
from lockgate.gates.secrets.detectors import find
from lockgate.github import Emitter
from lockgate.inputs import Options
from lockgate.pipeline import Host, Run
from lockgate.reports import annotations, code, html, summary, terminal, verdict_json
from lockgate.sarif import write as sarif
from lockgate.verdict import Verdict

Reports = dict[str, bytes]


def host(environment: Mapping[str, str]) -> Host:
    """Describe this machine: where results are kept, and what day it is."""
    return Host(environment=environment, home=_home(environment), today=datetime.now(UTC).date())


def run_and_report(options: Options, machine: Host) -> ExitCode:
    """Run the gates, write the three reports, print one of them, and give the exit code."""
    with observing(Console(stderr=True, highlight=False), options.format) as observer:
        run = pipeline.run(options, machine, observer)
    reports = _reports(run)
    _write(options.output, reports)
    _print(options, run.verdict, reports, machine.environment)
    return run.verdict.exit_code


def _home(environment: Mapping[str, str]) -> Path:
    """Find the folder that scripts/run uses too."""
    if environment.get("LOCKGATE_HOME"):
        return Path(environment["LOCKGATE_HOME"]).absolute()
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("RUNNER_TEMP"):
        return Path(environment["RUNNER_TEMP"], "lockgate")
    cache = Path(environment.get("XDG_CACHE_HOME", ""))
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "lockgate"


def _reports(run: Run) -> Reports:
    excerpts = code.collect(run.verdict.findings, run.plan.tree.head, run.secrets, _places)
    return {
        "verdict.json": verdict_json.render(run.verdict),
        "lockgate.sarif": sarif.render(run.verdict),
        "report.html": html.render(run.verdict, excerpts).encode(),
    }


def _places(text: str) -> Iterator[tuple[int, int]]:
    return ((hit.start, hit.end) for hit in find(text))


def _write(folder: Path, reports: Reports) -> None:
    """Write the reports into a folder that git ignores, so that no run ever finds another's report."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in {**reports, ".gitignore": b"*\n"}.items():
            fresh = folder / f".{name}.new"
            fresh.write_bytes(data)
            fresh.replace(folder / name)
    except OSError as error:
        raise PlatformError(
            f"the reports cannot be written to {folder}: {error.strerror}",
            cause="the folder is not writable, or the disk is full",
            todo="name another folder with --output",
        ) from error


def _print(options: Options, verdict: Verdict, reports: Reports, environment: Mapping[str, str]) -> None:
    if options.format == "json":
        sys.stdout.buffer.write(reports["verdict.json"])
    elif options.format == "sarif":
        sys.stdout.buffer.write(reports["lockgate.sarif"])
    elif options.format == "github":
        _to_runner(verdict, options.output, environment)
    else:
        console = Console(highlight=False)
        terminal.show(verdict, console)
        console.print(f"Report: {options.output / 'report.html'}", markup=False, soft_wrap=True)


def _to_runner(verdict: Verdict, output: Path, environment: Mapping[str, str]) -> None:
    """Send annotations, the job summary and the outputs; print the verdict so that no line is a command."""
    emitter = runner(environment)
    for item in annotations.choose(verdict).items:
        emitter.annotate(
            item.level, item.message, file=item.file, line=item.line, end_line=item.end_line, col=item.col,
            title=item.title,
        )  # fmt: skip
    console = Console(width=200, highlight=False, color_system=None)
    with console.capture() as captured:
        terminal.show(verdict, console)
    emitter.plain(captured.get())
    emitter.summary(summary.render(verdict))
    emitter.set_output("verdict", verdict.answer)
    emitter.set_output("findings", str(sum(finding.blocking for finding in verdict.findings)))
    emitter.set_output("report", str(output))


def runner(environment: Mapping[str, str]) -> Emitter:
    """Give the way to talk to the runner."""
    files = (environment.get(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))
    output, summary_file = (Path(file) if file else None for file in files)
    return Emitter(sys.stdout, output=output, summary=summary_file)
