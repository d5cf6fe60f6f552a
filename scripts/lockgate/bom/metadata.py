"""Licences of Python packages, from the metadata that the package index has of them: nothing is installed.

pip asks (PEP 658, PEP 714), so that the index is the one that this machine's configuration of pip names.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.inventory.core_metadata import licence_of
from lockgate.inventory.model import Component, Inventory, Kind
from lockgate.inventory.python_graph import normalise
from lockgate.process import network, run
from lockgate.source import read_bytes
from lockgate.toolset import python_of
from lockgate.untrusted import cut, one_line
from lockgate.versions import pep440

_SET = "audit"
_PART = 64
_MAX_REPORT = 100_000_000
_MAX_LOG = 200_000_000
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_FLAGS = (
    "--dry-run", "--no-deps", "--ignore-installed", "--ignore-requires-python", "--only-binary=:all:",
    "--python-version", "3.12", "--target", "nowhere", "--disable-pip-version-check", "--no-input",
    "--retries", "2", "-vv",
)  # fmt: skip
# What pip says of an answer that is none; that the index does not have a package is an answer.
_FAILED = re.compile(
    r"Could not fetch URL \S+: (?!404 Client Error)(.{1,300})|(Skipping page \S+ because .{1,200})"
)

Key = tuple[str, str]
"""A package's name (PEP 503) and version (PEP 440, normalised)."""


class _Archive(msgspec.Struct):
    hashes: dict[str, str] = {}


class _Download(msgspec.Struct):
    archive_info: _Archive = msgspec.field(default_factory=_Archive)


class _Metadata(msgspec.Struct):
    name: str
    version: str
    license_expression: str = ""
    license: str = ""
    classifier: list[str] = []


class _Install(msgspec.Struct):
    metadata: _Metadata
    download_info: _Download = msgspec.field(default_factory=_Download)


class _Report(msgspec.Struct):
    install: list[_Install]


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what an index says of a package: its licence, and the hashes of the file that says so."""

    licence: str
    hashes: frozenset[str] = frozenset()


Ask = Callable[[Sequence[Key]], Mapping[Key, Said]]
"""Ask for packages no two of which have one name; those that the index has no wheel of are left out."""


def with_licences(inventories: Iterable[Inventory], licences: Mapping[Key, str]) -> tuple[Inventory, ...]:
    """Give the components of an inventory that name no licence the one that an index knows."""
    return tuple(
        replace(inventory, components=tuple(_filled(each, licences) for each in inventory.components))
        for inventory in inventories
    )


def _filled(component: Component, licences: Mapping[Key, str]) -> Component:
    key = asked_as(component)
    found = licences.get(key, "") if key else ""
    return replace(component, licence=found) if found else component


def asked_as(component: Component) -> Key | None:
    """Say as what an index is asked for the licence of a component; None for one that it is not asked for.

    That is one that names its licence, or that comes from elsewhere.
    """
    if component.ecosystem != "PyPI" or component.licence or component.origin.kind is not Kind.REGISTRY:
        return None
    version, name = pep440.parse(component.version), normalise(component.name)
    return (name, str(version)) if version and _NAME.fullmatch(name) else None


def of_components(components: Iterable[Component], *, known: Cache, today: date, ask: Ask) -> dict[Key, str]:
    """Give the licences of those that name none, as an index has them; empty where it knows none either.

    Those of which the index has no wheel are left out, as are those whose wheel there is none that the lock
    has. What a version says never changes, so it is asked once; what is not there is asked again each week.
    Raise ToolError when the index does not answer.
    """
    locked: dict[Key, frozenset[str]] = {}
    for component in components:
        if key := asked_as(component):
            locked[key] = locked.get(key, frozenset()) | frozenset(component.hashes)
    marks = {key: _marks(known, key, hashes, today) for key, hashes in sorted(locked.items())}
    kept = known.get(mark for pair in marks.values() for mark in pair)
    answers = {key: _decoded(kept.get(mark)) for key, (mark, _) in marks.items()}
    unasked = [key for key, (_, lack) in marks.items() if answers[key] is None and lack not in kept]
    for part in _parts(unasked):
        said = ask(part)
        fresh = {key: _believed(said.get(key), locked[key]) for key in part}
        answers.update(fresh)
        known.put({
            marks[key][one is None]: msgspec.json.encode(one or "") for key, one in fresh.items()
        })  # fmt: skip
    return {key: one for key, one in answers.items() if one is not None}


def _marks(known: Cache, key: Key, hashes: frozenset[str], today: date) -> tuple[bytes, bytes]:
    """Name in the cache what an index says of a package, and that in this week it has nothing to say."""
    parts = ("licence", *key, *sorted(hashes))
    return known.key(*parts), known.key(*parts, f"{today:%G-%V}")


def _decoded(data: bytes | None) -> str | None:
    try:
        return None if data is None else msgspec.json.decode(data, type=str)
    except (msgspec.MsgspecError, UnicodeError):
        return None


def _believed(said: Said | None, locked: frozenset[str]) -> str | None:
    """Take what a file says where the lock names no files, or that one."""
    return said.licence if said and (not locked or said.hashes & locked) else None


def _parts(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Divide so that no package is twice in one part, as pip refuses two versions, and that none is large."""
    layers: list[list[Key]] = []
    seen: dict[str, int] = {}
    for key in keys:
        depth = seen[key[0]] = seen.get(key[0], -1) + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append(key)
    for layer in layers:
        yield from (layer[at : at + _PART] for at in range(0, len(layer), _PART))


