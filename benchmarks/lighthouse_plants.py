"""The regressions that are planted in a copy of a build directory, each into its first page."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from string import ascii_letters, digits

_SCRIPT = re.compile(r'<script[^>]*\ssrc="/([^"]+)"')
_LOOP = "let n = 0;\nfor (let i = 0; i < 4e7; i += 1) n += i % 7;\nglobalThis.planted = n;\n"
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle r="9"/></svg>'


def script(folder: Path) -> str:
    """Add 40,000 letters that compress to 30 KB to the first script of the page."""
    found = _SCRIPT.search((folder / "index.html").read_text())
    if found is None:
        raise ValueError("the page loads no script of its own")
    letters = "".join(Random(7).choices(ascii_letters + digits, k=40_000))  # noqa: S311 - keeps no secret
    with (folder / found[1]).open("a") as file:
        file.write(f'\nglobalThis.letters = "{letters}";\n')
    return found[1]


def blocking(folder: Path) -> str:
    """Let a script of a long loop hold the first paint back."""
    (folder / "planted.js").write_text(_LOOP)
    return _insert(folder, '<link rel="stylesheet"', '<script src="/planted.js"></script>')


def alternative(folder: Path) -> str:
    """Show a picture without words for those who do not see it."""
    (folder / "planted.svg").write_text(_PICTURE)
    return _insert(folder, "</body>", '<img src="/planted.svg" width="32" height="32">')


def third_party(folder: Path) -> str:
    """Call a host of others."""
    return _insert(folder, "</head>", '<script async src="https://stats.example/visits.js"></script>')


ALT = "missing alt"
PLANTS: dict[str, Callable[[Path], str]] = {
    "+30 KB script": script,
    "blocking script": blocking,
    ALT: alternative,
    "third party": third_party,
}
"""By name; each gives the file in the build directory that it is in."""


def planted(build: Path, plant: str, place: Path) -> str:
    """Copy a build to `place` and plant something in it; give the file that has it."""
    shutil.copytree(build, place)
    return PLANTS[plant](place)


def _insert(folder: Path, before: str, text: str) -> str:
    page = folder / "index.html"
    whole = page.read_text()
    if before not in whole:
        raise ValueError(f"the page has no {before}")
    page.write_text(whole.replace(before, text + before, 1))
    return page.name
