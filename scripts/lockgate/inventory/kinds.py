"""The lock files that can be read, in alphabetical order. To add one: a module with `parse`, a line here."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module

from lockgate.inventory.model import Inventory, LockError, Read

MAX_BYTES = 100_000_000
"""A larger lock is refused; real ones of whole companies stay below a tenth of it."""

Parse = Callable[[str, bytes, Read], Inventory]

_KINDS = {
    r"(?i:(?:.+[.-])?(?:dockerfile|containerfile)(?:\..+)?)": "dockerfile",
    r"Pipfile\.lock": "pipfile_lock",
    r"npm-shrinkwrap\.json": "package_lock",
    r"package-lock\.json": "package_lock",
    r"pdm\.lock": "pdm_lock",
    r"pnpm-lock\.yaml": "pnpm_lock",
    r"poetry\.lock": "poetry_lock",
    r"pylock(?:\.[^.]+)?\.toml": "pylock",
    r"(?:.*[._-])?requirements(?:[._-].*)?\.txt": "requirements",
    r"uv\.lock": "uv_lock",
    r"yarn\.lock": "yarn_lock",
}
_BY_NAME = [(re.compile(pattern), module) for pattern, module in _KINDS.items()]
_WORKFLOW = re.compile(r"(?:.*/)?\.github/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml")
_REQUIREMENTS = re.compile(r"(?:.*/)?requirements/[^/]+\.txt")


def module_of(path: str) -> str:
    """Name the module that reads a file; empty where none does."""
    if _WORKFLOW.fullmatch(path):
        return "workflow"
    if _REQUIREMENTS.fullmatch(path):
        return "requirements"
    name = path.rpartition("/")[2]
    return next((module for pattern, module in _BY_NAME if pattern.fullmatch(name)), "")


def is_lock(path: str) -> bool:
    """Say whether a file says which components are used."""
    return bool(module_of(path))


def counts(paths: Iterable[str]) -> dict[str, int]:
    """Count files by what people call them."""
    names = {"dockerfile": "Dockerfile", "workflow": "workflow"}
    found = Counter(names.get(module_of(path), "lock file") for path in paths)
    return {name: found[name] for name in ("lock file", *names.values()) if found[name]}


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a lock; raise LockError for one that cannot be read whole.

    `read` gives other files of the same tree: manifests, and what a lock refers to.
    """
    if len(data) > MAX_BYTES:
        raise LockError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    found: Parse = import_module(f"lockgate.inventory.{module_of(path)}").parse
    try:
        return found(path, data, read)
    except RecursionError as error:
        raise LockError("it is nested too deeply; likely it is generated, or hostile") from error
    except MemoryError as error:
        raise LockError("it needs more memory than there is; likely it is hostile") from error
