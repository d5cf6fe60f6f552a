"""Django: each `manage.py` is a project, with the migrations of the apps below it."""

import re
from collections.abc import Iterable, Iterator

from lockgate.gates.migrations.kinds.nearest import nearest
from lockgate.gates.migrations.model import Project

_MIGRATION = re.compile(r"(?:.*/)?migrations/(?!__)[^/]+\.py")
_SETTINGS = re.compile(r"""["']DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]{1,200})["']""")


def find(paths: Iterable[str]) -> Iterator[Project]:
    """Find projects by the paths of all files."""
    paths = list(paths)
    folders = {
        path.removesuffix("manage.py").rstrip("/") for path in paths if f"/{path}".endswith("/manage.py")
    }
    files: dict[str, list[str]] = {}
    for path in paths:
        if _MIGRATION.fullmatch(path) and (folder := nearest(path, folders)) is not None:
            files.setdefault(folder, []).append(path)
    for folder, own in sorted(files.items()):
        yield Project("django", folder, f"{folder}/manage.py".lstrip("/"), tuple(sorted(own)))


def settings_of(manage: str) -> str:
    """Give the settings that a `manage.py` names, empty where it names none by itself."""
    found = _SETTINGS.search(manage)
    return found[1] if found else ""
