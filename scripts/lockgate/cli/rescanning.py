"""`lockgate rescan`: bills of what was released, against the advisories of today.

`--format json` prints `schema` (`lockgate-rescan/1`), `advisories` and `bills`. `advisories` has `source`,
`sha256` (over ids and times of change), `newest` (the last of those times) and `count` of the records.
Each of `bills`, in the order in which they were given, has

- `file`, and what it says of itself: `name`, `version`, `made` (as it is written there) and `serial`;
- `components`, how many different ones were asked about, and `unknown`, how many could not be: without a
  version, or of an ecosystem that the advisories know nothing of;
- `since`, when the first of what is new was published, null when nothing is;
- `vulnerabilities`, worst first: `id`, `ids` (all its names), `package` (a package URL), `severity` (null
  where nobody gave one), `score` (CVSS), `published`, `new` (published after the bill was made; null where
  one of both times is unknown), `fixed` (versions, oldest first), `exploited` (KEV), `epss`, `malicious`,
  `summary`.

Times are RFC 3339.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from lockgate.advisories.model import Advisories, Snapshot
from lockgate.bom.aged import Aged, Rescanned, rescan
from lockgate.bom.read import MAX_BYTES, BomError, Listing, read
from lockgate.errors import ExitCode, InputError, ToolError
from lockgate.finding import Severity
from lockgate.gates.sca.severity import of as severity_of
from lockgate.gates.sca.sources import Sources
from lockgate.github import inert, inert_json
from lockgate.host import Host, host
from lockgate.source import read_bytes
from lockgate.untrusted import cut, markdown, one_line

_SCHEMA = "lockgate-rescan/1"
_LONGEST = 200
_LARGEST = 2_000_000_000
_EXPORTED = {".csv", ".gz", ".json", ".zip"}
_HEAD = "| bill | component | vulnerability | severity | published | fixed in |\n|---|---|---|---|---|---|\n"


def command(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print what is known today of each bill; give 1 when anything is at or above the threshold."""
    return judge(arguments, host(environment), Sources())


def judge(arguments: argparse.Namespace, machine: Host, sources: Sources) -> ExitCode:
    """Do the same with what the machine and the sources are given as."""
    threshold = Severity.parse(arguments.fail_on)
    bills = {str(file): _read(file) for file in arguments.bills}
    advisories = _advisories(arguments.advisories, machine, sources)
    snapshot = advisories.snapshot
    _see_age(snapshot, machine.today, arguments.max_age)
    made = dict(zip(bills, rescan(tuple(bills.values()), advisories), strict=True))
    write = {"json": _json, "markdown": _markdown, "text": _text}[arguments.format]
    sys.stdout.write(write(made, snapshot))
    over = any(_blocks(each, threshold) for one in made.values() for each in one.found)
    return ExitCode.FINDINGS if over else ExitCode.PASS


def _blocks(aged: Aged, threshold: Severity) -> bool:
    """Say whether one counts: what nobody gave a severity does where a version mends it."""
    advisory, severity = aged.advisory, severity_of(aged.advisory)
    if advisory.exploited or advisory.malicious:
        return True
    return bool(aged.fixed) if severity is None else severity >= threshold


def _read(file: Path) -> Listing:
    try:
        return read(read_bytes(file.resolve(), MAX_BYTES))
    except (BomError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"{one_line(str(file))[:200]} cannot be read as a bill: {why}",
            cause="it is of another kind, or cut off",
            todo="give CycloneDX or SPDX 2 in JSON",
        ) from error


