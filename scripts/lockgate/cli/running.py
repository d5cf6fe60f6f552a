"""Run the pipeline on this machine, write the reports, print what was asked for."""

import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from lockgate import pipeline
from lockgate.cli import output
from lockgate.cli.consoles import console
from lockgate.cli.observers import observing
from lockgate.errors import ExitCode, PlatformError
from lockgate.failures import leave
from lockgate.github import SUMMARY_LIMIT, Emitter
from lockgate.host import Host
from lockgate.inputs import Options
from lockgate.pipeline import Run
from lockgate.reports import annotations, badge, html, result, summary, terminal, trend, verdict_json
from lockgate.reports import history as earlier
from lockgate.reports.history import History
from lockgate.sarif import write as sarif
from lockgate.verdict import Verdict

Reports = dict[str, bytes]


def run_and_report(options: Options, machine: Host) -> ExitCode:
    """Run the gates, write the reports, print one of them, and give the exit code."""
    output.prepare(options.output)
    history = earlier.read(options.history) if options.history else History()
    with observing(console(sys.stderr, machine.environment), options.format) as observer:
        run = pipeline.run(options, machine, observer)
    reports = _reports(run, history)
    output.write(options.output, reports)
    _print(options, run.verdict, reports, history, machine.environment)
    return run.verdict.exit_code


def _reports(run: Run, history: History) -> Reports:
    return {
        "verdict.json": verdict_json.render(run.verdict),
        "lockgate.sarif": sarif.render(run.verdict),
        "report.html": html.render(run.verdict, run.excerpts, history).encode(),
        "badge.json": badge.render(run.verdict),
        **run.documents,
    }


def _print(
    options: Options, verdict: Verdict, reports: Reports, history: History, environment: Mapping[str, str]
) -> None:
    """Print in the form that was asked for; the verdict stands when nobody reads it to the end."""
    try:
        if options.format == "json":
            sys.stdout.buffer.write(reports["verdict.json"])
        elif options.format == "sarif":
            sys.stdout.buffer.write(reports["lockgate.sarif"])
        elif options.format == "github":
            _to_runner(verdict, history, options.output, environment)
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


def _to_runner(verdict: Verdict, history: History, folder: Path, environment: Mapping[str, str]) -> None:
    """Send annotations, the job summary and the outputs; print the verdict so that no line is a command."""
    emitter = Emitter.of(environment, sys.stdout)
    for item in annotations.choose(verdict).items:
        emitter.annotate(
            item.level, item.message, file=item.file, line=item.line, end_line=item.end_line, col=item.col,
            title=item.title,
        )  # fmt: skip
    plain = Console(color_system=None)
    with plain.capture() as captured:
        terminal.show(verdict, plain)
    emitter.plain(captured.get())
    told = trend.render(verdict, history)
    emitter.summary(summary.render(verdict, SUMMARY_LIMIT - len(told.encode())) + told)
    emitter.set_output("verdict", verdict.answer)
    emitter.set_output("findings", str(sum(finding.blocking for finding in verdict.findings)))
    emitter.set_output("report", str(folder))
    emitter.set_output("result", result.render(verdict))
