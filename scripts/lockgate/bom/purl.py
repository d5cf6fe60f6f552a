"""Package URLs: the one name of a component that every database and every tool knows.

https://github.com/package-url/purl-spec
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from lockgate.advisories.model import Package, Pin
from lockgate.inventory.model import Component, Kind
from lockgate.source import printable

_TYPES = {"Docker": "docker", "GitHub Actions": "github", "PyPI": "pypi", "npm": "npm"}
_ECOSYSTEMS = {"github": "GitHub Actions", "githubactions": "GitHub Actions", "npm": "npm", "pypi": "PyPI"}
_LONGEST = 4096
# What nothing in a package URL can mean twice, and nearly all are: the library takes forty times as long.
_PLAIN = re.compile(
    r"pkg:(?:(pypi)/([A-Za-z0-9_-][A-Za-z0-9._-]*)|npm/((?:%40[a-z0-9-][a-z0-9.-]*/)?[A-Za-z0-9_-][A-Za-z0-9._-]*))"
    r"@([A-Za-z0-9.-]+)"
)
_WORD = re.compile(r"[A-Za-z0-9._~-]+")
_COMMIT = re.compile("[0-9a-f]{7,64}")
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)[^:]+")
_UNSAFE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\w%:/?@!$&'()*+,;=~.\-]", re.ASCII)
_PLAIN_LINK = re.compile(r"https://[a-z0-9.-]+/[A-Za-z0-9/@._~+-]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Purl:
    """Hold the parts of a package URL; `name` has the namespace before it, as its ecosystem writes it."""

    type: str
    name: str
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str = ""


def of(component: Component) -> str:
    """Give a component's package URL.

    What no registry has, a folder of the tree or a project of a workspace, is of the type `generic`, so that
    nobody takes it for the registry's package of that name.
    """
    kind, address = component.origin.kind, component.origin.address
    if kind in {Kind.PATH, Kind.WORKSPACE}:
        return _text("generic", "", component.name.replace("/", "-"), component.version)
    qualifiers = {}
    if kind is Kind.GIT and (url := vcs(address)):
        qualifiers["vcs_url"] = url
    elif kind is Kind.URL and (url := link(address)):
        qualifiers["download_url"] = url
    if component.ecosystem == "Docker":
        return _image(component)
    namespace, _, name = component.name.rpartition("/")
    subpath = ""
    if component.ecosystem == "GitHub Actions":
        namespace, _, rest = component.name.partition("/")
        name, _, subpath = rest.partition("/")
        if not name:
            namespace, name = "", namespace
    return _text(_TYPES[component.ecosystem], namespace, name, component.version, qualifiers, subpath)


def read(text: str) -> Purl | None:
    """Take a package URL of a stranger apart; None for what is none."""
    if len(text) > _LONGEST:
        return None
    if plain := _PLAIN.fullmatch(text):
        pypi, of_pypi, of_npm, version = plain.groups()
        name = of_pypi.lower().replace("_", "-") if pypi else of_npm.replace("%40", "@")
        return Purl(pypi or "npm", name, version)
    return _read_by_library(text)


def _read_by_library(text: str) -> Purl | None:
    from packageurl import PackageURL  # noqa: PLC0415 - few need it

    try:
        url = PackageURL.from_string(text)
    except ValueError:
        return None
    namespace, name = url.namespace or "", url.name
    if url.type == "npm":  # the library lowers it, and old packages have capitals by which they differ
        path = text.partition(":")[2].strip("/").partition("#")[0].partition("?")[0]
        path = path.rpartition("@")[0] if url.version or path.endswith("@") else path
        name = unquote(path.rpartition("/")[2])
    qualifiers = url.qualifiers if isinstance(url.qualifiers, dict) else {}
    full = f"{namespace}/{name}" if namespace else name
    return Purl(url.type, full, url.version or "", tuple(sorted(qualifiers.items())), url.subpath or "")


def write(purl: Purl) -> str:
    """Write a package URL in its one canonical form."""
    namespace, _, name = purl.name.rpartition("/")
    return _text(purl.type, namespace, name, purl.version, dict(purl.qualifiers), purl.subpath)


def pin(text: str) -> Pin | None:
    """Name the package and version that advisories are asked about; None where none could know it."""
    purl = read(text)
    if purl is None or not purl.version or purl.type not in _ECOSYSTEMS:
        return None
    return Pin(Package(_ECOSYSTEMS[purl.type], purl.name), purl.version)


@lru_cache(maxsize=8192)
def link(address: str) -> str:
    """Make an address that may stand in any document: no password, no character that RFC 3987 forbids."""
    if _PLAIN_LINK.fullmatch(address):
        return address
    try:
        parts = urlsplit(printable(address))
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    if user and parts.scheme.endswith("ssh"):  # `git@` says how to log in, not who
        host = f"{user}@{host}"
    clean = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    clean = _UNSAFE.sub(lambda found: quote(found[0], safe=""), clean)
    if not _SCHEME.match(clean) and ":" in clean.partition("/")[0]:
        clean = f"./{clean}"
    fragment = _UNSAFE.sub(lambda found: quote(found[0], safe=""), parts.fragment)
    return f"{clean}#{fragment}" if fragment else clean


def vcs(address: str) -> str:
    """Give a git address as SPDX writes it: `git+https://host/path@commit`."""
    address, _, fragment = address.partition("#")
    address = address.partition("?")[0]
    if _SCP.fullmatch(address):
        address = "ssh://" + address.replace(":", "/", 1)
    url = link(address)
    if not url:
        return ""
    url = url if url.startswith("git") else f"git+{url}"
    return f"{url}@{fragment}" if _COMMIT.fullmatch(fragment) else url


def _image(component: Component) -> str:
    """Name an image by its digest where there is one, and with its registry where it is no usual one."""
    tag, _, digest = component.version.partition("@")
    if not digest and tag.startswith("sha256:"):
        tag, digest = "", tag
    host, _, rest = component.name.partition("/")
    named = bool(rest) and (bool(set(".:") & set(host)) or host == "localhost")
    namespace, _, name = (rest if named else component.name).rpartition("/")
    qualifiers = {"repository_url": host} if named else {}
    if digest and tag:
        qualifiers["tag"] = tag
    return _text("docker", namespace, name, digest or tag, qualifiers)


def _text(
    kind: str,
    namespace: str,
    name: str,
    version: str,
    qualifiers: dict[str, str] | None = None,
    subpath: str = "",
) -> str:
    namespace, name, version = (printable(part) for part in (namespace, name, version))
    if kind != "npm" or qualifiers or name != name.lower():
        return _by_library(kind, namespace, name, version, qualifiers, subpath)
    # What the library writes, in a fifth of the time.
    before = f"{_quoted(namespace)}/" if namespace else ""
    return f"pkg:npm/{before}{_quoted(name)}" + (f"@{_quoted(version, ':')}" if version else "")


def _quoted(text: str, safe: str = "") -> str:
    return text if _WORD.fullmatch(text) else quote(text, safe=safe)


def _by_library(
    kind: str, namespace: str, name: str, version: str, qualifiers: dict[str, str] | None, subpath: str
) -> str:
    from packageurl import PackageURL  # noqa: PLC0415 - few need it

    try:
        made = PackageURL(
            kind, namespace or None, name, version or None, qualifiers or None, subpath or None
        ).to_string()
    except ValueError:  # no name
        return ""
    if kind == "npm":
        made = made.replace(f"/{quote(name.lower(), safe='')}", f"/{quote(name, safe='')}", 1)
    return made
