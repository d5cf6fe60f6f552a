"""Turn paths of the repository into relative URIs and back (SARIF 2.1.0, 3.4.3)."""

from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes, urlsplit


def from_path(path: str) -> str:
    """Percent-encode a path relative to the repository's root, whatever bytes its name has."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data)


def to_path(uri: str, *, bases: Sequence[str] = (), root: str = "") -> str | None:
    """Return the path, relative to the repository's root, that a URI reference means.

    `bases` are the URIs that it is relative to, the nearest first. `root` is the absolute path of the
    repository, empty when not known. None for a URI that names no file here, such as `https:` or `pkg:`.
    Raise ValueError for a path that is not in the repository.
    """
    path = _decoded(uri)
    if path is None:
        return None
    if path.startswith("/"):
        inside = _under(root, path)
        if inside is None:
            raise ValueError("a path is outside the repository")
        return _normal(inside)
    for base in bases:
        front = _decoded(base) or ""
        if front.startswith("/"):
            # A base outside the repository is its root on the machine where the tool ran.
            return _normal(f"{_under(root, front) or ''}/{path}")
        path = f"{front}/{path}"
    return _normal(path)


def _decoded(uri: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"} or parts.netloc not in {"", "localhost"}:
        return None
    data = unquote_to_bytes(parts.path.encode("utf-8", "surrogateescape"))
    path = data.decode("utf-8", "surrogateescape")
    if "\0" in path:
        raise ValueError("a path holds a null character")
    return "/" + path.lstrip("/") if parts.scheme else path


def _under(root: str, path: str) -> str | None:
    absolute, base = path.strip("/"), root.replace("\\", "/").strip("/")
    if not base or not f"{absolute}/".startswith(f"{base}/"):
        return None
    return absolute[len(base) :]


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                raise ValueError("a path climbs out of the repository")
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
