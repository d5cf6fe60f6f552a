"""Read Vite's manifest: what the entries load that a server's own templates name, where no page does."""

from collections.abc import Iterator

import msgspec

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.bundles.sizes import read
from lockgate.gates.lighthouse.model import Build

_FILES = (".vite/manifest.json", "manifest.json")  # Vite 4 wrote the second one
_ENTRIES = 1_000


class _Chunk(msgspec.Struct, frozen=True, rename="camel"):
    file: str
    src: str = ""
    is_entry: bool = False
    imports: tuple[str, ...] = ()
    css: tuple[str, ...] = ()


def entries(build: Build) -> Iterator[tuple[str, set[str]]]:
    """Yield each entry that is no page: its source, and the files that it loads at once.

    Raises ToolError when Vite's manifest cannot be read.
    """
    manifest = _manifest(build)
    starts = [name for name, chunk in manifest.items() if chunk.is_entry and not chunk.src.endswith(".html")]
    for name in starts[:_ENTRIES]:
        yield manifest[name].src or name, _loaded(manifest, name)


def _loaded(manifest: dict[str, _Chunk], start: str) -> set[str]:
    files: set[str] = set()
    todo, seen = [start], {start}
    while todo:
        chunk = manifest.get(todo.pop())
        if chunk:
            files |= {chunk.file, *chunk.css}
            todo += (name for name in chunk.imports if name not in seen)
            seen.update(chunk.imports)
    return files


def _manifest(build: Build) -> dict[str, _Chunk]:
    for file in _FILES:
        if file in build.files:
            try:
                return msgspec.json.decode(read(build.folder, file), type=dict[str, _Chunk])
            except msgspec.DecodeError as error:
                if file == _FILES[0]:  # the other name may be a web application's own manifest
                    raise ToolError(
                        f"{file} of the site's build cannot be read: {error}",
                        cause="the build was cut short, or something else wrote the file",
                        todo="build the site again, and run again",
                    ) from error
    return {}
