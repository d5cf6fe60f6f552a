"""Run the pipeline on this machine, write the reports, print what was asked for."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console

from lockgate import pipeline
from lockgate.cli import output
from lockgate.cli.consoles import console, leave
from lockgate.cli.observers import observing
from lockgate.errors import ExitCode, PlatformError
from lockgate.github import Emitter
from lockgate.inputs import Options
from lockgate.pipeline import Host, Run
from lockgate.reports import annotations, html, summary, terminal, verdict_json
from lockgate.sarif import write as sarif
from lockgate.verdict import Verdict

Reports = dict[str, bytes]


def host(environment: Mapping[str, str]) -> Host:
    """Describe this machine: where results are kept, and what day it is."""
    return Host(environment=environment, home=_home(environment), today=datetime.now(UTC).date())


def run_and_report(options: Options, machine: Host) -> ExitCode:
    """Run the gates, write the three reports, print one of them, and give the exit code."""
    output.prepare(options.output)
    with observing(console(sys.stderr, machine.environment), options.format) as observer:
        run = pipeline.run(options, machine, observer)
    reports = _reports(run)
    output.write(options.output, reports)
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
    return {
        "verdict.json": verdict_json.render(run.verdict),
        "lockgate.sarif": sarif.render(run.verdict),
        "report.html": html.render(run.verdict, run.excerpts).encode(),
    }


def _print(options: Options, verdict: Verdict, reports: Reports, environment: Mapping[str, str]) -> None:
    """Print in the form that was asked for; the verdict stands when nobody reads it to the end."""
    try:
        if options.format == "json":
            sys.stdout.buffer.write(reports["verdict.json"])
        elif options.format == "sarif":
            sys.stdout.buffer.write(reports["lockgate.sarif"])
        elif options.format == "github":
            _to_runner(verdict, options.output, environment)
        else:
            screen = console(sys.stdout, environment)
            terminal.show(verdict, screen)
            screen.print(f"Report: {options.output / 'report.html'}", soft_wrap=True)
        sys.stdout.flush()
    except BrokenPipeError:
        leave(sys.stdout)
    except OSError as error:
        leave(sys.stdout)
        raise PlatformError(
            f"the verdict is in {options.output}, but it cannot be printed: {error.strerror}",
            cause="the disk is full, or a file of the runner cannot be written",
            todo="make room, or print to another place",
        ) from error


def _to_runner(verdict: Verdict, folder: Path, environment: Mapping[str, str]) -> None:
    """Send annotations, the job summary and the outputs; print the verdict so that no line is a command."""
    emitter = runner(environment, sys.stdout)
    for item in annotations.choose(verdict).items:
        emitter.annotate(
            item.level, item.message, file=item.file, line=item.line, end_line=item.end_line, col=item.col,
            title=item.title,
        )  # fmt: skip
    plain = Console(color_system=None)
    with plain.capture() as captured:
        terminal.show(verdict, plain)
    emitter.plain(captured.get())
    emitter.summary(summary.render(verdict))
    emitter.set_output("verdict", verdict.answer)
    emitter.set_output("findings", str(sum(finding.blocking for finding in verdict.findings)))
    emitter.set_output("report", str(folder))


def runner(environment: Mapping[str, str], stream: TextIO) -> Emitter:
    """Give the way to talk to the runner."""
    files = (environment.get(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))
    outputs, summary_file = (Path(file) if file else None for file in files)
    return Emitter(stream, output=outputs, summary=summary_file)
