"""Bills as CycloneDX 1.6 JSON; the same bill and time give the same bytes.

https://cyclonedx.org/docs/1.6/json/ and, for the properties `bsi:`, BSI TR-03183-2. Vulnerabilities are never
inside: they change while the bill stays true.
"""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from lockgate import __version__
from lockgate.bom import purl
from lockgate.bom.facts import digests, distributor, publisher
from lockgate.bom.licences import normalised
from lockgate.bom.model import Bom, Part, Project
from lockgate.inventory.model import File, Kind, Scope
from lockgate.source import printable

SPACE = uuid.UUID("6e4f7d52-6e0b-5f0e-9d5c-0f4f3c1c7a11")
"""The name space of serial numbers."""
NO_SERIAL = f"urn:uuid:{uuid.UUID(int=0)}"
_SCOPES = {Scope.RUNTIME: "required", Scope.OPTIONAL: "optional", Scope.DEV: "excluded"}
_TYPES = {"Docker": "container"}

Json = dict[str, Any]


def write(bom: Bom, when: datetime) -> bytes:
    """Write a bill; its serial number comes of all that it says."""
    return sealed(document(bom, when))


def sealed(content: Mapping[str, Any]) -> bytes:
    """Encode a document that begins with a serial number of zeros; the true one comes of its bytes."""
    data = encoded(dict(content))
    serial = f"urn:uuid:{uuid.uuid5(SPACE, data.decode())}"
    return data.replace(NO_SERIAL.encode(), serial.encode(), 1)


