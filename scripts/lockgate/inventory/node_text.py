"""What the locks of npm, pnpm and yarn have in common: text, hashes, addresses, licences."""

import base64
import binascii
import re

from lockgate.inventory.model import File, Kind, LockError, Origin

_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7}) .*$", re.MULTILINE)
_SIZES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_GIT = re.compile(r"git[+:@]|(?:github|gitlab|bitbucket|gist):|[^:@]+://[^?#]+\.git(?:[#?]|$)|ssh://")
_GIT_HOSTS = re.compile(
    r"https://(?:codeload\.github\.com|gitlab\.com/.+/-/archive|gitlab\.com/.+/archive\.tar\.gz"
    r"|bitbucket\.org/.+/get)/?"
)
_LOCAL = re.compile(r"(?:file|link|portal|exec):|\.{1,2}/|/|~/")
MOST_NAME = 1_000
"""npm refuses names above 214 characters; a longer one than this is no name."""


def decoded(data: bytes) -> str:
    """Give a lock's text; raise LockError for one that is not UTF-8, or holds the marks of a merge."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LockError("it is not UTF-8", data.count(b"\n", 0, error.start) + 1) from error
    if "<<<<<<<" in text or ">>>>>>>" in text:
        for mark in _CONFLICT.finditer(text):
            raise LockError("it holds a merge conflict", text.count("\n", 0, mark.start()) + 1)
    return text


def digests(integrity: object) -> tuple[str, ...]:
    """Turn an `integrity` (SRI: base64, several with spaces) into `sha512:<hex>` and the like."""
    if not isinstance(integrity, str):
        return ()
    found = []
    for word in integrity.split():
        name, _, encoded = word.partition("?")[0].partition("-")
        try:
            digest = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if _SIZES.get(name) == len(digest):
            found.append(f"{name}:{digest.hex()}")
    return tuple(found)


def licence_of(value: object) -> str:
    """Read a `license`: a string, or the old object `{"type": …}`, or a list of them."""
    match value:
        case str():
            return value
        case {"type": str(name)}:
            return name
        case [*several] if several:
            names = [name for name in map(licence_of, several) if name]
            return names[0] if len(names) == 1 else f"({' OR '.join(names)})" if names else ""
    return ""


def origin_of(address: str, wants: str = "") -> Origin:
    """Tell by an address, and by the requirement that led to it, where a component comes from."""
    if is_git(address) or _GIT_HOSTS.match(address):
        return Origin(Kind.GIT, address)
    if _LOCAL.match(address):
        return Origin(Kind.PATH, address)
    if is_url(wants):
        return Origin(Kind.URL, address)
    return Origin(Kind.REGISTRY, address)


def is_git(address: str) -> bool:
    """Say whether a requirement or an address is one of a repository of git."""
    return bool(_GIT.match(address))


def is_url(wants: str) -> bool:
    """Say whether a requirement is an address of the web."""
    return wants.startswith(("http://", "https://"))


def is_local(wants: str) -> bool:
    """Say whether a requirement is a path."""
    return bool(_LOCAL.match(wants))


def files_of(name: str, version: str, address: str, hashes: tuple[str, ...]) -> tuple[File, ...]:
    """Give the file that a lock vouches for: none where it holds no hash."""
    if not hashes:
        return ()
    file = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
    return (File(file or f"{name.rpartition('/')[2]}-{version}.tgz", address, hashes),)


def folder_of(path: str) -> str:
    """Give the folder of a file of the tree, with a slash at its end; empty for the top."""
    return path[: path.rfind("/") + 1]


def joined(*parts: str) -> str | None:
    """Join parts of a path of the tree; None for one that leaves it. The top is empty."""
    whole: list[str] = []
    for part in "/".join(part for part in parts if part).split("/"):
        if part == "..":
            if not whole:
                return None
            whole.pop()
        elif part not in {"", "."}:
            whole.append(part)
    return "/".join(whole)


def text_in(entry: dict[str, object], key: str) -> str:
    """Read a string; empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def texts_in(entry: dict[str, object], key: str) -> dict[str, str]:
    """Read a mapping of strings, such as `dependencies`; what is no string is left out."""
    value = entry.get(key)
    if not isinstance(value, dict):
        return {}
    return {name: wants for name, wants in value.items() if isinstance(wants, str) and is_name(name)}


def table_in(entry: dict[str, object], key: str) -> dict[str, object]:
    """Read a mapping; empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def is_name(name: object) -> bool:
    """Say whether something can be a package's name."""
    return isinstance(name, str) and 0 < len(name) <= MOST_NAME
