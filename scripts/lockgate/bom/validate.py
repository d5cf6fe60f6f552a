"""What is wrong with a bill: against its standard's schema, and what no schema can see.

A schema sees no reference to nothing, no component that nothing leads to, and no licence that is none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from lockgate.bom import purl
from lockgate.bom.licences import expression, identifiers
from lockgate.untrusted import cut, one_line

_SCHEMAS = Path(__file__).parent / "schemas"
_MOST = 100
_LONGEST = 300
_NOBODY = {"NOASSERTION", "NONE"}

Json = Mapping[str, Any]


def problems(document: Json) -> list[str]:
    """List what is wrong with a decoded CycloneDX 1.6 or SPDX 2.3 document, at most a hundred."""
    if document.get("bomFormat") == "CycloneDX" and document.get("specVersion") == "1.6":
        found = [*_schema_faults("bom-1.6.SNAPSHOT", document), *_of_cyclonedx(document)]
    elif document.get("spdxVersion") == "SPDX-2.3":
        found = [*_schema_faults("spdx-2.3", document), *_of_spdx(document)]
    else:
        found = ["it is neither CycloneDX 1.6 nor SPDX 2.3"]
    lines = [cut(one_line(text), _LONGEST) for text in found]
    more = len(lines) - _MOST
    return lines if more <= 0 else [*lines[:_MOST], f"and {more} more"]


def children(document: Json) -> Iterator[dict[str, Any]]:
    """Give every component of a CycloneDX document, nested ones too, the root apart."""
    left = [iter(dicts(document.get("components")))]
    while left:
        for component in left[-1]:
            yield component
            left.append(iter(dicts(component.get("components"))))
            break
        else:
            left.pop()


def dicts(value: object) -> list[dict[str, Any]]:
    """Give the objects of a list, whatever a stranger put there."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """Give the strings of a list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Give a string, empty for anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> dict[str, Any]:
    """Give an object, empty for anything else."""
    return value if isinstance(value, dict) else {}


@cache
def _validator(name: str) -> Any:  # noqa: ANN401 - each draft has a class of its own
    import jsonschema_rs  # noqa: PLC0415 - only who validates pays for it

    def schema(file: str) -> Any:  # noqa: ANN401 - any JSON
        return msgspec.json.decode((_SCHEMAS / f"{file}.schema.json").read_bytes())

    near = [
        (f"http://cyclonedx.org/schema/{file}.schema.json", schema(file))
        for file in ("jsf-0.82.SNAPSHOT", "spdx.SNAPSHOT")
    ]
    registry = jsonschema_rs.Registry(near)
    return jsonschema_rs.validator_for(schema(name), registry=registry, validate_formats=True)


def _schema_faults(name: str, document: Json) -> Iterator[str]:
    for number, fault in enumerate(_validator(name).iter_errors(document)):
        if number > _MOST:
            return
        place = "/".join(map(str, fault.instance_path)) or "the document"
        yield f"{place}: {fault.message}"


def _of_cyclonedx(document: Json) -> Iterator[str]:
    root = mapping(mapping(document.get("metadata")).get("component"))
    components = [root, *children(document)] if root else list(children(document))
    refs = [text(each.get("bom-ref")) for each in (*components, *dicts(document.get("services")))]
    yield from (
        f"{ref}: used for {count} components" for ref, count in Counter(refs).items() if ref and count > 1
    )
    known = set(refs) - {""}
    graph: dict[str, list[str]] = {}
    for entry in dicts(document.get("dependencies")):
        ref = text(entry.get("ref"))
        if ref in graph:
            yield f"{ref}: its dependencies are listed twice"
        graph[ref] = strings(entry.get("dependsOn")) + strings(entry.get("provides"))
    yield from _dangling(graph, known)
    for entry in dicts(document.get("compositions")):
        named = strings(entry.get("assemblies")) + strings(entry.get("dependencies"))
        yield from (f"{ref}: named in compositions, and nowhere else" for ref in named if ref not in known)
    if root:
        yield from _unreached(graph, [text(root.get("bom-ref"))], [ref for ref in refs if ref])
    for component in components:
        name = f"{text(component.get('name'))} {text(component.get('version'))}"
        for licence in dicts(component.get("licenses")):
            said = text(licence.get("expression"))
            if said and expression(said) is None:
                yield f"{name}: `{said}` is no SPDX expression"
        yield from _purl_faults(name, text(component.get("purl")))


def _of_spdx(document: Json) -> Iterator[str]:
    packages = dicts(document.get("packages"))
    refs = [text(each.get("SPDXID")) for each in packages]
    yield from (f"{ref}: used for {count} packages" for ref, count in Counter(refs).items() if count > 1)
    own = {text(each.get("licenseId")) for each in dicts(document.get("hasExtractedLicensingInfos"))}
    graph: dict[str, list[str]] = {}
    for entry in dicts(document.get("relationships")):
        one, other = text(entry.get("spdxElementId")), text(entry.get("relatedSpdxElement"))
        turned = text(entry.get("relationshipType")).endswith("_OF")
        one, other = (other, one) if turned else (one, other)
        graph.setdefault(one, []).append(other)
    known = {
        *refs,
        text(document.get("SPDXID")),
        *(text(each.get("SPDXID")) for each in dicts(document.get("files"))),
    }
    yield from _dangling(
        {one: [each for each in others if not _elsewhere(each)] for one, others in graph.items()}, known
    )
    start = [text(document.get("SPDXID")), *strings(document.get("documentDescribes"))]
    yield from _unreached(graph, start, refs)
    for package in packages:
        name = f"{text(package.get('name'))} {text(package.get('versionInfo'))}"
        for key in ("licenseConcluded", "licenseDeclared"):
            yield from _licence_faults(name, text(package.get(key)), own)
        for reference in dicts(package.get("externalRefs")):
            if reference.get("referenceType") == "purl":
                yield from _purl_faults(name, text(reference.get("referenceLocator")))


def _elsewhere(ref: str) -> bool:
    return ref in _NOBODY or ref.startswith("DocumentRef-")


def _licence_faults(name: str, said: str, own: set[str]) -> Iterator[str]:
    if not said or said in _NOBODY:
        return
    if expression(said) is None:
        yield f"{name}: `{said}` is no SPDX expression"
        return
    for licence in identifiers(said):
        if licence.startswith("LicenseRef-") and licence not in own:
            yield f"{name}: {licence} has no text in this document"


def _dangling(graph: Mapping[str, list[str]], known: set[str]) -> Iterator[str]:
    for ref, others in graph.items():
        if ref not in known:
            yield f"{ref}: it has dependencies, and is no component"
        yield from (
            f"{ref}: it depends on {each}, which is no component" for each in others if each not in known
        )


def _unreached(graph: Mapping[str, list[str]], start: list[str], refs: list[str]) -> Iterator[str]:
    reached: set[str] = set()
    left = list(start)
    while left:
        ref = left.pop()
        if ref not in reached:
            reached.add(ref)
            left += graph.get(ref, [])
    yield from (
        f"{ref}: nothing leads to it from the root" for ref in dict.fromkeys(refs) if ref not in reached
    )


def _purl_faults(name: str, given: str) -> Iterator[str]:
    if not given:
        return
    parsed = purl.read(given)
    if parsed is None:
        yield f"{name}: `{given}` is no package URL"
    elif purl.write(parsed) != given:
        yield f"{name}: the package URL `{given}` is written `{purl.write(parsed)}`"
