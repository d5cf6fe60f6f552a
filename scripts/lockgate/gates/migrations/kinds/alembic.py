"""Alembic: each folder with an `env.py` and `versions/`, run where `alembic.ini` or `pyproject.toml` is."""

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from lockgate.gates.migrations.kinds.nearest import nearest
from lockgate.gates.migrations.kinds.sql_folder import OTHERS
from lockgate.gates.migrations.model import Project

_VERSION = re.compile(r"(?P<script>(?:.*/)?)versions/(?P<inside>(?:[^/]+/)*)(?!__)[^/]+\.py")
_CONFIGURATIONS = ("alembic.ini", "pyproject.toml")


def find(paths: Iterable[str]) -> Iterator[Project]:
    """Find projects by the paths of all files; a folder is Alembic's by its template `script.py.mako`."""
    known = set(paths)
    folders = {
        name: {path.removesuffix(name).rstrip("/") for path in known if f"/{path}".endswith(f"/{name}")}
        for name in _CONFIGURATIONS
    }
    files: dict[str, list[str]] = {}
    for path in sorted(known):
        version = _VERSION.fullmatch(path)
        if (
            version
            and not OTHERS.intersection(version["inside"].split("/"))
            and {version["script"] + "env.py", version["script"] + "script.py.mako"} <= known
        ):
            for name in _CONFIGURATIONS:
                if (folder := nearest(path, folders[name])) is not None:
                    files.setdefault(f"{folder}/{name}".lstrip("/"), []).append(path)
                    break
    for configuration, own in files.items():
        yield Project("alembic", configuration.rpartition("/")[0], configuration, tuple(own))


def folder_of(configuration: Path, root: Path) -> Path:
    """Give the folder in which a configuration's `script_location` is there: its own or one above it."""
    above = [each for each in configuration.parents if each == root or root in each.parents]
    where = _script_location(configuration)
    if not where or ":" in where or "%(" in where:  # of a package, or relative to the file
        return configuration.parent
    return next((each for each in above if (each / where / "env.py").is_file()), configuration.parent)


def _script_location(configuration: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError, configparser.Error):
        text = configuration.read_text("utf-8")
        if configuration.suffix == ".toml":
            return str(tomllib.loads(text)["tool"]["alembic"]["script_location"])
        ini = configparser.RawConfigParser(strict=False)
        ini.read_string(text)
        return ini.get("alembic", "script_location", fallback="").strip()
    return ""
