"""Read an installed Python environment from its packages' metadata: nothing of it is run or imported."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from lockgate.inventory.core_metadata import licence_of
from lockgate.inventory.model import Component, Gap, Inventory, Kind, LockError, Need, Origin
from lockgate.inventory.python_graph import Edge, normalise, settle, unique
from lockgate.source import display, read_bytes

PATH = "environment"
"""The path by which reports name it."""

_MOST = 20_000
_MOST_ENTRIES = 200_000
_MAX_BYTES = 4_000_000
_MAX_ORIGIN = 100_000
_MOST_NEEDS = 2_000
_SITES = ("lib/python*/site-packages", "lib64/python*/site-packages", "Lib/site-packages")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")


class _Vcs(msgspec.Struct):
    vcs: str = ""
    commit_id: str = ""


class _DirectUrl(msgspec.Struct):
    url: str
    vcs_info: _Vcs | None = None
    dir_info: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class _Installed:
    component: Component
    wants: tuple[str, ...] = ()
    requested: bool = False


def of_environment(folder: Path) -> Inventory:
    """Read a virtual environment, or a `site-packages` itself.

    A package whose metadata cannot be read is a gap. Markers count as true, and what is needed for an extra
    counts where somebody asks for that extra. Raise LockError when it is no environment.
    """
    packages: dict[str, _Installed] = {}
    names: defaultdict[str, list[str]] = defaultdict(list)
    gaps = []
    for place in _places(folder):
        try:
            found = _package(place, packages)
        except LockError as error:
            gaps.append(Gap(0, display(place.name), error.why))
            continue
        packages[found.component.key] = found
        names[found.component.name].append(found.component.key)
    components = {key: package.component for key, package in packages.items()}
    edges = {key: list(_edges(package, names)) for key, package in packages.items()}
    settled = settle(components, edges, [Edge(key) for key in packages])
    # A package that needs itself, for an extra of its own, needs what that extra does.
    needs = {one.key: tuple(need for need in one.needs if need.key != one.key) for one in settled}
    needed = {need.key for each in needs.values() for need in each}
    direct = {key: Need(key) for key, one in packages.items() if one.requested or key not in needed}
    return Inventory(
        path=PATH,
        kind=PATH,
        ecosystem="PyPI",
        needs=tuple(direct.values()),
        components=tuple(replace(one, needs=needs[one.key], direct=one.key in direct) for one in settled),
        gaps=tuple(gaps),
    )


def _places(folder: Path) -> list[Path]:
    """List the folders, or files, that hold a package's metadata, sorted by name."""
    sites = {site.resolve() for pattern in _SITES for site in folder.glob(pattern) if site.is_dir()}
    if not sites and folder.is_dir():
        sites = {folder}
    found = [place for site in sorted(sites) for place in _metadata(site)]
    if not found:
        raise LockError("it is no installed Python environment: nothing there holds a package's metadata")
    if len(found) > _MOST:
        raise LockError(f"it has more than {_MOST:,} packages")
    return sorted(found, key=lambda place: (place.name, place))


def _metadata(site: Path) -> Iterator[Path]:
    try:
        with os.scandir(site) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_ENTRIES:
                    raise LockError(f"a folder of it has more than {_MOST_ENTRIES:,} entries")
                # A name with `~` is what pip left of an upgrade that was broken off.
                if entry.name.endswith((".dist-info", ".egg-info")) and not entry.name.startswith("~"):
                    yield Path(entry.path)
    except OSError as error:
        raise LockError(f"it cannot be read: {error.strerror}") from error


def _package(place: Path, taken: Mapping[str, _Installed]) -> _Installed:
    from packaging.metadata import parse_email  # noqa: PLC0415 - seldom needed, slow

    file = place / ("METADATA" if place.name.endswith(".dist-info") else "PKG-INFO")
    data = _read(place if place.is_file() else file, _MAX_BYTES) or b""
    raw, _ = parse_email(_END_OF_HEADERS.split(data, maxsplit=1)[0])
    name, version = normalise(raw.get("name", "").strip()), raw.get("version", "").strip()
    if not name or not version:
        raise LockError("its metadata gives no name and version")
    wants = tuple(raw.get("requires_dist", ()))
    if len(wants) > _MOST_NEEDS:
        raise LockError(f"it needs more than {_MOST_NEEDS:,} others")
    component = Component(
        key=unique(f"{name}@{version}", taken),
        ecosystem="PyPI",
        name=name,
        version=version,
        line=0,
        licence=licence_of(
            raw.get("license_expression", ""), raw.get("classifiers", ()), raw.get("license", "")
        ),
        origin=_origin(_read(place / "direct_url.json", _MAX_ORIGIN)),
    )
    return _Installed(component, wants, (place / "REQUESTED").is_file())


def _read(file: Path, limit: int) -> bytes | None:
    """Give a file's bytes, None where there is none; LockError for one that cannot be read."""
    try:
        return read_bytes(file, limit)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LockError(f"its {file.name} cannot be read: {error.strerror}") from error


def _origin(data: bytes | None) -> Origin:
    """Read where a package was installed from, if not from an index (PEP 610)."""
    if data is None:
        return Origin()
    try:
        found = msgspec.json.decode(data, type=_DirectUrl)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LockError("its direct_url.json is not as PEP 610 has it") from error
    if found.vcs_info:
        return Origin(Kind.GIT, f"{found.url}#{found.vcs_info.commit_id}")
    # A file of a package is the package wherever it was fetched from; only a folder is somebody's own.
    return Origin(Kind.PATH if found.dir_info is not None else Kind.URL, found.url)


def _edges(package: _Installed, names: Mapping[str, list[str]]) -> Iterator[Edge]:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - seldom needed, slow

    for line in package.wants:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue  # older packages write what no standard has; what they need is installed anyhow
        extras = tuple(sorted(map(normalise, wanted.extras)))
        unders = sorted(map(normalise, _EXTRA.findall(str(wanted.marker or "")))) or [""]
        for key in names.get(normalise(wanted.name), ()):
            for under in unders:
                yield Edge(key, str(wanted.specifier), extras=extras, under=under)
