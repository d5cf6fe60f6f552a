"""Make the bills of both sides of a change, of all their lock files, whatever the change touches."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from lockgate.beside import Beside
from lockgate.bom import cyclonedx, diff, spdx
from lockgate.bom.diff import Change
from lockgate.bom.model import make
from lockgate.bom.read import of_document
from lockgate.inventory import kinds
from lockgate.inventory.model import Inventory, LockError, Read
from lockgate.source import display

NAME = "sbom"
FILE = f"{NAME}.cdx.json"

Json = dict[str, Any]
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Locks:
    """Hold the lock files of one side that can be read, and why others cannot, by path."""

    inventories: tuple[Inventory, ...] = ()
    problems: Mapping[str, LockError] = field(default_factory=dict)


def read(paths: Iterable[str], give: Read, progress: Callable[[int], None] = lambda _: None) -> Locks:
    """Read lock files."""
    inventories, problems = [], {}
    for path in sorted(paths):
        data = give(path)
        try:
            if data is None:
                raise LockError("it cannot be opened: a link, a device, too large, or gone")
            inventories.append(kinds.parse(path, data, give))
        except LockError as error:
            problems[path] = error
        progress(1)
    return Locks(tuple(inventories), problems)


def name(beside: Beside) -> str:
    """Name what the bills are of: the folder that is judged."""
    return display(PurePosixPath(beside.scope.prefix).name or beside.root.name) or "root"


def version(beside: Beside) -> str:
    """Give the commit, marked where files differ from it; empty outside git."""
    commit = beside.git.resolve("HEAD") if beside.git else None
    return (
        "" if beside.git is None or commit is None else f"{commit}-dirty" if beside.git.is_dirty() else commit
    )


def documents(locks: Locks, name: str, version: str, when: datetime) -> dict[str, bytes]:
    """Write the bill of all in both formats, and that of each lock file where there is more than it."""
    whole = make(locks.inventories, name=name, version=version)
    files = {FILE: cyclonedx.write(whole, when), f"{NAME}.spdx.json": spdx.write(whole, when)}
    if len(locks.inventories) > 1:
        for inventory in filter(_is_project, locks.inventories):
            one = make([inventory], name=inventory.name or display(inventory.path), version=version)
            files[_file(inventory.path, files)] = cyclonedx.write(one, when)
    return files


def _is_project(inventory: Inventory) -> bool:
    """Say whether a bill of its own says more than where it stands in that of all."""
    return inventory.ecosystem in {"PyPI", "npm"}


def _file(path: str, taken: Mapping[str, bytes]) -> str:
    """Name the bill of one lock file: `sbom-backend-uv.lock.cdx.json`."""
    stem = f"{NAME}-{_UNSAFE.sub('-', path)[-_LONGEST:]}"
    number = 1
    while (file := f"{stem}{f'-{number}' if number > 1 else ''}.cdx.json") in taken:
        number += 1
    return file


def document(locks: Locks, when: datetime) -> Json:
    """Make the bill of one side, to be scored or compared."""
    return cyclonedx.document(make(locks.inventories, name=NAME), when)


def changes(base: Locks, head: Locks, when: datetime) -> tuple[Change, ...]:
    """Say what differs between the bills of two sides."""
    one, other = (of_document(document(side, when)) for side in (base, head))
    return diff.diff(one, other).changes
