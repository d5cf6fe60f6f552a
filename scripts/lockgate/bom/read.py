"""Bills of materials that anybody made: CycloneDX 1.2 to 1.7 and SPDX 2 in JSON, read into components."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from lockgate.advisories.model import Pin
from lockgate.bom import purl
from lockgate.bom.validate import children, dicts, mapping, strings, text

MAX_BYTES = 64_000_000
_CYCLONEDX = frozenset({"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"})
_SPDX = re.compile(r"SPDX-2\.[0-3]")
_SCOPES = {"excluded": "dev", "optional": "optional"}
_DEV = {"BUILD_DEPENDENCY_OF", "DEV_DEPENDENCY_OF", "TEST_DEPENDENCY_OF"}
_OPTIONAL = {"OPTIONAL_DEPENDENCY_OF"}


class BomError(Exception):
    """Say why a bill cannot be read."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one component of a bill, empty where the bill says nothing.

    `scope` is runtime, optional or dev; `origin` is git, url, path or workspace where it is no registry.
    """

    ref: str
    name: str
    version: str = ""
    purl: str = ""
    scope: str = "runtime"
    licence: str = ""
    origin: str = ""
    install_script: bool = False

    @property
    def pin(self) -> Pin | None:
        """Name what advisories are asked about, None where nobody could know it."""
        return purl.pin(self.purl) if self.purl else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Hold what a bill lists: `format` is such as `CycloneDX 1.6`, `when` as it is written there."""

    format: str
    name: str
    version: str
    serial: str
    when: str
    components: tuple[Listed, ...]


def read(data: bytes) -> Listing:
    """Read a bill; raise BomError for what is none, or of no version that is known."""
    return of_document(decode(data))


def decode(data: bytes) -> dict[str, Any]:
    """Decode a stranger's JSON object; raise BomError for what is none."""
    if len(data) > MAX_BYTES:
        raise BomError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BomError(f"it is no JSON: {error}") from error
    except RecursionError as error:
        raise BomError("it is nested too deeply") from error
    if not isinstance(document, dict):
        raise BomError("it is no JSON object")
    return document


def of_document(document: dict[str, Any]) -> Listing:
    """Read a decoded bill; raise BomError."""
    if document.get("bomFormat") == "CycloneDX":
        if text(document.get("specVersion")) not in _CYCLONEDX:
            raise BomError("its version of CycloneDX is none of 1.2 to 1.7")
        return _of_cyclonedx(document)
    if _SPDX.fullmatch(text(document.get("spdxVersion"))):
        return _of_spdx(document)
    raise BomError("it is neither CycloneDX 1.2 to 1.7 nor SPDX 2 in JSON")


def _of_cyclonedx(document: dict[str, Any]) -> Listing:
    metadata = mapping(document.get("metadata"))
    root = mapping(metadata.get("component"))
    return Listing(
        format=f"CycloneDX {document['specVersion']}",
        name=_cyclonedx_name(root),
        version=text(root.get("version")),
        serial=text(document.get("serialNumber")),
        when=text(metadata.get("timestamp")),
        components=tuple(map(_component, children(document))),
    )


def _cyclonedx_name(component: dict[str, Any]) -> str:
    group, name = text(component.get("group")), text(component.get("name"))
    return f"{group}/{name}" if group else name


def _component(component: dict[str, Any]) -> Listed:
    notes = {text(each.get("name")): text(each.get("value")) for each in dicts(component.get("properties"))}
    return Listed(
        ref=text(component.get("bom-ref")),
        name=_cyclonedx_name(component),
        version=text(component.get("version")),
        purl=text(component.get("purl")),
        scope=_SCOPES.get(text(component.get("scope")), "runtime"),
        licence=_cyclonedx_licence(component),
        origin=notes.get("lockgate:origin") or _origin(text(component.get("purl"))),
        install_script=notes.get("lockgate:install-script") == "true",
    )


def _cyclonedx_licence(component: dict[str, Any]) -> str:
    """Give the licence: what is concluded goes before what is declared."""
    said: list[tuple[bool, str]] = []
    for entry in dicts(component.get("licenses")):
        licence = mapping(entry.get("license"))
        name = text(entry.get("expression")) or text(licence.get("id")) or text(licence.get("name"))
        concluded = "concluded" in (entry.get("acknowledgement"), licence.get("acknowledgement"))
        said.append((concluded, name))
    chosen = [name for concluded, name in said if concluded and name] or [name for _, name in said if name]
    return " AND ".join(dict.fromkeys(chosen))


def _origin(given: str) -> str:
    if given.startswith("pkg:github"):  # actions are always git's
        return ""
    return "git" if "vcs_url=" in given else "url" if "download_url=" in given else ""


def _of_spdx(document: dict[str, Any]) -> Listing:
    packages = dicts(document.get("packages"))
    relationships = dicts(document.get("relationships"))
    described = set(strings(document.get("documentDescribes")))
    scopes: dict[str, str] = {}
    for each in relationships:
        kind, one = text(each.get("relationshipType")), text(each.get("spdxElementId"))
        if kind == "DESCRIBES":
            described.add(text(each.get("relatedSpdxElement")))
        elif kind in _DEV | _OPTIONAL:
            scopes[one] = "dev" if kind in _DEV else "optional"
    roots = [each for each in packages if text(each.get("SPDXID")) in described]
    root = roots[0] if len(roots) == 1 and len(packages) > 1 else {}
    return Listing(
        format=text(document.get("spdxVersion")).replace("-", " "),
        name=text(root.get("name")) or text(document.get("name")),
        version=text(root.get("versionInfo")),
        serial=text(document.get("documentNamespace")),
        when=text(mapping(document.get("creationInfo")).get("created")),
        components=tuple(map(partial(_package, scopes), (each for each in packages if each is not root))),
    )


def _package(scopes: dict[str, str], package: dict[str, Any]) -> Listed:
    purls = [
        text(each.get("referenceLocator"))
        for each in dicts(package.get("externalRefs"))
        if each.get("referenceType") == "purl"
    ]
    said = [text(package.get(key)) for key in ("licenseConcluded", "licenseDeclared")]
    ref, given = text(package.get("SPDXID")), purls[0] if purls else ""
    return Listed(
        ref=ref,
        name=text(package.get("name")),
        version=text(package.get("versionInfo")),
        purl=given,
        scope=scopes.get(ref, "runtime"),
        licence=next((each for each in said if each not in {"", "NOASSERTION", "NONE"}), ""),
        origin=_origin(given),
    )
