"""Where advisories come from: made when they are asked for, as some of it takes its time to load."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lockgate.advisories.model import Advisories, Pin
from lockgate.cache import Cache
from lockgate.errors import InputError, PlatformError
from lockgate.untrusted import cut, one_line

if TYPE_CHECKING:
    from lockgate.bom.metadata import Ask
    from lockgate.gates.licences import Index
    from lockgate.gates.sca.hits import Found

_EPSS = ("epss.csv", "epss.csv.gz")
_KEV = "known_exploited_vulnerabilities.json"

Audit: TypeAlias = "Callable[[Sequence[Pin], Advisories, Found, Path, Cache], list[str]]"
"""Say where another tool disagrees with what was found in pins."""


def index_of(home: Path) -> Path:
    """Give the place of the index on this machine."""
    return home / "advisories.db"


def _live(cache: Cache, home: Path) -> Advisories:
    """Ask OSV; what is exploited OSV does not say, so an index tells that where there is one."""
    from lockgate.advisories.grouping import Extra  # noqa: PLC0415
    from lockgate.advisories.index import open_index  # noqa: PLC0415
    from lockgate.advisories.live import Live, new_session  # noqa: PLC0415 - requests takes its time

    try:
        extra = open_index(index_of(home)).extra
    except (InputError, PlatformError):
        extra = Extra()
    return Live(new_session(), cache, extra=extra)


def _index(home: Path) -> Advisories:
    from lockgate.advisories.index import open_index  # noqa: PLC0415

    return open_index(index_of(home))


def _export(name: str, files: Mapping[str, bytes]) -> Advisories:
    """Make an index of an export, which may have EPSS and KEV beside the records, as they are published."""
    from lockgate.advisories import exports  # noqa: PLC0415
    from lockgate.advisories.index_build import of_folder  # noqa: PLC0415
    from lockgate.tree import write  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="lockgate-") as place:
        records, beside = Path(place, "records", name), Path(place, "beside")
        for path, data in files.items():
            if not write(beside if path in {*_EPSS, _KEV} else records, path, data):
                raise _not_whole(name, f"a file of it has a name that cannot be used here: {path}")
        epss = next((beside / file for file in _EPSS if (beside / file).exists()), None)
        kev = beside / _KEV if (beside / _KEV).exists() else None
        index = of_folder([records], exports.tables(epss, kev))
    if index.meta.bad:
        raise _not_whole(name, "; ".join(index.meta.bad_named))
    return index


def _not_whole(name: str, cause: str) -> InputError:
    return InputError(
        f"the advisories in `{one_line(name)}` cannot be read whole",
        cause=cut(one_line(cause), 500),
        todo="mend or remove what is no record in OSV's form: what is left out would look clean",
    )


def _audit(
    pins: Sequence[Pin], advisories: Advisories, answers: "Found", home: Path, cache: Cache
) -> list[str]:
    from lockgate.advisories.second_opinion import disagreements  # noqa: PLC0415

    return disagreements(pins, advisories, answers, home, cache=cache)


def _licences(home: Path, seconds: float) -> "Ask":
    from lockgate.gates.licences import of_pip  # noqa: PLC0415

    return of_pip(home, seconds)


@dataclass(frozen=True, slots=True)
class Sources:
    """Make each kind of advisories, and ask for the second opinion.

    `live` and `index` get the folder where the index is; `export` gets a name and files by their paths.
    """

    live: Callable[[Cache, Path], Advisories] = _live
    index: Callable[[Path], Advisories] = _index
    export: Callable[[str, Mapping[str, bytes]], Advisories] = _export
    audit: Audit = _audit
    licences: "Index" = _licences
