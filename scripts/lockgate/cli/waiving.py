"""`lockgate waive` writes a waiver into the configuration, `lockgate waivers` lists what stands there."""

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping
from itertools import chain

from lockgate.cli import output
from lockgate.cli.reading import read_report
from lockgate.config import load
from lockgate.config.writing import add_waiver
from lockgate.errors import ExitCode, InputError, PlatformError
from lockgate.finding import Finding
from lockgate.github import inert
from lockgate.host import host
from lockgate.reports import explanation, verdict_json
from lockgate.reports.verdict_document import Document
from lockgate.untrusted import one_line, visible
from lockgate.waiving import history, standing
from lockgate.waiving.place import Place, find
from lockgate.waiving.wish import Granted, Wish, grant


def waive(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Write a waiver for a finding of the last run, or show what would be written."""
    document = read_report(arguments.report)
    wish = _wish(arguments, document)
    place = find(arguments.checkout, arguments.config)
    findings = verdict_json.restore(document).findings
    granted = grant(wish, findings, place.loaded, host(environment).today)
    before = place.text()
    after = add_waiver(before, place.name, granted.waiver)
    if arguments.diff:
        sys.stdout.write("".join(f"{inert(visible(line))}\n" for line in _diff(place.name, before, after)))
        return ExitCode.PASS
    try:
        output.put(place.file, after)
    except OSError as error:
        raise PlatformError(
            f"{one_line(place.name)} cannot be written: {error.strerror}",
            cause="its folder is read-only, or the disk is full",
            todo="mend that, or use `--diff` and write it by hand",
        ) from error
    sys.stdout.write("".join(f"{inert(one_line(line))}\n" for line in _told(place, after, granted)))
    return ExitCode.PASS


def waivers(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """List the waivers of the configuration, expired ones first."""
    place = find(arguments.path, arguments.config)
    findings, notes = _findings(arguments)
    versions = history.past(place.git, place.name) if place.git and place.tracked else iter(())
    extended = history.extensions(chain(versions, [place.loaded.configuration.waivers]))
    if not (place.git and place.tracked) or place.git.is_shallow():
        notes.append("extensions may be more: git's history of the configuration is not all here")
    found = standing.standings(place.loaded, host(environment).today, findings, extended)
    if arguments.format == "json":
        sys.stdout.buffer.write(standing.render_json(found, place.loaded, notes))
    else:
        sys.stdout.write(standing.render(found, notes))
    return ExitCode.PASS


def _wish(arguments: argparse.Namespace, document: Document) -> Wish:
    named = [each for each in (arguments.fingerprint, arguments.rule, arguments.id) if each]
    place = arguments.path or arguments.package
    if len(named) != 1 or (arguments.rule and not place) or (arguments.fingerprint and arguments.path):
        raise InputError(
            "a waiver needs a fingerprint, `--id`, or `--rule` with `--path` or `--package`",
            cause="none of them is given, or several are, or a rule without where",
            todo="name one finding by its fingerprint, a vulnerability by its id; or a rule and where: "
            "`--path '**'` is everywhere",
        )
    one = explanation.select(document, arguments.fingerprint) if arguments.fingerprint else None
    return Wish(
        owner=arguments.owner,
        reason=arguments.reason,
        expires=arguments.expires,
        fingerprint=one.fingerprint if one else "",
        rule=arguments.rule,
        id=arguments.id,
        path=arguments.path,
        package=arguments.package,
        until_fixed=arguments.until_fixed,
    )


def _diff(name: str, before: bytes, after: bytes) -> Iterator[str]:
    one, other = (data.decode("utf-8-sig").splitlines() for data in (before, after))
    return difflib.unified_diff(one, other, f"a/{name}", f"b/{name}", lineterm="")


def _told(place: Place, after: bytes, granted: Granted) -> Iterator[str]:
    """Say where it stands now, for how long, and what it holds."""
    made = load(after, place.name)
    at = made.waiver_places[made.configuration.waivers.index(granted.waiver)]
    number = len(granted.findings)
    yield (
        f"{at} holds {number:,} finding{'' if number == 1 else 's'} of the last run "
        f"until {granted.waiver.expires}"
    )
    if place.loaded.configuration.waivers_from_the_change == "forbid":
        yield "A pull request is judged by the waivers of its base: it counts from when this is merged."


def _findings(arguments: argparse.Namespace) -> tuple[tuple[Finding, ...], list[str]]:
    try:
        return verdict_json.restore(read_report(arguments.report)).findings, []
    except InputError as error:
        return (), [f"the findings that they hold are not known: {error.what}"]
