"""What a lock tells of a part beyond its name: who distributes it, who published it, its digests."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lockgate.bom import purl
from lockgate.bom.model import Part
from lockgate.inventory.model import File, Kind

_DIGEST = re.compile(r"(md5|sha1|sha256|sha384|sha512):([0-9a-fA-F]+)")
_PLAIN = re.compile(r"https?://([a-z0-9.-]+)/")
_ALGORITHMS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}
_REGISTRIES = {"Docker": "Docker Hub", "GitHub Actions": "GitHub", "PyPI": "PyPI", "npm": "npm"}


def digests(file: File) -> Iterator[tuple[str, str]]:
    """Give (algorithm in CycloneDX's words, hex) of a file; what is no digest is left out."""
    for text in file.hashes:
        found = _DIGEST.fullmatch(text)
        if found and len(found[2]) == _ALGORITHMS[found[1]][1]:
            yield _ALGORITHMS[found[1]][0], found[2].lower()


def distributor(part: Part) -> str:
    """Name who hands a part out, which CycloneDX counts as a supplier: the host that the lock loads it from.

    Where the lock names none, it is the registry that the purl's type stands for. Of the tree's own parts
    nobody knows one.
    """
    if part.origin.kind in {Kind.PATH, Kind.WORKSPACE}:
        return ""
    addresses = (part.origin.address.removeprefix("git+"), *(file.address for file in part.files))
    hosts = (_host(address) for address in addresses)
    found = next((host for host in hosts if host), "")
    if part.ecosystem == "Docker":
        named = purl.read(part.purl)
        found = dict(named.qualifiers).get("repository_url", "") if named else ""
    return found or (_REGISTRIES[part.ecosystem] if part.origin.kind is Kind.REGISTRY else "")


def publisher(part: Part) -> str:
    """Name the account that publishes a part, where its name or address says it; empty elsewhere.

    That is a scope of npm, an owner on a host of git repositories, a name space of images.
    """
    if part.origin.kind is Kind.GIT:
        path = urlsplit(purl.vcs(part.origin.address)).path.strip("/").split("/")
        return path[0] if len(path) > 1 else ""
    if part.origin.kind is not Kind.REGISTRY or part.ecosystem == "PyPI":
        return ""
    name = part.name
    if part.ecosystem == "Docker":
        found = purl.read(part.purl)
        name = found.name if found else ""
    return name.removeprefix("@").partition("/")[0] if "/" in name else ""


def _host(address: str) -> str:
    if plain := _PLAIN.match(address):
        return plain[1]
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
