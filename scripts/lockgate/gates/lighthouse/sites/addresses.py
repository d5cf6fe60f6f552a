"""Which file of a build an address stands for, as hosts have it: `/a` is a.html, `/b/` is b/index.html."""

from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import quote, unquote

_SAFE = "/~!$&'()*+,;=:@-._"
_NOT_FOUND = "404.html"


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a status, the file that is sent, and where a redirect leads, from the root.

    `folders` of a build are those that have an index.html.
    """

    status: int
    file: str = ""
    location: str = ""


def address(path: str) -> str:
    """Write a path of the build, with `/` at the start, as it stands in an address."""
    return quote(path, safe=_SAFE, errors="surrogateescape")


def path_of(file: str, files: Set[str]) -> str:
    """Give the shortest address of a page's file: without `index.html` or `.html` where that leads to it."""
    short = f"/{file.removesuffix('index.html') if _is_index(file) else file.removesuffix('.html')}"
    path = short if answer(address(short), files).file == file else f"/{file}"
    return address(path)


def answer(target: str, files: Set[str], fallback: str = "", *, navigates: bool = False) -> Answer:
    """Answer a request for `target`, a path with its query.

    `files` are all that there is, so no path leads out of them. `fallback` answers for what is not there:
    for paths without an ending, and for any that the browser `navigates` to.
    """
    path, mark, query = target.partition("#")[0].partition("?")
    name = unquote(path[1:], errors="surrogateescape")
    if not path.startswith("/") or "\0" in name or not {".", ".."}.isdisjoint(name.split("/")):
        return Answer(400)
    file, other = _find(name, files)
    if file:
        return Answer(200, file)
    if other:
        return Answer(308, location=f"{address(f'/{other}')}{mark}{query}")
    if fallback in files and (navigates or "." not in name.rpartition("/")[2]):
        return Answer(200, fallback)
    return Answer(404, _NOT_FOUND if _NOT_FOUND in files else "")


def _find(name: str, files: Set[str]) -> tuple[str, str]:
    """Give the file that a name stands for, else the name that it should have had: with a `/`, or without."""
    if not name or name.endswith("/"):
        other = name.rstrip("/")
        candidates, page = [f"{name}index.html"], f"{other}.html"
    else:
        other = f"{name}/"
        candidates, page = [name, f"{name}.html"], f"{name}/index.html"
    file = next((each for each in candidates if each in files), "")
    return file, other if page in files else ""


def _is_index(file: str) -> bool:
    return file == "index.html" or file.endswith("/index.html")
