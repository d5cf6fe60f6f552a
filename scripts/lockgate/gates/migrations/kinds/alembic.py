"""Alembic: each folder with an `env.py` and `versions/`, run where `alembic.ini` or `pyproject.toml` is."""

import re
from collections.abc import Iterable, Iterator

from lockgate.gates.migrations.kinds.nearest import nearest
from lockgate.gates.migrations.model import Project

_VERSION = re.compile(r"(?P<script>(?:.*/)?)versions/(?:[^/]+/)*(?!__)[^/]+\.py")
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
        if version and {version["script"] + "env.py", version["script"] + "script.py.mako"} <= known:
            for name in _CONFIGURATIONS:
                if (folder := nearest(path, folders[name])) is not None:
                    files.setdefault(f"{folder}/{name}".lstrip("/"), []).append(path)
                    break
    for configuration, own in files.items():
        yield Project("alembic", configuration.rpartition("/")[0], configuration, tuple(own))