def _advisories(path: Path | None, machine: Host, sources: Sources) -> Advisories:
    if path is None:
        return sources.index(machine.home)
    try:
        files = dict(_files(path))
        if not files:
            raise OSError(0, "no record is there")
    except OSError as error:
        raise InputError(
            f"the advisories in {one_line(str(path))[:200]} cannot be read: {error.strerror}",
            cause="a wrong path",
            todo="give a zip of OSV's export, or a folder of it",
        ) from error
    return sources.export(path.resolve().name, files)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what may be of an export, by its path in the folder; a README that lies there is not."""
    if not path.is_dir():
        yield path.name, read_bytes(path.resolve(), _LARGEST)
        return
    for file in sorted(path.rglob("*")):
        if file.suffix in _EXPORTED and file.is_file():
            yield file.relative_to(path).as_posix(), read_bytes(file.resolve(), _LARGEST)


def _see_age(snapshot: Snapshot, today: date, most: int) -> None:
    newest = snapshot.newest.date() if snapshot.newest else None
    if newest is None or (today - newest).days > most:
        raise ToolError(
            f"the newest advisory is of {newest}, and `--max-age` is {most} days"
            if newest
            else "there is no advisory",
            cause="the index was not updated: what it does not know would look clean",
            todo="run `lockgate advisories update`, or raise --max-age",
        )


def _text(made: Mapping[str, Rescanned], snapshot: Snapshot) -> str:
    return "".join(f"{inert(line)}\n" for line in _lines(made, snapshot))


def _lines(made: Mapping[str, Rescanned], snapshot: Snapshot) -> Iterator[str]:
    for file, one in made.items():
        yield one_line(f"{_name(file, one.listing)}: {_told(one)}")
        for each in one.found:
            mark = "new" if each.new else "old" if each.new is False else "?"
            yield "  " + one_line("  ".join((mark, *_cells(each))))
    yield one_line(
        f"advisories: {snapshot.count:,} from {snapshot.source}, the newest of {_day(snapshot.newest)}"
    )


def _told(one: Rescanned) -> str:
    new = sum(each.new is True for each in one.found)
    since = f", {new:,} published since it was made, the first on {_day(one.since)}" if one.since else ""
    unknown = f"; {one.unknown:,} more could not be asked about" if one.unknown else ""
    return f"{len(one.found):,} vulnerabilities in {one.asked:,} components{since}{unknown}"


def _name(file: str, listing: Listing) -> str:
    named = cut(" ".join(filter(None, (listing.name, listing.version))), _LONGEST)
    return f"{file} ({named})" if named else file


def _cells(each: Aged) -> tuple[str, ...]:
    component, advisory = each.component, each.advisory
    severity = severity_of(advisory)
    return (
        cut(f"{component.name} {component.version}", _LONGEST),
        " ".join(advisory.ids),
        str(severity) if severity is not None else "unknown",
        _day(advisory.published),
        ", ".join(each.fixed) or "no version",
    )


def _day(when: object) -> str:
    return str(when)[:10] if when else "unknown"


def _markdown(made: Mapping[str, Rescanned], snapshot: Snapshot) -> str:
    rows = [
        f"| {' | '.join(markdown(cell) for cell in (_name(file, one.listing), *_cells(each)))} |\n"
        for file, one in made.items()
        for each in one.found
    ]
    told = [f"- {markdown(f'{_name(file, one.listing)}: {_told(one)}')}\n" for file, one in made.items()]
    state = f"{snapshot.count:,} advisories from {snapshot.source}, the newest of {_day(snapshot.newest)}"
    return "".join([*told, "\n", *([_HEAD, *rows, "\n"] if rows else []), markdown(state), "\n"])


def _json(made: Mapping[str, Rescanned], snapshot: Snapshot) -> str:
    document = {
        "schema": _SCHEMA,
        "advisories": {
            "source": snapshot.source, "sha256": snapshot.digest, "count": snapshot.count,
            "newest": snapshot.newest.isoformat() if snapshot.newest else None,
        },
        "bills": [_bill(file, one) for file, one in made.items()],
    }  # fmt: skip
    return inert_json(json.dumps(document, indent=1).encode()).decode() + "\n"


def _bill(file: str, one: Rescanned) -> dict[str, object]:
    return {
        "file": file, "name": one.listing.name, "version": one.listing.version, "made": one.listing.when,
        "serial": one.listing.serial, "components": one.asked, "unknown": one.unknown,
        "since": one.since.isoformat() if one.since else None,
        "vulnerabilities": [_vulnerability(each) for each in one.found],
    }  # fmt: skip


def _vulnerability(each: Aged) -> dict[str, object]:
    advisory, severity = each.advisory, severity_of(each.advisory)
    return {
        "id": advisory.id, "ids": advisory.ids, "package": each.component.purl,
        "severity": str(severity) if severity is not None else None, "score": advisory.score,
        "published": advisory.published.isoformat() if advisory.published else None,
        "new": each.new, "fixed": each.fixed, "exploited": advisory.exploited, "epss": advisory.epss,
        "malicious": advisory.malicious, "summary": advisory.summary,
    }  # fmt: skip
