"""`lockgate advisories update` makes the index of advisories on this machine, `status` says what it holds."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import requests

from lockgate.advisories import exports
from lockgate.advisories.download import download
from lockgate.advisories.index import Meta, open_index
from lockgate.advisories.index_build import build
from lockgate.errors import ExitCode, InputError
from lockgate.github import inert
from lockgate.host import Host, host
from lockgate.untrusted import one_line

Fetch = Callable[[Path, Mapping[str, str]], dict[str, str]]
"""Fetch OSV's exports into a folder, unless the ETags say that they are known; give the new ETags."""


def advisories(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Make the index, or say what it holds."""
    machine = host(environment)
    if arguments.what == "update":
        meta = update(arguments, machine.home / "advisories.db", _fetch)
    elif arguments.sources or arguments.epss or arguments.kev:
        raise InputError(
            "`lockgate advisories status` reads the index alone",
            cause="--from, --epss and --kev say what `update` makes it from",
            todo="leave them out, or say `update`",
        )
    else:
        meta = open_index(machine.home / "advisories.db").meta
    sys.stdout.write("".join(f"{inert(one_line(line))}\n" for line in told(meta, machine)))
    return ExitCode.PASS


def update(arguments: argparse.Namespace, target: Path, fetch: Fetch) -> Meta:
    """Write the index from what the arguments name, or from OSV's exports; errors leave the old one."""
    extra = exports.tables(arguments.epss, arguments.kev)
    if arguments.sources:
        names = [path.name or str(path.absolute().name) for path in arguments.sources]
        return build(target, exports.members(arguments.sources), extra, sources=names)
    # EPSS and KEV are written into the index, so it is made anew when they are given.
    known = None if arguments.epss or arguments.kev else _known(target)
    etags = known.etags if known else {}
    with tempfile.TemporaryDirectory(prefix="lockgate-") as name:
        folder = Path(name)
        found = fetch(folder, etags)
        if known and found == etags:
            return known
        return build(target, exports.members([folder]), extra, sources=["OSV"], etags=found)


def _known(target: Path) -> Meta | None:
    try:
        return open_index(target).meta
    except InputError:  # none yet, or one that has to be made again
        return None


def _fetch(folder: Path, etags: Mapping[str, str]) -> dict[str, str]:
    with requests.Session() as session:
        return download(session, folder, etags)


def told(meta: Meta, machine: Host) -> Iterator[str]:
    """Say what an index holds, line by line."""
    newest = datetime.fromisoformat(meta.newest)
    days = max(0, (machine.today - newest.date()).days)
    yield f"source: {', '.join(meta.sources)}"
    for ecosystem, count in meta.ecosystems.items():
        yield f"{ecosystem}: {count:,} records"
    yield f"in all: {meta.count:,} records, {meta.withdrawn:,} of them withdrawn"
    yield f"by CVE: {meta.epss:,} with EPSS, {meta.kev:,} in KEV"
    yield f"newest: {newest:%Y-%m-%d %H:%M} UTC, {days:,} day{'' if days == 1 else 's'} old"
    yield f"digest: sha256:{meta.digest}"
    if meta.bad:
        yield f"left out: {meta.bad:,} that could not be read"
        yield from (f"- {line}" for line in meta.bad_named)
        if meta.bad > len(meta.bad_named):
            yield f"- and {meta.bad - len(meta.bad_named):,} more"
