"""pip-audit as a second opinion on Python's packages: asked over the same records, it must say the same."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from lockgate.advisories import osv
from lockgate.advisories.grouping import groups, names
from lockgate.advisories.model import Advisories, Advisory, Package, Pin
from lockgate.advisories.server import serving
from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.process import Completed, run
from lockgate.toolset import REQUIREMENTS, python_of
from lockgate.untrusted import cut, one_line
from lockgate.versions import pep440

_SECONDS = 600.0
_SHARD = 200
"""Fewer pins than these are not worth a process of their own: to start one takes as long."""
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_FLAGS = ("--no-deps", "--disable-pip", "-s", "osv", "-f", "json", "--aliases", "on", "--desc", "off",
          "--progress-spinner", "off")  # fmt: skip

Records = Mapping[Package, tuple[osv.Record, ...]]
Key = tuple[str, str]
"""A package's name and version, as pip-audit writes them."""
Said = dict[Key, list[list[str]]]
"""The vulnerabilities of each, as the ids that each goes by."""
Auditor = Callable[[Iterable[Key], Records, Path, float], Said]


class _Vulnerability(msgspec.Struct):
    id: str
    aliases: list[str]


class _Dependency(msgspec.Struct):
    name: str
    version: str = ""
    vulns: list[_Vulnerability] = []


class _Report(msgspec.Struct):
    dependencies: list[_Dependency]


def auditable(pins: Iterable[Pin]) -> dict[Pin, Key]:
    """Pick the pins that pip-audit can take: of PyPI, with a version that PEP 440 knows.

    It could only die of others. Gives what it calls each.
    """
    return {
        pin: (osv.package("PyPI", pin.package.name).name, str(parsed))
        for pin in sorted(set(pins))
        if pin.package.ecosystem == "PyPI"
        and _NAME.fullmatch(pin.package.name)
        and (parsed := pep440.parse(pin.version)) is not None
    }


def disagreements(
    pins: Iterable[Pin],
    advisories: Advisories,
    answers: Mapping[Pin, tuple[Advisory, ...]],
    home: Path,
    *,
    cache: Cache | None = None,
    seconds: float = _SECONDS,
    auditor: Auditor | None = None,
) -> list[str]:
    """Say where pip-audit finds other vulnerabilities in a pin than `answers`, or does not look.

    `answers` are what `advisories` says of the pins. pip-audit's report decides, never its exit code, which
    is the same for findings and for crashes. Raise ToolError when there is no report within `seconds`.
    `home` is where its locked environment is. With a cache, the same question is asked once. `auditor` is
    what runs pip-audit.
    """
    asked = auditable(pins)
    if not asked:
        return []
    records = advisories.records({pin.package for pin in asked})
    said = _remembered(
        set(asked.values()),
        records,
        cache or Cache(None),
        lambda keys: (auditor or audited)(keys, records, home, seconds),
    )
    return [
        f"{pin.package.name} {pin.version}: {difference}"
        for pin, key in asked.items()
        if (difference := _difference(said.get(key), answers.get(pin, ()), records.get(pin.package, ())))
    ]


def _difference(said: list[list[str]] | None, ours: Iterable[Advisory], records: Sequence[osv.Record]) -> str:
    """Compare groups of ids. pip-audit merges in its own way, so the records' aliases link its groups too."""
    if said is None:
        return "pip-audit did not look at it"
    lists = [*said, *map(names, records)]
    places = groups(lists)
    of_place: dict[int, set[str]] = {place: set() for place in places[: len(said)]}
    for place, ids in zip(places, lists, strict=True):
        if place in of_place:
            of_place[place].update(text for text in ids if text)
    theirs = {frozenset(ids) for ids in of_place.values()}
    mine = {frozenset(advisory.ids) for advisory in ours}
    alone = [("pip-audit", ids) for ids in theirs - mine] + [("lockgate", ids) for ids in mine - theirs]
    return "; ".join(sorted(f"{who} alone has {' = '.join(sorted(ids))}" for who, ids in alone))


def _remembered(keys: set[Key], records: Records, cache: Cache, ask: Callable[[set[Key]], Said]) -> Said:
    """Ask what was not asked before of the same pip-audit, pins and records."""
    question = hashlib.sha256((REQUIREMENTS / "audit.txt").read_bytes())
    question.update(msgspec.json.encode([sorted(keys), sorted(records.items())]))
    key = cache.key("pip-audit", question.hexdigest())
    try:
        return dict(msgspec.json.decode(cache.get([key])[key], type=list[tuple[Key, list[list[str]]]]))
    except (KeyError, msgspec.MsgspecError, UnicodeError, RecursionError):
        said = ask(keys)
    cache.put({key: msgspec.json.encode(sorted(said.items()))})
    return said


def audited(keys: Iterable[Key], records: Records, home: Path, seconds: float) -> Said:
    """Run pip-audit over a server of the records."""
    with serving(records) as url:
        return audited_at(url, keys, home, seconds)


def audited_at(url: str, keys: Iterable[Key], home: Path, seconds: float) -> Said:
    """Run pip-audit, several at a time, over a server of OSV's API; `url` is without `/v1`."""
    deadline = time.monotonic() + seconds
    cores = os.cpu_count() or 1
    python = python_of("audit", home)
    with TemporaryDirectory(prefix="lockgate-") as place, ThreadPoolExecutor(cores) as pool:
        work = partial(_run, python, url, Path(place), deadline)
        return {key: ids for said in pool.map(work, _shards(keys, cores)) for key, ids in said.items()}


def _shards(keys: Iterable[Key], cores: int) -> Iterator[list[Key]]:
    """Divide so that no package is twice in one part: pip-audit refuses two versions."""
    layers: list[list[Key]] = []
    seen: dict[str, int] = {}
    for name, version in sorted(keys):
        depth = seen[name] = seen.get(name, -1) + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append((name, version))
    for layer in layers:
        count = max(min(cores, len(layer) // _SHARD), 1)
        for number in range(count):
            yield layer[number::count]


def _run(python: str, url: str, place: Path, deadline: float, keys: Sequence[Key]) -> Said:
    """Run it in an empty folder that is its home too: no configuration, no cache, no proxy of anybody."""
    with TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        (folder / "pins.txt").write_text("".join(f"{name}=={version}\n" for name, version in keys))
        argv = [
            python,
            "-I",
            "-X",
            "utf8",
            "-m",
            "pip_audit",
            "-r",
            "pins.txt",
            "--osv-url",
            f"{url}/v1/query",
        ]
        done = run(
            [*argv, *_FLAGS, "--cache-dir", str(folder / "cache")],
            cwd=folder, seconds=max(deadline - time.monotonic(), 0.01), env={"HOME": name, "no_proxy": "*"},
        )  # fmt: skip
    return report(done)


def report(done: Completed) -> Said:
    """Read what it found; raise ToolError when that is no whole report, whatever its exit code."""
    try:
        report = msgspec.json.decode(done.stdout, type=_Report)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        words = one_line(done.stderr.decode("utf-8", "replace")) or "it said nothing"
        raise ToolError(
            f"pip-audit gave no report (exit code {done.code}): {cut(words[-300:], 300)}",
            cause="it crashed on a record, or could not be installed whole",
            todo="run it again; if it stays so, report it, and set `second-opinion: false` for this gate",
        ) from error
    return {
        (each.name, each.version): [[found.id, *found.aliases] for found in each.vulns]
        for each in report.dependencies
        if each.version
    }