@dataclass(frozen=True, slots=True)
class Pip:
    """Ask by pip. `home` is where its locked environment is; `until` is the end of its time (monotonic).

    `find` gives the Python of a locked set.
    """

    home: Path
    until: float
    find: Callable[[str, Path], str] = python_of

    def __call__(self, keys: Sequence[Key]) -> dict[Key, Said]:
        """Ask for packages; raise ToolError when the index does not answer for one of them in time."""
        python = self.find(_SET, self.home)
        found: dict[Key, Said] = {}
        with TemporaryDirectory(prefix="lockgate-") as place:
            left = [keys]
            while left:
                part = left.pop()
                said = _asked(python, Path(place), part, self.until)
                if said is None and len(part) > 1:  # one that fails fails all: find it
                    left += [part[: len(part) // 2], part[len(part) // 2 :]]
                found.update(said or {})
        return found


def _asked(python: str, place: Path, keys: Sequence[Key], deadline: float) -> dict[Key, Said] | None:
    """Ask for a part; None where the index answers, and lacks one of them."""
    (place / "pins.txt").write_text("".join(f"{name}=={version}\n" for name, version in keys), "utf-8")
    report = place / "report.json"
    report.unlink(missing_ok=True)
    argv = [python, "-I", "-X", "utf8", "-m", "pip", "install", *_FLAGS, "--cache-dir", str(place / "cache"),
            "--report", str(report), "-r", "pins.txt"]  # fmt: skip
    left = max(deadline - time.monotonic(), 0.01)
    done = run(argv, cwd=place, seconds=left, env=network(), max_output=_MAX_LOG)
    log = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
    if failed := _FAILED.search(log):
        raise _no_answer(failed[1] or failed[2])
    if done.code == 0:
        return _read(report, frozenset(keys))
    if "No matching distribution found for" in log:
        return None
    raise _no_answer(
        next((line for line in reversed(log.splitlines()) if line.startswith("ERROR")), log[-300:])
    )


def _read(report: Path, keys: frozenset[Key]) -> dict[Key, Said]:
    try:
        found = msgspec.json.decode(read_bytes(report, _MAX_REPORT), type=_Report).install
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _no_answer("pip gave no report") from error
    said = {
        (normalise(each.metadata.name), str(pep440.parse(each.metadata.version))): _said(each)
        for each in found
    }
    if said.keys() != keys:
        raise _no_answer("pip reports other packages than those that it was asked for")
    return said


def _said(each: _Install) -> Said:
    words = each.metadata
    hashes = frozenset(f"{kind}:{value}" for kind, value in each.download_info.archive_info.hashes.items())
    return Said(licence_of(words.license_expression, words.classifier, words.license), hashes)


def _no_answer(why: str) -> ToolError:
    return ToolError(
        f"the package index gives no licences: {cut(one_line(why), 300)}",
        cause="it is out of reach, or wants a login that pip's configuration does not hold",
        todo="try again; set PIP_INDEX_URL for a mirror, HTTPS_PROXY and SSL_CERT_FILE for a proxy",
    )
