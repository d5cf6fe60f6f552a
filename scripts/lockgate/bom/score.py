"""How much of what three standards ask for a CycloneDX document has, and which component lacks what.

NTIA, The Minimum Elements for an SBOM (2021); CISA, Minimum Elements (draft of August 2025); BSI TR-03183-2,
version 2.1. A supplier counts for NTIA as CycloneDX defines it, distributors included; a software producer,
for CISA, is only who made or published it. What no lock can tell stays a gap with a name: an e-mail of the
creator, the SHA-512 of a file of PyPI.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lockgate.bom.licences import expression
from lockgate.bom.validate import children, dicts, mapping, strings, text

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Hold one thing that a standard asks for: `share` is 0 to 100 percent, `missing` names who lacks it."""

    name: str
    share: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Hold how a document does by one standard: `total`, 0 to 100, is the mean of its fields."""

    standard: str
    fields: tuple[Field, ...]

    @property
    def total(self) -> float:
        """Give the mean of all fields in percent."""
        return sum(field.share for field in self.fields) / len(self.fields)


@dataclass(frozen=True, slots=True)
class _Context:
    """Hold what a component's own entry does not say."""

    related: frozenset[str]
    judged: frozenset[str]


_Of = Callable[[Json, _Context], bool]


def scores(document: Mapping[str, Any]) -> tuple[Score, ...]:
    """Score a decoded document by each standard; every component and the root count alike."""
    metadata = mapping(document.get("metadata"))
    root = mapping(metadata.get("component"))
    components = [*([root] if root else []), *children(document)]
    context = _Context(_related(document), _judged(document))
    return tuple(
        Score(
            standard=standard,
            fields=(
                *(Field(name=name, share=100.0 * bool(has(dict(document)))) for name, has in whole.items()),
                *(_field(name, has, components, context) for name, has in each.items()),
            ),
        )
        for standard, (whole, each) in _STANDARDS.items()
    )


def _field(name: str, has: _Of, components: list[Json], context: _Context) -> Field:
    missing = [_title(each) for each in components if not has(each, context)]
    share = 100.0 * (len(components) - len(missing)) / len(components) if components else 0.0
    return Field(name=name, share=share, missing=tuple(missing))


def _title(component: Json) -> str:
    group = text(component.get("group"))
    name = text(component.get("name"))
    version = text(component.get("version"))
    return (f"{group}/{name}" if group else name) + (f"@{version}" if version else "")


