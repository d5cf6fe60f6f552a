"""Bills as SPDX 2.3 JSON; the same bill and time give the same bytes.

https://spdx.github.io/spdx-spec/v2.3/
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from lockgate import __version__
from lockgate.bom import purl
from lockgate.bom.cyclonedx import SPACE, encoded
from lockgate.bom.facts import digests, distributor, publisher
from lockgate.bom.licences import identifiers, normalised
from lockgate.bom.model import Bom, Part, Project
from lockgate.inventory.model import File, Kind, Scope

_NOBODY = "NOASSERTION"
_NO_NAME = f"https://spdx.org/spdxdocs/{uuid.UUID(int=0)}"
_UNFIT = re.compile(r"[^A-Za-z0-9.-]+")
_TURNED = {Scope.DEV: "DEV_DEPENDENCY_OF", Scope.OPTIONAL: "OPTIONAL_DEPENDENCY_OF"}
_PURPOSES = {"Docker": "CONTAINER"}

Json = dict[str, Any]


def write(bom: Bom, when: datetime) -> bytes:
    """Write a bill; its namespace comes of all that it says."""
    data = encoded(document(bom, when))
    name = f"https://spdx.org/spdxdocs/{quote(bom.name, safe='')}-{uuid.uuid5(SPACE, data.decode())}"
    return data.replace(_NO_NAME.encode(), name.encode(), 1)


def document(bom: Bom, when: datetime) -> Json:
    """Make the document, its namespace apart."""
    texts: dict[str, str] = {}
    packages = [_package(part, texts) for part in bom.parts]
    made: Json = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "documentNamespace": _NO_NAME,
        "name": bom.name,
        "creationInfo": {
            "created": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "creators": [f"Tool: lockgate-{__version__}"],
        },
        "packages": [_own(bom.ref, bom.name, bom.version), *map(_project, bom.projects), *packages],
        "relationships": list(_relationships(bom)),
    }
    if texts:
        made["hasExtractedLicensingInfos"] = [
            {"licenseId": name, "extractedText": text, "name": text[:100]}
            for name, text in sorted(texts.items())
        ]
    return made


@lru_cache(maxsize=16384)
def _id(ref: str) -> str:
    return f"SPDXRef-{_UNFIT.sub('-', ref)[:80].strip('-')}-{hashlib.sha256(ref.encode()).hexdigest()[:8]}"


def _own(ref: str, name: str, version: str, comment: str = "") -> Json:
    return {
        "SPDXID": _id(ref),
        "name": name,
        **({"versionInfo": version} if version else {}),
        "downloadLocation": _NOBODY,
        "filesAnalyzed": False,
        "licenseConcluded": _NOBODY,
        "licenseDeclared": _NOBODY,
        "copyrightText": _NOBODY,
        "primaryPackagePurpose": "APPLICATION",
        "externalRefs": _refs(purl.write(purl.Purl("generic", name.replace("/", "-"), version))),
        **({"comment": comment} if comment else {}),
    }


def _project(project: Project) -> Json:
    gaps = [f"line {gap.line}: {gap.why}: {gap.text}"[:500] for gap in project.gaps]
    return _own(project.ref, project.name, project.version, "; ".join([f"locked by {project.path}", *gaps]))


def _package(part: Part, texts: dict[str, str]) -> Json:
    file = _file(part)
    declared, concluded = _licences(part.licence, texts)
    supplier, account = distributor(part), publisher(part)
    return {
        "SPDXID": _id(part.ref),
        "name": part.name,
        **({"versionInfo": part.version} if part.version else {}),
        **({"packageFileName": file.name} if file.name else {}),
        "supplier": f"Organization: {supplier}" if supplier else _NOBODY,
        **({"originator": f"Organization: {account}"} if account else {}),
        "downloadLocation": _address(part, file),
        "filesAnalyzed": False,
        **_checksums(file),
        "licenseConcluded": concluded,
        "licenseDeclared": declared,
        "copyrightText": _NOBODY,
        "primaryPackagePurpose": _PURPOSES.get(part.ecosystem, "LIBRARY"),
        "externalRefs": _refs(part.purl),
    }


def _file(part: Part) -> File:
    """Choose the one file that SPDX has room for: the source, else the first of those with an address."""
    files = sorted(
        part.files, key=lambda file: (not file.address, not file.name.endswith((".tar.gz", ".zip")))
    )
    return files[0] if files else File("")


def _address(part: Part, file: File) -> str:
    git = part.origin.kind is Kind.GIT
    found = purl.vcs(part.origin.address) if git else purl.link(file.address)
    if part.origin.kind is Kind.URL:
        found = found or purl.link(part.origin.address)
    return found or _NOBODY


def _checksums(file: File) -> Json:
    found = [{"algorithm": name.replace("-", ""), "checksumValue": digest} for name, digest in digests(file)]
    return {"checksums": found} if found else {}


def _refs(name: str) -> list[Json]:
    kind = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl"}
    return [{**kind, "referenceLocator": name}] if name else []


def _licences(given: str, texts: dict[str, str]) -> tuple[str, str]:
    """Give (declared, concluded); what is no identifier of SPDX is kept as a text of this document."""
    licence = normalised(given)
    for name in identifiers(licence.expression or ""):
        if name.startswith("LicenseRef-"):
            texts[name] = licence.raw
    if not licence.raw or licence.exact:
        return licence.expression or _NOBODY, _NOBODY
    short = hashlib.sha256(licence.raw.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    own = f"LicenseRef-{_UNFIT.sub('-', licence.raw)[:40].strip('-') or 'text'}-{short}"
    texts[own] = licence.raw
    return own, licence.expression or _NOBODY


def _relationships(bom: Bom) -> Iterator[Json]:
    scopes = {part.ref: part.scope for part in bom.parts}
    yield _relationship("SPDXRef-DOCUMENT", "DESCRIBES", _id(bom.ref))
    for project in bom.projects:
        yield _relationship(_id(bom.ref), "DEPENDS_ON", _id(project.ref))
    needs = [(project.ref, project.needs) for project in bom.projects]
    needs += [(part.ref, part.needs) for part in bom.parts]
    for ref, others in needs:
        for other in others:
            turned = _TURNED.get(scopes[other])
            if turned:
                yield _relationship(_id(other), turned, _id(ref))
            else:
                yield _relationship(_id(ref), "DEPENDS_ON", _id(other))


def _relationship(one: str, kind: str, other: str) -> Json:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
