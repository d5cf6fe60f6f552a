"""What a repository is made of: languages, frameworks, and folders of what others wrote."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

import msgspec

from lockgate.source import read_bytes

_MOST = 200  # manifests that are read: more of them say nothing new
_MAX_BYTES = 1_000_000
_LANGUAGES = {
    "Python": {".py"},
    "JavaScript": {".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro"},
    "TypeScript": {".ts", ".tsx", ".mts", ".cts"},
}
_PYTHON = re.compile(r"manage\.py|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|requirements[\w.-]*\.(?:in|txt)")
_PYTHON_WORD = re.compile(r"(?<![\w-])(alembic|django|flask|fastapi)(?![a-z0-9-])", re.IGNORECASE)
_PYTHON_NAMES = {"alembic": "Alembic", "django": "Django", "fastapi": "FastAPI", "flask": "Flask"}
_NPM_NAMES = {
    "@angular/core": "Angular", "astro": "Astro", "express": "Express", "next": "Next.js", "nuxt": "Nuxt",
    "react": "React", "svelte": "Svelte", "vue": "Vue",
}  # fmt: skip
_VENDORED = ("bower_components", "node_modules", "site-packages", "third_party", "third-party", "vendor")
_MINIFIED = "*.min.js"

Read = Callable[[str], bytes]


class _Package(msgspec.Struct):
    dependencies: dict[str, object] = {}
    dev_dependencies: dict[str, object] = msgspec.field(default_factory=dict, name="devDependencies")


@dataclass(frozen=True, slots=True, order=True)
class Stack:
    """Name a framework or a language, in words of ours, and the folder of its manifest; "" is the top."""

    name: str
    folder: str = ""

    def __str__(self) -> str:
        return f"{self.name} in {self.folder}" if self.folder else self.name


def reader(root: Path) -> Read:
    """Give a function that reads a small file of a checkout; it raises OSError."""
    return lambda path: read_bytes(root / path, _MAX_BYTES)


def stacks(paths: Sequence[str], read: Read) -> tuple[Stack, ...]:
    """Find the stacks by the files' names and by what manifests depend on; a damaged one says nothing."""
    manifests = [path for path in sorted(paths) if _is_manifest(path) and not vendored([path])]
    found = {stack for path in islice(manifests, _MOST) for stack in _of_manifest(path, read)}
    suffixes = {PurePosixPath(path).suffix for path in paths}
    plain = {Stack(name) for name, own in _LANGUAGES.items() if own & suffixes}
    return tuple(sorted(plain)) + tuple(sorted(found))


def vendored(paths: Sequence[str]) -> tuple[str, ...]:
    """Give patterns, as in .gitignore, of the folders and files that look like what others wrote."""
    found = {pattern for path in paths for pattern in _vendored_by(path)}
    return tuple(sorted(found))


def _vendored_by(path: str) -> Iterator[str]:
    *folders, name = path.split("/")
    yield from (f"{folder}/" for folder in folders if folder in _VENDORED)
    if name.endswith(_MINIFIED[1:]):
        yield _MINIFIED


def _is_manifest(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "package.json" or bool(_PYTHON.fullmatch(name))


def _of_manifest(path: str, read: Read) -> Iterator[Stack]:
    folder, _, name = path.rpartition("/")
    try:
        data = read(path)
        words = _of_npm(data) if name == "package.json" else _of_python(data)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return
    yield from (Stack(word, folder) for word in words)


def _of_npm(data: bytes) -> set[str]:
    package = msgspec.json.decode(data, type=_Package)
    found = {**package.dependencies, **package.dev_dependencies}
    names = {name for dependency, name in _NPM_NAMES.items() if dependency in found}
    return names - {"React"} if "Next.js" in names else names


def _of_python(data: bytes) -> set[str]:
    words = _PYTHON_WORD.findall(data.decode("utf-8", "replace"))
    return {_PYTHON_NAMES[word.lower()] for word in words}