def _related(document: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(text(each.get("ref")) for each in dicts(document.get("dependencies"))) - {""}


def _judged(document: Mapping[str, Any]) -> frozenset[str]:
    """List the refs of which the document says how complete their dependencies are."""
    entries = dicts(document.get("compositions"))
    return frozenset(ref for each in entries for ref in strings(each.get("dependencies")))


def _has(*names: str) -> _Of:
    return lambda component, _: all(component.get(name) for name in names)


def _name_of(component: Json, *keys: str) -> bool:
    return any(text(mapping(component.get(key)).get("name")) for key in keys)


def _supplier(component: Json, _: _Context) -> bool:
    return _name_of(component, "supplier", "manufacturer") or bool(component.get("publisher"))


def _producer(component: Json, _: _Context) -> bool:
    people = [*dicts(component.get("authors"))]
    named = bool(component.get("publisher") or component.get("author"))
    return _name_of(component, "manufacturer") or named or any(text(each.get("name")) for each in people)


def _creator(component: Json, _: _Context) -> bool:
    """See an e-mail or an address of who made it: a name alone is not enough."""
    return _contact(mapping(component.get("manufacturer"))) or any(
        text(each.get("email")) for each in dicts(component.get("authors"))
    )


def _contact(who: Json) -> bool:
    return bool(strings(who.get("url"))) or any(text(each.get("email")) for each in dicts(who.get("contact")))


def _identified(component: Json, _: _Context) -> bool:
    return any(component.get(key) for key in ("purl", "cpe", "swid", "omniborId", "swhid"))


def _relations(component: Json, context: _Context) -> bool:
    ref = text(component.get("bom-ref"))
    return ref in context.related or ref in context.judged


def _complete(component: Json, context: _Context) -> bool:
    ref = text(component.get("bom-ref"))
    return ref in context.related and ref in context.judged


def _licensed(component: Json, _: _Context) -> bool:
    return any(text(each) for each in _licences(component, ""))


def _licences(component: Json, said: str) -> list[str]:
    """List identifiers and expressions; with `said` only those of that acknowledgement."""
    found = []
    for entry in dicts(component.get("licenses")):
        licence = mapping(entry.get("license"))
        given = entry.get("acknowledgement") or licence.get("acknowledgement")
        if not said or said == given:
            names = (entry.get("expression"), licence.get("id"), licence.get("name"))
            found.append(next((text(name) for name in names if text(name)), ""))
    return found


def _declared(component: Json, _: _Context) -> bool:
    return any(_licences(component, "declared"))


def _concluded(component: Json, _: _Context) -> bool:
    return any(expression(each) for each in _licences(component, "concluded") if each)


def _references(component: Json, *kinds: str) -> list[Json]:
    return [each for each in dicts(component.get("externalReferences")) if each.get("type") in kinds]


def _hashed(component: Json, _: _Context) -> bool:
    files = _references(component, "distribution", "source-distribution")
    return bool(dicts(component.get("hashes"))) or any(dicts(each.get("hashes")) for each in files)


def _sha512(component: Json, _: _Context) -> bool:
    files = _references(component, "distribution")
    return any(each.get("alg") == "SHA-512" for file in files for each in dicts(file.get("hashes")))


def _note(name: str) -> _Of:
    def has(component: Json, _: _Context) -> bool:
        return any(
            each.get("name") == name and each.get("value") for each in dicts(component.get("properties"))
        )

    return has


def _refers(*kinds: str) -> _Of:
    return lambda component, _: any(text(each.get("url")) for each in _references(component, *kinds))


def _metadata(document: Json) -> Json:
    return mapping(document.get("metadata"))


def _tool(document: Json) -> bool:
    tools = _metadata(document).get("tools")
    listed = tools if isinstance(tools, list) else mapping(tools).get("components")
    return any(text(each.get("name")) for each in dicts(listed))


def _author(document: Json) -> bool:
    """See who made the document: NTIA takes a tool for it where nobody else is named."""
    return _person(document) or _tool(document)


def _person(document: Json) -> bool:
    metadata = _metadata(document)
    people = [
        *dicts(metadata.get("authors")),
        mapping(metadata.get("manufacturer")),
        mapping(metadata.get("manufacture")),
    ]
    return any(text(each.get("name")) for each in people)


def _reachable(document: Json) -> bool:
    metadata = _metadata(document)
    people = dicts(metadata.get("authors"))
    return _contact(mapping(metadata.get("manufacturer"))) or any(text(each.get("email")) for each in people)


def _when(document: Json) -> bool:
    return bool(text(_metadata(document).get("timestamp")))


def _context_named(document: Json) -> bool:
    return bool(dicts(_metadata(document).get("lifecycles")))


def _unknowns_named(document: Json) -> bool:
    return bool(dicts(document.get("compositions")))


def _serial(document: Json) -> bool:
    return text(document.get("serialNumber")).startswith("urn:uuid:")


def _innocent(document: Json) -> bool:
    return not document.get("vulnerabilities")


_STANDARDS: dict[str, tuple[dict[str, Callable[[Json], bool]], dict[str, _Of]]] = {
    "NTIA 2021": (
        {"author of the SBOM": _author, "timestamp": _when},
        {
            "supplier": _supplier,
            "name": _has("name"),
            "version": _has("version"),
            "unique identifier": _identified,
            "dependency relationship": _relations,
        },
    ),
    "CISA 2025": (
        {
            "author of the SBOM": _author,
            "timestamp": _when,
            "tool name": _tool,
            "generation context": _context_named,
            "known unknowns": _unknowns_named,
        },
        {
            "software producer": _producer,
            "name": _has("name"),
            "version": _has("version"),
            "unique identifier": _identified,
            "hash": _hashed,
            "licence": _licensed,
            "dependency relationship": _relations,
        },
    ),
    "BSI TR-03183-2 v2.1": (
        {
            "creator of the SBOM, with a contact": _reachable,
            "timestamp": _when,
            "SBOM-URI": _serial,
            "no vulnerabilities inside": _innocent,
        },
        {
            "creator, with a contact": _creator,
            "name": _has("name"),
            "version": _has("version"),
            "filename": _note("bsi:component:filename"),
            "dependencies, and how complete": _complete,
            "distribution licence (concluded)": _concluded,
            "original licence (declared)": _declared,
            "SHA-512 beside the deployable URI": _sha512,
            "executable property": _note("bsi:component:executable"),
            "archive property": _note("bsi:component:archive"),
            "structured property": _note("bsi:component:structured"),
            "source URI": _refers("source-distribution", "vcs"),
            "deployable URI": _refers("distribution"),
            "unique identifier": _identified,
        },
    ),
}