def document(bom: Bom, when: datetime) -> Json:
    """Make the document, its serial number apart."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": NO_SERIAL,
        "version": 1,
        "metadata": {
            "timestamp": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "lifecycles": [{"phase": "pre-build"}],
            "tools": {"components": [_TOOL]},
            "component": _root(bom),
        },
        "components": [*map(_project, bom.projects), *map(_component, bom.parts)],
        "dependencies": [
            {"ref": bom.ref, "dependsOn": [project.ref for project in bom.projects]},
            *({"ref": project.ref, "dependsOn": list(project.needs)} for project in bom.projects),
            *({"ref": part.ref, "dependsOn": list(part.needs)} for part in bom.parts),
        ],
        "compositions": list(_compositions(bom)),
    }


_TOOL: Json = {
    "type": "application",
    "name": "lockgate",
    "version": __version__,
    "externalReferences": [{"type": "website", "url": "https://github.com/lockgate/lockgate"}],
}


def _root(bom: Bom) -> Json:
    name = purl.write(purl.Purl("generic", bom.name.replace("/", "-"), bom.version))
    own = {"type": "application", "bom-ref": bom.ref, "name": bom.name}
    return {**own, **_known(version=bom.version, purl=name)}


def _project(project: Project) -> Json:
    notes = [("lockgate:lock", project.path), ("lockgate:kind", project.kind)]
    notes += [("lockgate:gap", f"line {gap.line}: {gap.why}: {gap.text}"[:500]) for gap in project.gaps]
    return {
        "type": "application",
        "bom-ref": project.ref,
        "name": project.name,
        **_known(version=project.version),
        "purl": purl.write(purl.Purl("generic", project.name.replace("/", "-"), project.version)),
        "properties": _properties(notes),
    }


def _component(part: Part) -> Json:
    namespace, _, name = part.name.rpartition("/") if part.ecosystem == "npm" else ("", "", part.name)
    own = part.origin.kind in {Kind.PATH, Kind.WORKSPACE}
    supplier = distributor(part)
    return {
        "type": "application"
        if part.origin.kind is Kind.WORKSPACE
        else _TYPES.get(part.ecosystem, "library"),
        "bom-ref": part.ref,
        **({"supplier": {"name": supplier}} if supplier else {}),
        **_known(publisher=publisher(part), group=namespace),
        "name": name,
        **_known(version=part.version),
        "scope": _SCOPES[part.scope],
        **_listed("hashes", [hash_ for file in part.files if not file.address for hash_ in _hashes(file)]),
        **_listed("licenses", _licences(part)),
        **_known(purl=part.purl),
        **_listed("externalReferences", [] if own else list(_references(part))),
        **_listed("properties", _properties(_notes(part))),
    }


def _licences(part: Part) -> list[Json]:
    """Say what is declared, and what it was taken to mean: a list holds names or one expression, not both."""
    if not part.licence.strip():
        return []
    licence = normalised(part.licence)
    if licence.expression is None:
        return [{"license": {"name": licence.raw, "acknowledgement": "declared"}}]
    said = "declared" if licence.exact else "concluded"
    if " " in licence.expression or licence.expression.startswith("LicenseRef-"):
        return [{"expression": licence.expression, "acknowledgement": said}]
    meant = [{"license": {"id": licence.expression, "acknowledgement": said}}]
    return (
        meant
        if licence.exact
        else [{"license": {"name": licence.raw, "acknowledgement": "declared"}}, *meant]
    )


def _references(part: Part) -> Iterator[Json]:
    if part.origin.kind is Kind.GIT and (url := purl.vcs(part.origin.address)):
        yield {"type": "vcs", "url": url}
    elif part.ecosystem == "GitHub Actions" and part.origin.kind is Kind.REGISTRY:
        yield {"type": "vcs", "url": f"https://github.com/{'/'.join(part.name.split('/')[:2])}"}
    for file in part.files:
        if url := purl.link(file.address):
            source = part.ecosystem == "PyPI" and file.name.endswith((".tar.gz", ".zip"))
            kind = "source-distribution" if source else "distribution"
            yield {"type": kind, "url": url, **_listed("hashes", _hashes(file))}
    loaded = part.origin.kind is Kind.URL and not any(file.address for file in part.files)
    if loaded and (url := purl.link(part.origin.address)):
        yield {"type": "distribution", "url": url}


def _hashes(file: File) -> list[Json]:
    return [{"alg": name, "content": digest} for name, digest in digests(file)]


def _notes(part: Part) -> Iterator[tuple[str, str]]:
    names = sorted({file.name for file in part.files if file.name})
    if names:  # a wheel, an sdist, a tarball: archives of files that anyone can list, which hold what runs
        yield from (("bsi:component:filename", name) for name in names)
        yield ("bsi:component:executable", "executable")
        yield ("bsi:component:archive", "archive")
        yield ("bsi:component:structured", "structured")
    yield from (("lockgate:place", f"{place.path}:{place.line}") for place in part.places)
    if part.direct:
        yield ("lockgate:direct", "true")
    if part.origin.kind is not Kind.REGISTRY and part.ecosystem != "GitHub Actions":  # git is their registry
        yield ("lockgate:origin", part.origin.kind.value)
    if part.install_script:
        yield ("lockgate:install-script", "true")
    licence = normalised(part.licence)
    if licence.raw and licence.expression and not licence.exact:
        yield ("lockgate:licence", licence.raw)


def _properties(notes: Any) -> list[Json]:  # noqa: ANN401 - pairs of any kind of iterable
    return [{"name": name, "value": value} for name, value in notes]


def _compositions(bom: Bom) -> Iterator[Json]:
    """Say honestly what is whole: the list of each lock, and which part needs which where the lock tells."""
    held: dict[str, list[str]] = {"complete": [], "incomplete": [], "unknown": []}
    for project in bom.projects:
        held["complete" if project.complete else "incomplete"].append(project.ref)
    told = {ref for project in bom.projects if project.graph for ref in project.parts}
    untold = {ref for project in bom.projects if not project.graph for ref in project.parts} - told
    cut = {ref for project in bom.projects if not project.complete for ref in project.parts} & told
    for part in bom.parts:
        state = "unknown" if part.ref in untold else "incomplete" if part.ref in cut else "complete"
        held[state].append(part.ref)
    whole = all(project.complete for project in bom.projects)
    held["complete" if whole else "incomplete"].insert(0, bom.ref)
    return ({"aggregate": state, "dependencies": refs} for state, refs in held.items() if refs)


def _known(**fields: str) -> Json:
    return {name: value for name, value in fields.items() if value}


def _listed(name: str, values: list[Json]) -> Json:
    return {name: values} if values else {}


def encoded(content: Json) -> bytes:
    """Encode a document with two spaces a level, whatever characters strangers put into it."""
    try:
        data = msgspec.json.encode(content)
    except UnicodeEncodeError:  # a lock may hold half a pair of surrogates, which no JSON can
        data = msgspec.json.encode(_printable(content))
    return msgspec.json.format(data, indent=2) + b"\n"


def _printable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {printable(key): _printable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_printable(each) for each in value]
    return printable(value) if isinstance(value, str) else value
