"""Read the files that a Python lock names for a component."""

import re
from datetime import datetime
from typing import Any

import msgspec

from lockgate.inventory.model import File

# As uv, poetry and pdm write it; thousands of these lines are in one lock.
_USUAL = re.compile(
    r'^ *\{ ?(url|path|file) = "([^"]*)", hash = "([^"]+)"'
    r'(?:, size = \d+)?(?:, upload-time = "([^"]*)")? ?\},?$',
    re.MULTILINE,
)
_PAIR = re.compile(r'([\w-]+) ?= ?(?:"([^"]*)"|(\d[\w:+.-]*))')


class Artefact(msgspec.Struct, rename="kebab"):
    """Hold a file as uv, poetry, pdm or a pylock writes it."""

    url: str = ""
    path: str = ""
    file: str = ""
    filename: str = ""
    name: str = ""
    hash: str = ""
    hashes: dict[str, str] = {}
    upload_time: Any = ""


Artefacts = str | list[Artefact]
"""A list, or the text of one, a table a line."""


def files_of(*groups: Artefacts) -> tuple[tuple[File, ...], str]:
    """Give the files, and the time at which the newest was published (RFC 3339; empty if no file says)."""
    files: list[File] = []
    newest = ""
    for group in groups:
        if isinstance(group, str) and len(usual := _USUAL.findall(group)) == group.count("\n"):
            files.extend(
                File(_last(address), address if kind != "file" else "", (digest,))
                for kind, address, digest, _ in usual
            )
            newest = max([newest, *(time for *_, time in usual)])
            continue
        for one in _read(group) if isinstance(group, str) else group:
            address = one.url or one.path
            name = one.name or one.filename or one.file or _last(address)
            hashes = tuple(sorted(f"{kind}:{value}" for kind, value in one.hashes.items()))
            files.append(File(name, address, hashes or ((one.hash,) if one.hash else ())))
            newest = max(newest, _time(one.upload_time))
    return tuple(files), newest


def _last(address: str) -> str:
    return address.partition("#")[0].rpartition("/")[2]


def _read(block: str) -> list[Artefact]:
    return [_artefact(_PAIR.findall(line)) for line in block.splitlines()]


def _artefact(pairs: list[tuple[str, str, str]]) -> Artefact:
    found = {key: text or number for key, text, number in pairs}
    hashes = {key: value for key, value in found.items() if key.startswith(("sha", "blake", "md5"))}
    return Artefact(
        url=found.get("url", ""),
        path=found.get("path", ""),
        file=found.get("file", ""),
        filename=found.get("filename", ""),
        name=found.get("name", ""),
        hash=found.get("hash", ""),
        hashes=hashes,
        upload_time=found.get("upload-time", ""),
    )


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str) else ""
